"""What was done, and the stream of it: through the unmodified client and a WebSocket of another's making."""

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from google.protobuf import json_format, text_format
from google.protobuf.struct_pb2 import Struct
from informaticsmatters.protobuf.accountserver.merchant_authority_request_response_message_pb2 import (
    MerchantAuthorityRequestResponseMessage as Authority,
)
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.acceptance.squonk.client import Squonk
from tests.acceptance.squonk.conftest import NewSquonk
from tests.acceptance.squonk.jobs import launched, nop

TIER = "DATA_MANAGER_PROJECT_TIER_SUBSCRIPTION"
PATIENCE = 60.0
AUTHORITY = "accountserver.MerchantAuthorityRequestResponse"
NAME = 'bar | quote " Ärger'


@dataclass(frozen=True, kw_only=True)
class Place:
    """A unit of ada's, and the organisation it is in."""

    org: str
    unit: str


@pytest.fixture
def place(squonk_admin: Squonk, ada: Squonk) -> Place:
    name = f"Stream {uuid.uuid4().hex[:6]}"
    org = squonk_admin.accounts_ok("create_organisation", org_name=name, org_owner=ada.username)["id"]
    return Place(org=org, unit=ada.accounts_ok("create_unit", unit_name="Rivers", org_id=org, billing_day=3)["id"])


def claimed(person: Squonk, unit: str, name: str = "A project") -> str:
    """Make a product and have a project claim it, which asks for authority; returns the product."""
    arguments = {"product_type": TIER, "flavour": "BRONZE"}
    product = person.accounts_ok("create_product", product_name="Tier", unit_id=unit, **arguments)["id"]
    person.dm_ok("create_project", project_name=name, as_tier_product_id=product)
    return str(product)


def enum(form: str) -> dict[str, list[str]]:
    return {"enum": ["EventStreamFormat", form]}


def location(person: Squonk, form: str) -> str:
    made = person.accounts_ok("create_event_stream", event_format=enum(form))
    assert made == person.accounts_ok("get_event_stream") and made["format"] == form
    assert isinstance(made["id"], int) and made["name"]
    found: str = made["location"]
    assert re.fullmatch(r"ws://127\.0\.0\.1:\d+/event-stream/[\w-]{20,}", found)
    return found


@contextmanager
def listening(where: str, **options: Any) -> Iterator[ClientConnection]:
    with connect(where, open_timeout=PATIENCE, close_timeout=2, proxy=None, **options) as socket:
        yield socket


def heard(socket: ClientConnection, product: str) -> str:
    """Return the next frame, which must be about this product."""
    frame = socket.recv(timeout=PATIENCE)
    assert isinstance(frame, str) and product in frame, frame
    return frame


def closed(socket: ClientConnection) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as ended:
        socket.recv(timeout=PATIENCE)
    assert ended.value.rcvd is not None
    return ended.value.rcvd.code, ended.value.rcvd.reason


def test_both_forms_of_frames_and_who_hears_them(ada: Squonk, bob: Squonk, squonk_admin: Squonk, place: Place) -> None:
    with listening(location(ada, "JSON_STRING")) as own, listening(location(bob, "PROTOCOL_STRING")) as strange:
        product = claimed(ada, place.unit, NAME)
        frame = json.loads(heard(own, product))
        assert set(frame) == {"message_type", "message_body", "ess_ordinal", "ess_timestamp"}
        assert frame["message_type"] == AUTHORITY
        message = json_format.ParseDict(frame["message_body"], Authority())
        assert (message.product, message.unit, message.organisation) == (product, place.unit, place.org)
        assert (message.user, message.action_reference_name, message.response) == (ada.username, NAME, 1)
        assert (message.merchant_kind, message.merchant_id) == ("DATA_MANAGER", 1)
        assert abs(frame["ess_timestamp"] - datetime.now(UTC).timestamp() * 1000) < PATIENCE * 1000
        org = squonk_admin.accounts_ok("create_organisation", org_name=f"B{product}"[:40], org_owner=bob.username)["id"]
        unit = bob.accounts_ok("create_unit", unit_name="Hills", org_id=org, billing_day=1)["id"]
        other = claimed(bob, unit, NAME)
        name, text, ordinal, stamp = heard(strange, other).split("|")  # and nothing of the other's before it
        assert name == AUTHORITY
        assert text_format.Parse(text, Authority()).action_reference_name == NAME
        assert re.fullmatch(r"ordinal: \d+", ordinal) and re.fullmatch(r"timestamp: \d{13}", stamp)
        assert int(ordinal.split()[1]) > frame["ess_ordinal"]
        with pytest.raises(TimeoutError):
            own.recv(timeout=0.5)


