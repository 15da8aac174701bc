"""The Account Server's door, through the unmodified client: in the order of a person who begins with nothing."""

import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.squonk.client import Squonk

TIER, STORAGE = "DATA_MANAGER_PROJECT_TIER_SUBSCRIPTION", "DATA_MANAGER_STORAGE_SUBSCRIPTION"
ID = r"{}-[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}"


@dataclass(frozen=True, kw_only=True)
class Place:
    """An organisation of ada's with a unit."""

    org: str
    unit: str
    name: str


@pytest.fixture
def place(squonk_admin: Squonk, ada: Squonk) -> Place:
    name = f"Moorland {uuid.uuid4().hex[:6]}"
    org = squonk_admin.accounts_ok("create_organisation", org_name=name, org_owner=ada.username)["id"]
    unit = ada.accounts_ok("create_unit", unit_name=f"Rivers of {name}", org_id=org, billing_day=3)["id"]
    return Place(org=org, unit=unit, name=name)


def refused(person: Squonk, name: str, status: int, /, **arguments: Any) -> None:
    person.refused("AsApi", name, status, **arguments)


def test_who_calls_and_who_provides(squonk_admin: Squonk, ada: Squonk) -> None:
    assert ada.accounts_ok("ping")["version"] == ada.accounts_ok("get_version")["version"]
    mine = ada.accounts_ok("get_account")
    assert mine == {
        "user": {"id": ada.username},
        "caller_has_admin_privilege": False,
        "account_server_roles": ["account-server-user"],
    }
    assert squonk_admin.accounts_ok("get_account")["caller_has_admin_privilege"] is True
    merchants = ada.accounts_ok("get_merchants")
    assert merchants["count"] == 1
    (merchant,) = merchants["merchants"]
    assert (merchant["id"], merchant["kind"], merchant["api_hostname"]) == (1, "DATA_MANAGER", ada.url.split("//")[1])
    assert merchant == ada.accounts_ok("get_merchant", merchant_id=1)
    refused(ada, "get_merchant", 404, merchant_id=2)


def test_what_can_be_subscribed_to(ada: Squonk) -> None:
    types = ada.accounts_ok("get_product_types")
    assert types["count"] == len(types["product_types"])
    flavours = [one.get("flavour") for one in types["product_types"] if one["type"] == TIER]
    assert flavours == ["EVALUATION", "BRONZE", "SILVER", "GOLD"]
    assert [one for one in types["product_types"] if one["type"] == STORAGE] == [
        {"type": STORAGE, "service_kind": "DATA_MANAGER"}
    ]
    cost = ada.accounts_ok("get_product_default_storage_cost")["default_storage_cost"]
    assert set(cost) == {"cost", "units", "description"}
    assert isinstance(cost["cost"], str)


def test_an_organisation_from_its_making_to_its_end(squonk_admin: Squonk, ada: Squonk, bob: Squonk) -> None:
    default = ada.accounts_ok("get_default_organisation")
    assert (default["private"], default["caller_is_member"]) == (False, False)
    assert not {"owner_id", "users"} & set(default)
    name = f"Fens {uuid.uuid4().hex[:6]}"
    org = squonk_admin.accounts_ok("create_organisation", org_name=name, org_owner=ada.username)["id"]
    assert re.fullmatch(ID.format("org"), org)
    shown = ada.accounts_ok("get_organisation", org_id=org)
    assert shown == {
        "id": org,
        "name": name,
        "owner_id": ada.username,
        "private": True,
        "created": shown["created"],
        "default_product_privacy": "DEFAULT_PRIVATE",
        "caller_is_member": True,
        "users": [],
    }
    assert ada.accounts_ok("get_organisations", org_name=name) == {"count": 1, "organisations": [shown]}
    assert {one["id"] for one in ada.accounts_ok("get_organisations")["organisations"]} == {org, default["id"]}
    ada.accounts_ok("add_user_to_organisation", org_id=org, username=bob.username)
    users = bob.accounts_ok("get_organisation_users", org_id=org)
    assert (users["count"], users["users"], users["organisation"]["id"]) == (1, [{"id": bob.username}], org)
    assert bob.accounts_ok("get_organisation", org_id=org)["caller_is_member"] is True
    refused(bob, "alter_organisation", 403, org_id=org, name="Mine")
    refused(bob, "remove_user_from_organisation", 400, org_id=org, username=ada.username)
    ada.accounts_ok("remove_user_from_organisation", org_id=org, username=bob.username)
    refused(bob, "get_organisation", 404, org_id=org)
    privacy = {"enum": ["DefaultProductPrivacyEnum", "ALWAYS_PUBLIC"]}
    ada.accounts_ok("alter_organisation", org_id=org, name=name + "!", default_product_privacy=privacy)
    altered = ada.accounts_ok("get_organisation", org_id=org)
    assert (altered["name"], altered["default_product_privacy"]) == (name + "!", "ALWAYS_PUBLIC")
    refused(ada, "delete_organisation", 403, org_id=org)
    squonk_admin.accounts_ok("delete_organisation", org_id=org)
    refused(ada, "get_organisation", 404, org_id=org)


