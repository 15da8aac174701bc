"""What work costs, through the unmodified client: quoted, held, captured, refused at the limit, and billed."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.squonk.client import Squonk
from tests.acceptance.squonk.jobs import done, finished, launched, nop, wait

TIER, STORAGE = "DATA_MANAGER_PROJECT_TIER_SUBSCRIPTION", "DATA_MANAGER_STORAGE_SUBSCRIPTION"
JOB = {"collection": "im-test", "job": "coin-test", "version": "1.0.0"}


@dataclass(frozen=True, kw_only=True)
class Place:
    """An organisation with a unit, a tier that pays for a project, and a storage product."""

    org: str
    unit: str
    tier: str
    project: str
    storage: str


@pytest.fixture
def place(squonk_admin: Squonk, ada: Squonk) -> Place:
    name = f"Moorland {uuid.uuid4().hex[:6]}"
    org = squonk_admin.accounts_ok("create_organisation", org_name=name, org_owner=ada.username)["id"]
    unit = ada.accounts_ok("create_unit", unit_name=f"Rivers of {name}", org_id=org, billing_day=3)["id"]
    tier = ada.accounts_ok("create_product", product_name="work", unit_id=unit, product_type=TIER, flavour="BRONZE")
    store = ada.accounts_ok("create_product", product_name="store", unit_id=unit, product_type=STORAGE, allowance=10)
    project = ada.dm_ok("create_project", project_name=name, as_tier_product_id=tier["id"], private=True)["project_id"]
    return Place(org=org, unit=unit, tier=tier["id"], project=project, storage=store["id"])


def rated(squonk_admin: Squonk, rate: str) -> None:
    squonk_admin.dm_ok("set_job_exchange_rates", rates={**JOB, "rate": rate, "comment": "for a test"})


def charged(ada: Squonk, place: Place, **more: Any) -> Any:
    return ada.accounts_ok("get_product_charges", product_id=place.tier, **more)


def closed(ada: Squonk, place: Place, count: int = 1) -> Any:
    return wait(
        lambda: charged(ada, place),
        lambda found: sum("closed" in one for one in found["processing_charges"]) == count,
    )


def ran(ada: Squonk, place: Place, **more: Any) -> str:
    started = launched(ada, place.project, nop(**JOB, **more))
    finished(ada, started["instance_id"])
    done(ada, started["task_id"])
    found: str = started["instance_id"]
    return found


def test_a_job_is_charged_once_at_the_rate_of_its_launch_and_billed(
    squonk_admin: Squonk, ada: Squonk, bob: Squonk, place: Place
) -> None:
    rated(squonk_admin, "500")
    instance = ran(ada, place)
    found = closed(ada, place)
    shown = ada.dm_ok("get_instance", instance_id=instance)
    coins = Decimal(shown["cost"]) * 500 / 1000
    assert coins > 0
    assert Decimal(shown["coins"]) == coins
    assert 1 <= shown["authorisation_code"] < 2**31
    (one,) = found["processing_charges"]
    assert (one["final"], one["merchant_kind"]) == (True, "DATA_MANAGER")
    charge = one["charge"]
    assert (charge["name"], charge["username"], Decimal(charge["coins"])) == ("A job", ada.username, coins)
    assert isinstance(charge["id"], int)
    assert charge["sqn"] >= 1
    told = charge["additional_data"]
    assert (told["instance_id"], told["cost"], told["cost_to_coins_er"]) == (instance, shown["cost"], "500")
    assert {"cost_scale_factor", "instance_name", "started", "stopped", "run_time", "job_collection"} <= set(told)
    assert Decimal(found["coins"]) == coins + sum(Decimal(item["coins"]) for item in found["storage_charges"]["items"])
    assert {"billing_day", "claim", "claimable", "count", "from", "until", "product_id", "product_type"} <= set(found)
    assert date.fromisoformat(found["from"]) <= datetime.now(UTC).date() < date.fromisoformat(found["until"])

    product = ada.accounts_ok("get_product", product_id=place.tier)["product"]
    assert Decimal(str(product["instance"]["coins"]["used"])) == coins
    assert Decimal(str(product["coins"]["used"])) == coins
    assert product["coins"]["billing_prediction"] >= product["coins"]["used"]
    unit = ada.accounts_ok("get_unit_charges", unit_id=place.unit)
    assert {one["product_id"] for one in unit["products"]} == {place.tier, place.storage}
    assert Decimal({one["type"]: one["coins"] for one in unit["summary"]["charges"]}["PROCESSING"]) == coins
    whole = ada.accounts_ok("get_organisation_charges", org_id=place.org)
    assert [one["unit_id"] for one in whole["unit_charges"]] == [place.unit]
    everything = squonk_admin.accounts_ok("get_charges")
    assert place.org in [one["organisation_id"] for one in everything["organisation_charges"]]
    assert Decimal(everything["coins"]) >= coins
    assert charged(ada, place, pbp=-1)["count"] == 0
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    assert charged(ada, place, from_=yesterday.isoformat())["count"] == found["count"]

    ada.refused("AsApi", "get_charges", 403)
    bob.refused("AsApi", "get_product_charges", 404, product_id=place.tier)
    bob.refused("AsApi", "get_unit_charges", 404, unit_id=place.unit)
    bob.refused("AsApi", "get_organisation_charges", 404, org_id=place.org)
    with httpx.Client(base_url=ada.url, headers={"Authorization": f"Bearer {ada.token}"}) as http:
        for wrong in ({"pbp": "-24"}, {"pbp": "1"}, {"from": "soon"}, {"from": "2026-02-02", "until": "2026-02-02"}):
            answer = http.get(f"/account-server-api/charges/product/{place.tier}", params=wrong)
            assert (answer.status_code, bool(answer.json()["error"])) == (400, True), wrong


def test_what_is_at_its_limit_begins_nothing_new_until_the_limit_is_raised(
    squonk_admin: Squonk, ada: Squonk, place: Place
) -> None:
    rated(squonk_admin, "500")
    ran(ada, place, variables={"cost": 10_000, "steps": 1})  # more than such jobs cost before
    closed(ada, place)
    product = ada.accounts_ok("get_product", product_id=place.tier)["product"]["coins"]
    assert product["at_limit"] is True
    assert product["used"] >= product["limit"]
    form = {
        "application_id": "datamanagerjobs.squonk.it",
        "project_id": place.project,
        "as_name": "One more",
        "specification": '{"collection": "im-test", "job": "nop", "version": "1.0.0"}',
    }
    with httpx.Client(base_url=ada.url, headers={"Authorization": f"Bearer {ada.token}"}) as http:
        refused = http.post("/data-manager-api/instance", data=form)
        assert refused.status_code == 403
        for said in (place.tier, "limit of 2000", "product change"):
            assert said in refused.json()["error"]
        upload = http.put(f"/data-manager-api/project/{place.project}/file", files={"file": ("a.txt", b"a")})
        assert upload.status_code == 403
    ada.accounts_ok("alter_product", product_id=place.tier, limit=10**9)
    started = launched(ada, place.project, nop())
    done(ada, started["task_id"])


def test_an_evaluation_is_free_and_what_nobody_pays_for_has_no_code(
    squonk_admin: Squonk, ada: Squonk, place: Place
) -> None:
    rated(squonk_admin, "500")
    free = ada.accounts_ok(
        "create_product", product_name="look", unit_id=place.unit, product_type=TIER, flavour="EVALUATION"
    )["id"]
    project = ada.dm_ok("create_project", project_name="Look", as_tier_product_id=free, private=False)["project_id"]
    look = Place(org=place.org, unit=place.unit, tier=free, project=project, storage=place.storage)
    instance = ran(ada, look)
    shown = ada.dm_ok("get_instance", instance_id=instance)
    assert (shown["coins"], shown["launch_exchange_rate"]) == ("0", "0")
    assert closed(ada, look)["coins"] == "0"
    ada.dm_ok("delete_project", project_id=project)  # everybody would see it
    (own,) = ada.dm_ok("get_available_projects", project_name=ada.username)["projects"]
    started = launched(ada, own["project_id"], nop())
    assert "authorisation_code" not in ada.dm_ok("get_instance", instance_id=started["instance_id"])


def test_storage_is_charged_for_the_day_and_takes_nothing_new_at_its_limit(
    ada: Squonk, place: Place, tmp_path: Path
) -> None:
    unit = ada.accounts_ok("create_unit", unit_name="Lakes", org_id=place.org, billing_day=3)["id"]
    store = ada.accounts_ok("create_product", product_name="one", unit_id=unit, product_type=STORAGE, allowance=1)["id"]
    (tmp_path / "may.csv").write_text("level\n3\n")
    sending = {"dataset_file": str(tmp_path / "may.csv"), "dataset_type": "text/csv", "unit_id": unit}
    sent = ada.dm_ok("upload_dataset", **sending)
    found = ada.accounts_ok("get_product_charges", product_id=store)
    (item,) = found["storage_charges"]["items"]
    assert (item["item_number"], item["coins"], item["burn_rate"], item["current_burn_rate"]) == (1, "1", "1", "1")
    assert item["additional_data"]["current_bytes"] == 8
    assert "closed" not in item
    versions = ada.dm_ok("get_dataset_versions", dataset_id=sent["dataset_id"])["versions"]
    assert 1 <= versions[0]["authorisation_code"] < 2**31
    product = ada.accounts_ok("get_product", product_id=store)["product"]
    assert (product["coins"]["used"], product["coins"]["at_limit"], product["coins"]["current_burn_rate"]) == (
        0,
        True,
        1,
    )
    assert product["storage"]["coins"] == {"used": 1, "unit_cost": 1}
    assert product["storage"]["size"]["units_used"] == 1
    assert product["coins"]["billing_prediction"] == product["coins"]["remaining_days"]
    ada.refused("DmApi", "upload_dataset", 403, **sending)
    with httpx.Client(base_url=ada.url, headers={"Authorization": f"Bearer {ada.token}"}) as http:
        refused = http.post("/api/v1/datasets", json={"name": f"june-{uuid.uuid4().hex[:6]}", "unit": unit})
        assert (refused.status_code, refused.json()["reason"]) == (402, "no_coins")
        more = http.post(f"/api/v1/datasets/{sent['dataset_id']}/versions", files={"files": ("june.csv", b"level")})
        assert (more.status_code, more.json()["reason"]) == (402, "no_coins")
