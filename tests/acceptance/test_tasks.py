"""Tasks, as somebody at a terminal follows them."""

from tests.acceptance.conftest import NewPerson
from tests.acceptance.person import Person


def removal(who: Person, name: str) -> str:
    """Make a project and remove it; return the task."""
    who.ok("project", "create", name)
    task: str = who.json("project", "remove", name, "--yes")["task"]
    return task


def test_a_task_is_followed_to_its_end_and_forgotten(ada: Person, new_person: NewPerson) -> None:
    bob = new_person("bob")
    task = removal(ada, "tidal")
    shown = ada.json("task", "show", task, "--wait")
    assert {name: shown[name] for name in ("id", "purpose", "removal", "asked_by", "done", "exit_code", "events")} == {
        "id": task,
        "purpose": "project",
        "removal": True,
        "asked_by": ada.username,
        "done": True,
        "exit_code": 0,
        "events": [],
    }
    assert [shown["states"][place]["state"] for place in (0, -1)] == ["pending", "success"]
    text = ada.ok("task", "show", task)
    assert f"removal of {shown['purpose_id']}" in text
    assert "exit code" in text

    assert [one["id"] for one in ada.json("task", "list")["items"]] == [task]
    assert [one["id"] for one in ada.json("task", "list", "--about", shown["purpose_id"])["items"]] == [task]
    for none in (("--open",), ("--purpose", "instance"), ("--context", "mine"), ("--about", "project-none")):
        assert ada.json("task", "list", *none) == {"items": []}
    assert task in ada.ok("task", "list")

    assert bob.json("task", "list") == {"items": []}
    for verb in ("show", "remove"):
        hidden, missing = bob.fst("task", verb, task), bob.fst("task", verb, "task-none")
        assert (hidden.code, hidden.err) == (missing.code, missing.err)
        assert (hidden.code, hidden.next_step) == (3, "list the tasks you see: fieldstation task list")
    assert ada.ok("task", "remove", task).strip() == f"removed {task}"
    assert ada.fst("task", "show", task).code == 3


def test_an_operator_sees_all_and_removes_only_their_own(ada: Person, admin: Person) -> None:
    task = removal(ada, "ebb")
    assert admin.json("task", "show", task, "--wait")["asked_by"] == ada.username
    refused = admin.fst("task", "remove", task)
    assert refused.code == 4
    assert refused.next_step == f"ask {ada.username}; a task that is done goes by itself after 400 days"


def test_what_is_no_filter_is_refused(ada: Person) -> None:
    assert ada.fst("task", "list", "--purpose", "WORKFLOW").code == 1
    assert ada.fst("task", "list", "--project", "none").code == 3
    assert ada.fst("task", "show").code == 2