def test_a_unit_from_its_making_to_its_end(squonk_admin: Squonk, ada: Squonk, bob: Squonk, place: Place) -> None:
    assert re.fullmatch(ID.format("unit"), place.unit)
    shown = ada.accounts_ok("get_unit", unit_id=place.unit)
    assert shown == {
        "id": place.unit,
        "name": f"Rivers of {place.name}",
        "owner_id": ada.username,
        "private": True,
        "created": shown["created"],
        "billing_day": 3,
        "default_product_privacy": "DEFAULT_PRIVATE",
        "caller_is_member": True,
        "users": [],
    }
    listed = ada.accounts_ok("get_organisation_units", org_id=place.org)
    assert (listed["count"], listed["units"], listed["organisation"]["id"]) == (1, [shown], place.org)
    assert ada.accounts_ok("get_available_units") == {"units": [listed]}
    assert ada.accounts_ok("get_units", unit_name=shown["name"]) == {"units": [listed]}
    assert ada.accounts_ok("get_units", unit_name="none of mine") == {"units": []}
    ada.accounts_ok("add_user_to_unit", unit_id=place.unit, username=bob.username)
    users = bob.accounts_ok("get_unit_users", unit_id=place.unit)
    assert (users["count"], users["users"], users["unit"]["id"]) == (1, [{"id": bob.username}], place.unit)
    other = ada.accounts_ok("create_unit", unit_name="Lakes", org_id=place.org, billing_day=28)["id"]
    assert [one["id"] for one in bob.accounts_ok("get_organisation_units", org_id=place.org)["units"]] == [place.unit]
    refused(bob, "get_unit", 404, unit_id=other)
    refused(bob, "create_unit", 403, unit_name="Bogs", org_id=place.org, billing_day=1)
    ada.accounts_ok("remove_user_from_unit", unit_id=place.unit, username=bob.username)
    refused(bob, "get_unit", 404, unit_id=place.unit)
    privacy = {"enum": ["DefaultProductPrivacyEnum", "DEFAULT_PUBLIC"]}
    ada.accounts_ok("alter_unit", unit_id=other, name="Meres", default_product_privacy=privacy)
    altered = ada.accounts_ok("get_unit", unit_id=other)
    assert (altered["name"], altered["default_product_privacy"]) == ("Meres", "DEFAULT_PUBLIC")
    refused(squonk_admin, "delete_organisation", 400, org_id=place.org)
    for unit in (place.unit, other):
        ada.accounts_ok("delete_unit", unit_id=unit)
    assert ada.accounts_ok("get_organisation_units", org_id=place.org)["units"] == []
    squonk_admin.accounts_ok("delete_organisation", org_id=place.org)


def test_a_personal_unit(ada: Squonk, bob: Squonk) -> None:
    refused(ada, "get_personal_unit", 404)
    made = ada.accounts_ok("create_personal_unit", billing_day=12)
    assert made["organisation_id"] == ada.accounts_ok("get_default_organisation")["id"]
    unit = ada.accounts_ok("get_personal_unit")
    assert (unit["id"], unit["name"], unit["billing_day"], unit["users"]) == (made["id"], ada.username, 12, [])
    refused(ada, "create_personal_unit", 409, billing_day=12)
    refused(ada, "add_user_to_unit", 409, unit_id=made["id"], username=bob.username)
    refused(ada, "delete_unit", 409, unit_id=made["id"])
    refused(bob, "get_unit", 404, unit_id=made["id"])
    product = ada.accounts_ok(
        "create_product", product_name="trial", unit_id=made["id"], product_type=TIER, flavour="EVALUATION"
    )["id"]
    refused(ada, "delete_personal_unit", 400)
    ada.accounts_ok("delete_product", product_id=product)
    ada.accounts_ok("delete_personal_unit")
    refused(ada, "get_personal_unit", 404)


