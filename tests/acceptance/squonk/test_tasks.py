"""Tasks, through the unmodified client."""

import time
from typing import Any

import pytest

from tests.acceptance.squonk.client import Squonk

OTHERS = "FILE.DATASET.INSTANCE"


@pytest.fixture
def project(ada: Squonk) -> str:
    """A project of hers with some files in it."""
    ada.accounts("create_personal_unit", billing_day=3)
    unit = ada.accounts_ok("get_personal_unit")["id"]
    product = ada.accounts_ok(
        "create_product",
        product_name="bench work",
        unit_id=unit,
        product_type="DATA_MANAGER_PROJECT_TIER_SUBSCRIPTION",
        flavour="BRONZE",
    )["id"]
    made = ada.dm_ok("create_project", project_name="Flood levels", as_tier_product_id=product, private=True)
    found: str = made["project_id"]
    ada.dm_ok("create_project_path", project_id=found, project_path="/deep/er")
    return found


def done(who: Squonk, task: str) -> Any:
    """Wait as the client's own examples do, and return the task."""
    while True:
        found = who.dm_ok("get_task", task_id=task)
        if found["done"]:
            return found
        assert "exit_code" not in found
        time.sleep(0.05)


def listed(who: Squonk, **filters: Any) -> list[str]:
    """Return the ids of the tasks that somebody sees."""
    found = who.dm_ok("get_tasks", **filters)
    assert found["count"] == len(found["tasks"])
    return [task["id"] for task in found["tasks"]]


def test_the_removal_of_a_project_is_a_task(ada: Squonk, bob: Squonk, project: str) -> None:
    task = ada.dm_ok("delete_project", project_id=project)["task_id"]
    found = done(ada, task)
    assert found["created"].endswith("Z")
    assert {name: found[name] for name in ("done", "exit_code", "purpose", "purpose_id", "removal")} == {
        "done": True,
        "exit_code": 0,
        "purpose": "PROJECT",
        "purpose_id": project,
        "removal": True,
    }
    assert not {"purpose_version", "image", "instance_specification", "processing_stage"} & set(found)
    states = [state["state"] for state in found["states"]]
    assert (states[0], states[-1]) == ("PENDING", "SUCCESS")
    times = [state["time"] for state in found["states"]]
    assert times == sorted(times)
    assert found["events"] == ada.dm_ok("get_task", task_id=task, event_prior_ordinal=0, event_limit=5)["events"]

    assert listed(ada) == [task]
    assert listed(ada, exclude_purpose=OTHERS) == [task]
    assert ada.dm_ok("get_available_tasks", exclude_purpose="FILE,DATASET") == ada.dm_ok("get_tasks")
    for empty in (
        {"exclude_done": True},
        {"exclude_removal": True},
        {"exclude_purpose": "PROJECT"},
        {"project_id": project},
        {"instance_callback_context": "none"},
    ):
        assert listed(ada, **empty) == []
    ada.refused("DmApi", "get_tasks", 400, exclude_purpose="NONSENSE")

    assert listed(bob) == []
    bob.refused("DmApi", "get_task", 404, task_id=task)
    bob.refused("DmApi", "delete_task", 404, task_id=task)
    ada.dm_ok("delete_task", task_id=task)
    ada.refused("DmApi", "get_task", 404, task_id=task)
    ada.refused("DmApi", "delete_task", 404, task_id=task)
    assert listed(ada) == []


def test_an_administrator_sees_every_task_but_removes_only_their_own(
    ada: Squonk, squonk_admin: Squonk, project: str
) -> None:
    task = ada.dm_ok("delete_project", project_id=project)["task_id"]
    assert done(squonk_admin, task)["purpose_id"] == project
    assert task in listed(squonk_admin, exclude_purpose=OTHERS)
    squonk_admin.refused("DmApi", "delete_task", 403, task_id=task)
