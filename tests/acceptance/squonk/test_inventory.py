"""Who works on what in a unit, as far as who asks may see it."""

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.squonk.client import Squonk
from tests.acceptance.squonk.jobs import done


@pytest.fixture
def unit(ada: Squonk, bob: Squonk, squonk_admin: Squonk) -> dict[str, str]:
    """A unit of ada's, in an organisation of hers, that bob is in too; and its product for a project."""
    name = f"org {ada.username}"
    organisation = squonk_admin.accounts_ok("create_organisation", org_name=name, org_owner=ada.username)["id"]
    unit = ada.accounts_ok("create_unit", unit_name="bench", org_id=organisation, billing_day=3)["id"]
    ada.accounts_ok("add_user_to_unit", unit_id=unit, username=bob.username)
    tier = {"product_type": "DATA_MANAGER_PROJECT_TIER_SUBSCRIPTION", "flavour": "BRONZE"}
    product = ada.accounts_ok("create_product", product_name="work", unit_id=unit, **tier)["id"]
    return {"organisation": organisation, "unit": unit, "product": product}


def people(found: dict[str, Any]) -> dict[str, Any]:
    return {one["username"]: one for one in found["users"]}


def test_members_see_who_works_on_what_they_see(ada: Squonk, bob: Squonk, unit: dict[str, str], tmp_path: Path) -> None:
    project = ada.dm_ok("create_project", project_name="Levels", as_tier_product_id=unit["product"], private=True)[
        "project_id"
    ]
    (tmp_path / "may.json").write_text("{}")
    made = ada.dm_ok(
        "upload_dataset",
        dataset_file=str(tmp_path / "may.json"),
        dataset_type="application/json",
        unit_id=unit["unit"],
    )
    done(ada, made["task_id"])
    part = {"id": project, "name": "Levels", "unit_id": unit["unit"]}
    version = {"id": made["dataset_id"], "version": 1, "filename": "may.json", "unit_id": unit["unit"]}

    for where in ({"unit_id": unit["unit"]}, {"org_id": unit["organisation"]}):
        found = ada.dm_ok("get_user_inventory", **where)
        assert len(found["today"]) == 10
        told = people(found)
        assert set(told) == {ada.username, bob.username}
        assert told[ada.username]["projects"] == {"administrator": [part], "editor": [part], "observer": []}
        assert told[ada.username]["datasets"] == {"owner": [version], "editor": []}
        assert told[bob.username]["projects"] == {"administrator": [], "editor": [], "observer": []}

    before = people(bob.dm_ok("get_user_inventory", unit_id=unit["unit"]))[ada.username]
    assert before["projects"]["administrator"] == []
    assert before["datasets"]["owner"] == []
    ada.dm_ok("add_project_observer", project_id=project, observer=bob.username)
    after = people(bob.dm_ok("get_user_inventory", unit_id=unit["unit"]))
    assert after[ada.username]["projects"]["administrator"] == [part]
    assert after[bob.username]["projects"]["observer"] == [part]
    only = bob.dm_ok("get_user_inventory", unit_id=unit["unit"], usernames=[bob.username, "nobody-here"])
    assert set(people(only)) == {bob.username}


def test_strangers_and_bad_questions_get_nothing(
    ada: Squonk, unit: dict[str, str], new_squonk: Any, squonk_admin: Squonk
) -> None:
    eve = new_squonk("eve")
    eve.refused("DmApi", "get_user_inventory", 404, unit_id=unit["unit"])
    eve.refused("DmApi", "get_user_inventory", 404, org_id=unit["organisation"])
    ada.refused("DmApi", "get_user_inventory", 404, unit_id="unit-none' OR 1=1")
    ada.refused("DmApi", "get_user_inventory", 400)
    ada.refused("DmApi", "get_user_inventory", 400, unit_id=unit["unit"], org_id=unit["organisation"])
    ada.refused("DmApi", "get_user_inventory", 400, unit_id=unit["unit"], usernames=[" ", ""])
    assert ada.username in people(squonk_admin.dm_ok("get_user_inventory", unit_id=unit["unit"]))