def test_products_of_a_unit(ada: Squonk, place: Place) -> None:
    storage = ada.accounts_ok(
        "create_product", product_name="store", unit_id=place.unit, product_type=STORAGE, allowance=10, limit=20
    )["id"]
    tier = ada.accounts_ok(
        "create_product", product_name="flood", unit_id=place.unit, product_type=TIER, flavour="BRONZE"
    )["id"]
    assert re.fullmatch(ID.format("product"), tier)
    shown = ada.accounts_ok("get_product", product_id=tier)["product"]
    assert shown["product"] == {
        "id": tier,
        "created": shown["product"]["created"],
        "type": TIER,
        "flavour": "BRONZE",
        "name": "flood",
    }
    assert (shown["organisation"]["id"], shown["unit"]["id"], shown["claimable"]) == (place.org, place.unit, True)
    assert "claim" not in shown
    assert shown["instance"] == {"coins": {"used": 0}}
    assert shown["storage"]["coins"]["used"] == 0
    assert set(shown["storage"]["size"]) == {"peak", "current", "unit_size", "units_used"}
    coins = shown["coins"]
    assert coins["limit"] >= coins["allowance"] > 0
    assert (coins["used"], coins["at_limit"], coins["billing_day"]) == (0, False, 3)
    assert 1 <= coins["remaining_days"] <= 31
    kept = ada.accounts_ok("get_product", product_id=storage)["product"]
    assert (kept["coins"]["allowance"], kept["coins"]["limit"], kept["claimable"]) == (10, 20, False)
    assert not {"instance", "claim"} & set(kept)
    assert "flavour" not in kept["product"]
    everything = {"count": 2, "products": [shown, kept]}
    assert ada.accounts_ok("get_available_products") == everything
    assert ada.accounts_ok("get_products_for_unit", unit_id=place.unit) == everything
    assert ada.accounts_ok("get_products_for_organisation", org_id=place.org) == everything
    ada.accounts_ok("alter_product", product_id=storage, product_name="bigger", allowance=15, limit=30)
    raised = ada.accounts_ok("get_product", product_id=storage)["product"]
    assert (raised["product"]["name"], raised["coins"]["allowance"], raised["coins"]["limit"]) == ("bigger", 15, 30)
    for lower in ({"allowance": 14}, {"limit": 29}, {"allowance": 31}):
        refused(ada, "alter_product", 400, product_id=storage, **lower)
    refused(ada, "delete_unit", 400, unit_id=place.unit)
    for product in (storage, tier):
        ada.accounts_ok("delete_product", product_id=product)
        refused(ada, "get_product", 404, product_id=product)


def test_a_stranger_gets_nothing(ada: Squonk, bob: Squonk, place: Place) -> None:
    product = ada.accounts_ok(
        "create_product", product_name="flood", unit_id=place.unit, product_type=TIER, flavour="BRONZE"
    )["id"]
    asset = ada.accounts_ok("create_asset", **asset_of(place), content_string="x")["id"]
    assert bob.accounts_ok("get_available_units") == {"units": []}
    assert bob.accounts_ok("get_available_products") == {"count": 0, "products": []}
    assert bob.accounts_ok("get_available_assets") == {"count": 0, "assets": []}
    assert bob.accounts_ok("get_available_assets", scope_id=place.unit) == {"count": 0, "assets": []}
    assert bob.accounts_ok("get_organisations", org_name=place.name)["count"] == 0
    for name, arguments in {
        "get_organisation": {"org_id": place.org},
        "get_organisation_units": {"org_id": place.org},
        "get_organisation_users": {"org_id": place.org},
        "get_unit": {"unit_id": place.unit},
        "get_unit_users": {"unit_id": place.unit},
        "get_product": {"product_id": product},
        "get_products_for_unit": {"unit_id": place.unit},
        "get_products_for_organisation": {"org_id": place.org},
        "get_asset": {"asset_id": asset},
        "alter_organisation": {"org_id": place.org, "name": "Mine"},
        "alter_unit": {"unit_id": place.unit, "name": "Mine"},
        "alter_product": {"product_id": product, "product_name": "Mine"},
        "alter_asset": {"asset_id": asset, "content_string": "mine"},
        "add_user_to_organisation": {"org_id": place.org, "username": bob.username},
        "add_user_to_unit": {"unit_id": place.unit, "username": bob.username},
        "create_unit": {"org_id": place.org, "unit_name": "Mine", "billing_day": 1},
        "create_product": {"unit_id": place.unit, "product_name": "x", "product_type": TIER, "flavour": "GOLD"},
        "delete_unit": {"unit_id": place.unit},
        "delete_product": {"product_id": product},
        "delete_asset": {"asset_id": asset},
        "delete_organisation": {"org_id": place.org},
        "enable_asset": {"asset_id": asset},
        "disable_asset": {"asset_id": asset},
        "attach_asset": {"asset_id": asset, "m_id": 1},
        "detach_asset": {"asset_id": asset, "m_id": 1},
    }.items():
        refused(bob, name, 404, **arguments)