def test_one_stream_for_each_user_which_ends_with_its_sockets(ada: Squonk, bob: Squonk) -> None:
    assert ada.accounts("get_event_stream").status == 404
    version = ada.accounts_ok("get_event_stream_version")
    assert set(version) == {"name", "version", "protocol"} and version["protocol"] == "WEBSOCKET"
    where = location(ada, "JSON_STRING")
    ada.refused("AsApi", "create_event_stream", 409, event_format=enum("JSON_STRING"))
    number = ada.accounts_ok("get_event_stream")["id"]
    with listening(where) as one, listening(where) as two:
        bob.refused("AsApi", "delete_event_stream", 404, event_stream_id=number)
        ada.accounts_ok("delete_event_stream", event_stream_id=number)
        assert closed(one) == closed(two) == (1000, "the stream has been deleted")
    for gone in (where, where[:-3] + "abc"):
        with pytest.raises(InvalidStatus) as refused, listening(gone):
            pass
        assert refused.value.response.status_code in (403, 404)
    assert location(ada, "JSON_STRING") != where


def test_the_past_from_a_place_in_it(ada: Squonk, place: Place) -> None:
    where = location(ada, "JSON_STRING")
    products = [claimed(ada, place.unit, f"Project {number}") for number in range(3)]
    with listening(f"{where}?stream_from_ordinal=1") as socket:
        frames = [json.loads(heard(socket, product)) for product in products]
    ordinals = [frame["ess_ordinal"] for frame in frames]
    assert ordinals == sorted(ordinals)
    assert len(set(ordinals)) == 3
    second = frames[1]
    at = datetime.fromtimestamp(second["ess_timestamp"] / 1000, UTC) - timedelta(milliseconds=1)
    for query, first in (
        (f"stream_from_ordinal={second['ess_ordinal']}", 2),
        (f"stream_from_timestamp={second['ess_timestamp']}", 2),
        (f"stream_from_datetime={at.replace(tzinfo=None).isoformat()}", 1),
        ("stream_from_ordinal=0", 0),
    ):
        with listening(f"{where}?{query}") as socket:
            assert json.loads(heard(socket, products[first]))["ess_ordinal"] == ordinals[first], query
    with listening(f"{where}?stream_from_timestamp={second['ess_timestamp'] + 10**9}") as socket:
        heard(socket, claimed(ada, place.unit, "Later"))


@pytest.mark.parametrize(
    "query",
    [
        "stream_from_ordinal=1&stream_from_timestamp=1",
        "stream_from_ordinal=-1",
        "stream_from_ordinal=" + "9" * 30,
        "stream_from_timestamp=soon",
        "stream_from_datetime=yesterday",
    ],
)
def test_two_places_at_once_or_none_close_with_1002(ada: Squonk, query: str) -> None:
    with listening(f"{location(ada, 'JSON_STRING')}?{query}") as socket:
        assert closed(socket)[0] == 1002


def test_pages_of_elsewhere_read_no_stream(ada: Squonk) -> None:
    where = location(ada, "JSON_STRING")
    with pytest.raises(InvalidStatus) as refused, listening(where, origin="https://evil.example"):
        pass
    assert refused.value.response.status_code == 403
    with listening(where, origin=ada.url):
        pass


def test_who_leaves_a_unit_hears_no_more_of_it(ada: Squonk, new_squonk: NewSquonk, place: Place) -> None:
    eve = new_squonk("eve")
    ada.accounts_ok("add_user_to_unit", unit_id=place.unit, username=eve.username)
    with listening(location(eve, "JSON_STRING")) as socket:
        heard(socket, claimed(ada, place.unit, "Before"))
        ada.accounts_ok("remove_user_from_unit", unit_id=place.unit, username=eve.username)
        claimed(ada, place.unit, "After")
        with pytest.raises(TimeoutError):
            socket.recv(timeout=1.5)