def asset_of(place: Place, name: str = "license") -> dict[str, Any]:
    scope = {"enum": ["ScopeEnum", "UNIT"]}
    return {"name": name, "description": "for the solver", "scope": scope, "scope_id": place.unit}


def test_an_asset_from_its_making_to_its_end(ada: Squonk, place: Place) -> None:
    asset = ada.accounts_ok("create_asset", **asset_of(place), content_string="one {{ two }} 'three'")["id"]
    assert re.fullmatch(ID.format("asset"), asset)
    shown = ada.accounts_ok("get_asset", asset_id=asset)
    assert shown == {
        "id": asset,
        "name": "license",
        "scope": "UNIT",
        "scope_id": place.unit,
        "creator": ada.username,
        "secret": False,
        "disabled": False,
        "content": "one {{ two }} 'three'",
        "created": shown["created"],
        "description": "for the solver",
        "merchants": [],
    }
    for scope_id in (place.unit, None):
        assert ada.accounts_ok("get_available_assets", scope_id=scope_id) == {"count": 1, "assets": [shown]}
    assert ada.accounts_ok("get_available_assets", scope_id=ada.username) == {"count": 0, "assets": []}
    refused(ada, "create_asset", 409, **asset_of(place), content_string="again")
    ada.accounts_ok("enable_asset", asset_id=asset)
    ada.accounts_ok("attach_asset", asset_id=asset, m_id=1)
    assert ada.accounts_ok("get_asset", asset_id=asset)["merchants"] == [1]
    refused(ada, "attach_asset", 404, asset_id=asset, m_id=2)
    refused(ada, "delete_asset", 400, asset_id=asset)
    refused(ada, "delete_unit", 400, unit_id=place.unit)
    ada.accounts_ok("alter_asset", asset_id=asset, description="for the other")
    altered = ada.accounts_ok("get_asset", asset_id=asset)
    assert (altered["description"], altered["content"]) == ("for the other", shown["content"])
    assert "content_modified" not in altered
    ada.accounts_ok("alter_asset", asset_id=asset, content_string="four")
    altered = ada.accounts_ok("get_asset", asset_id=asset)
    assert (altered["content"], altered["content_modified"] >= altered["created"]) == ("four", True)
    ada.accounts_ok("detach_asset", asset_id=asset, m_id=1)
    ada.accounts_ok("disable_asset", asset_id=asset)
    assert ada.accounts_ok("get_asset", asset_id=asset)["disabled"] is True
    ada.accounts_ok("delete_asset", asset_id=asset)
    refused(ada, "get_asset", 404, asset_id=asset)
    ada.accounts_ok("delete_unit", unit_id=place.unit)


def test_files_and_secrets_as_assets(ada: Squonk, place: Place, tmp_path: Path) -> None:
    file = tmp_path / "key.txt"
    file.write_text("from a file\n")
    content = {"content_file": {"path": str(file)}}
    asset = ada.accounts_ok("create_asset", **asset_of(place), **content)["id"]
    assert ada.accounts_ok("get_asset", asset_id=asset)["content"] == "from a file\n"
    file.write_text("again\n")
    ada.accounts_ok("alter_asset", asset_id=asset, **content)
    assert ada.accounts_ok("get_asset", asset_id=asset)["content"] == "again\n"
    secret = ada.accounts_ok("create_asset", **asset_of(place, "key"), content_string="hush", is_secret=True)["id"]
    told = [ada.accounts_ok("get_asset", asset_id=secret), ada.accounts_ok("get_available_assets")]
    assert "hush" not in str(told)
    assert (told[0]["secret"], "content" in told[0]) == (True, False)
    refused(ada, "create_asset", 400, **asset_of(place, "empty"))


def test_assets_of_each_scope(squonk_admin: Squonk, ada: Squonk, bob: Squonk, place: Place) -> None:
    product = ada.accounts_ok(
        "create_product", product_name="flood", unit_id=place.unit, product_type=TIER, flavour="GOLD"
    )["id"]
    name = f"all-{uuid.uuid4().hex[:8]}"

    def make(person: Squonk, scope: str, scope_id: str | None = None) -> str:
        arguments = {"name": name, "description": "", "scope": {"enum": ["ScopeEnum", scope]}, "scope_id": scope_id}
        made: str = person.accounts_ok("create_asset", **arguments, content_string=scope)["id"]
        return made

    made = [
        make(ada, "USER"),
        make(ada, "PRODUCT", product),
        make(ada, "UNIT", place.unit),
        make(ada, "ORGANISATION", place.org),
        make(squonk_admin, "GLOBAL"),
    ]
    mine = [one["id"] for one in ada.accounts_ok("get_available_assets")["assets"] if one["name"] == name]
    assert mine == made[::-1]
    assert [one["id"] for one in bob.accounts_ok("get_available_assets")["assets"]] == [made[-1]]
    for scope_id, asset in zip((ada.username, product, place.unit, place.org), made, strict=False):
        assert [one["id"] for one in ada.accounts_ok("get_available_assets", scope_id=scope_id)["assets"]] == [asset]
    refused(
        ada, "create_asset", 403, name="x", description="", scope={"enum": ["ScopeEnum", "GLOBAL"]}, content_string="x"
    )
    refused(ada, "delete_asset", 403, asset_id=made[-1])
    squonk_admin.accounts_ok("delete_asset", asset_id=made[-1])


CANNOT_BE: list[tuple[str, dict[str, Any]]] = [
    ("create_unit", {"unit_name": "x" * 81, "billing_day": 1}),
    ("create_unit", {"unit_name": "a\nb", "billing_day": 1}),
    ("create_unit", {"unit_name": "Bogs", "billing_day": 29}),
    ("create_unit", {"unit_name": "Bogs", "billing_day": -1}),
    ("create_product", {"product_type": TIER}),
    ("create_product", {"product_type": TIER, "flavour": "PLATINUM"}),
    ("create_product", {"product_type": TIER, "flavour": "GOLD", "allowance": 5}),
    ("create_product", {"product_type": TIER, "flavour": "GOLD", "limit": 5}),
    ("create_product", {"product_type": STORAGE}),
    ("create_product", {"product_type": STORAGE, "limit": 5}),
    ("create_product", {"product_type": STORAGE, "allowance": 6, "limit": 5}),
    ("create_product", {"product_type": STORAGE, "allowance": 5, "flavour": "GOLD"}),
    ("create_product", {"product_type": STORAGE, "allowance": 10**40}),
    ("create_product", {"product_type": "A_HORSE", "allowance": 5}),
    ("create_product", {"product_type": STORAGE, "allowance": 5, "product_name": "y" * 81}),
    ("create_asset", {"name": "Upper"}),
    ("create_asset", {"name": "x" * 64}),
    ("create_asset", {"name": "a b"}),
    ("create_asset", {"name": "{{ a }}"}),
]


def test_what_cannot_be_is_refused(ada: Squonk, place: Place) -> None:
    common: dict[str, dict[str, Any]] = {
        "create_unit": {"org_id": place.org},
        "create_product": {"unit_id": place.unit, "product_name": "flood"},
        "create_asset": {**asset_of(place), "content_string": "x"},
    }
    for name, arguments in CANNOT_BE:
        refused(ada, name, 400, **common[name] | arguments)
    assert ada.accounts_ok("get_available_products")["count"] == 0


def test_errors_have_one_field_and_say_what_to_do(ada: Squonk, place: Place) -> None:
    url = f"{ada.url}/account-server-api"
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {ada.token}"}) as direct:
        answer = direct.post(f"/product/unit/{place.unit}", json={"name": "x", "type": TIER})
        assert (answer.status_code, list(answer.json())) == (400, ["error"])
        assert "BRONZE" in answer.json()["error"].upper()
        assert direct.put("/unit", json={"billing_day": 1}).status_code == 201
        assert direct.delete("/unit").status_code == 204
        assert direct.get("/openapi.json").status_code == 200
        forms: list[tuple[dict[str, Any], int]] = [
            ({"data": {"name": "x", "scope": "USER", "secret": "true"}}, 400),
            ({"files": {"content_file": ("x", b"x")}}, 400),
            ({"files": {"content_file": ("x", bytes(5 << 20))}}, 413),
            (
                {"files": {"content_file": ("x", b"x")}, "data": {"name": "x", "scope": "USER", "secret": "perhaps"}},
                400,
            ),
            ({"files": {"content_file": ("x", b"x")}, "data": {"name": "x", "scope": "ALL", "secret": "true"}}, 400),
            ({"files": {"content_file": ("x", b"x")}, "data": {"content_string": "x"}}, 400),
        ]
        for form, status in forms:
            answer = direct.post("/asset", **form)
            assert (answer.status_code, list(answer.json())) == (status, ["error"]), form.keys()
    assert httpx.post(f"{url}/asset", files={"content_file": ("x", b"x")}).status_code == 401
    strangers = httpx.get(f"{url}/organisation")
    assert (strangers.status_code, strangers.content) == (401, b"")