def test_actions_for_administrators(ada: Squonk, squonk_admin: Squonk, place: Place) -> None:
    product = claimed(ada, place.unit)
    ada.refused("AsApi", "get_actions", 403, product_id=product)
    found = squonk_admin.accounts_ok("get_actions", product_id=product, action_format=enum("JSON_STRING"))
    assert [one["action"] for one in found["actions"]] == [
        "PRODUCT_CREATED",
        "PRODUCT_CLAIMED",
        "MERCHANT_AUTHORITY_REQUEST_RESPONSE",
    ]
    created, _, asked = found["actions"]
    assert found["count"] == 3
    assert set(asked) == {"id", "action", "content", "timestamp", "merchant", "product_id", "unit_id", "org_id"}
    assert json_format.Parse(asked["content"], Authority()).product == product
    assert json.loads(created["content"])["actor"] == ada.username
    assert "merchant" not in created
    found = squonk_admin.accounts_ok("get_actions", product_id=product)
    assert text_format.Parse(found["actions"][2]["content"], Authority()).product == product
    assert text_format.Parse(found["actions"][0]["content"], Struct())["flavour"] == "bronze"
    names = [one["action"] for one in squonk_admin.accounts_ok("get_actions", org_id=place.org)["actions"]]
    assert names[:2] == ["ORGANISATION_CREATED", "UNIT_CREATED"]
    today = datetime.now(UTC).date()
    for arguments, count in (({"from_": str(today + timedelta(days=2))}, 0), ({"until": "2020-01-01"}, 0)):
        assert squonk_admin.accounts_ok("get_actions", product_id=product, **arguments)["count"] == count
    for query in ({"from": "soon"}, {"org_id": place.org, "unit_id": place.unit}, {"format": "XML"}):
        answer = httpx.get(
            f"{ada.url}/account-server-api/action",
            params=query,
            headers={"Authorization": f"Bearer {squonk_admin.token}"},
        )
        assert answer.status_code == 400 and answer.json()["error"], answer.text


def test_what_a_job_costs_is_told_until_its_charge_is_closed(ada: Squonk, squonk_admin: Squonk, place: Place) -> None:
    job = {"collection": "im-test", "job": "coin-test", "version": "1.0.0"}
    squonk_admin.dm_ok("set_job_exchange_rates", rates={**job, "rate": "500", "comment": "for a test"})
    made = ada.accounts_ok("create_product", product_name="T", unit_id=place.unit, product_type=TIER, flavour="BRONZE")
    product = made["id"]
    with listening(location(ada, "JSON_STRING")) as socket:
        project = ada.dm_ok("create_project", project_name="Coins", as_tier_product_id=product)["project_id"]
        instance = launched(ada, project, nop(**job))["instance_id"]
        granted, begun, *charges = told_until_closed(socket, product)
    assert (granted["action_operation"], begun["action_operation"]) == ("CLAIM", "BEGIN")
    assert begun["action_reference_id"] == instance
    assert [one["sqn"] for one in charges] == list(range(charges[0]["sqn"], charges[-1]["sqn"] + 1))
    assert {one["auth_code"] for one in charges} == {begun["authorisation_code"]}
    assert {(one["name"], one["user"]) for one in charges} == {("A job", ada.username)}
    shown = ada.dm_ok("get_instance", instance_id=instance)
    assert Decimal(charges[-1]["coins"]) == Decimal(shown["coins"]) > 0
    assert json.loads(charges[-1]["additional_data"])["instance_id"] == instance
    answer = ada.dm("create_project", project_name="Again", as_tier_product_id=product)
    assert not answer.success
    with listening(f"{ada.accounts_ok('get_event_stream')['location']}?stream_from_ordinal=1") as socket:
        frames = [json.loads(heard(socket, product))["message_body"] for _ in range(len(charges) + 3)]
    assert (frames[-1]["response"], frames[-1]["action_reference_name"]) == ("AUTHORITY_RESPONSE_ENUM_DENIED", "Again")
    assert "claimed" in frames[-1]["reason"]


def told_until_closed(socket: ClientConnection, product: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while not (found and found[-1].get("eoc")):
        found.append(json.loads(heard(socket, product))["message_body"])
    return found


def test_our_own_list_of_actions_shows_what_one_may_see(ada: Squonk, bob: Squonk, place: Place) -> None:
    product = claimed(ada, place.unit)

    def listed(person: Squonk, **query: Any) -> Any:
        headers = {"Authorization": f"Bearer {person.token}"}
        answer = httpx.get(f"{ada.url}/api/v1/actions", params=query, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    mine = listed(ada, product=product)["items"]
    assert [one["kind"] for one in mine] == ["authority.answered", "product.claimed", "product.created"]
    assert listed(bob, product=product)["items"] == []
    first = listed(ada, unit=place.unit, limit=2)
    assert [one["id"] for one in first["items"]] == [one["id"] for one in mine[:2]]
    assert listed(ada, unit=place.unit, limit=2, after=first["next"])["items"][0] == mine[2]
    assert {one["kind"] for one in listed(ada, organisation=place.org, kind="organisation")["items"]} == {
        "organisation.created"
    }
