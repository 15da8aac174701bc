"""Tasks through our REST API and through the door for Squonk2, over HTTP."""

import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from fieldstation.core.tasks.model import Level, NewEvent, NewTask, Purpose, Task
from fieldstation.core.tasks.service import Tasks
from fieldstation.db import Database
from fieldstation.kernel.ids import new_id
from tests.integration.runs.conftest import serving, shared_station, station
from tests.integration.runs.station import PASSWORD, Station

__all__ = ["serving", "shared_station", "station"]

DOOR = "/data-manager-api/task"


class Office:
    """Two people, and what a service of the station would do for them."""

    def __init__(self, station: Station) -> None:
        self.station = station
        self.database: Database = station.process.database
        self.tasks: Tasks = station.process.features.tasks
        self.ada, self.bob = self._person("ada"), self._person("bob")

    def _person(self, name: str) -> httpx.Client:
        username = f"{name}-{new_id('x')[-12:]}"
        made = self.station.client.post("/api/v1/users", json={"username": username, "password": PASSWORD})
        assert made.status_code == 201, made.text
        form = {"grant_type": "password", "client_id": "fieldstation", "username": username, "password": PASSWORD}
        signed = self.station.client.post("/auth/realms/fieldstation/protocol/openid-connect/token", data=form)
        headers = {"Authorization": f"Bearer {signed.json()['access_token']}"}
        return httpx.Client(base_url=self.station.client.base_url, headers=headers, timeout=100)

    def begin(self, who: httpx.Client, **fields: Any) -> Task:
        user = who.get("/api/v1/me").json()["id"]
        fields = {"purpose": Purpose.PROJECT, "purpose_id": "project-1"} | fields
        with self.database.begin() as tx:
            return self.tasks.begin(tx, user, NewTask(**fields))

    def finish(self, task: Task, exit_code: int = 0, message: str | None = None) -> None:
        with self.database.begin() as tx:
            self.tasks.started(tx, task.id)
            self.tasks.finished(tx, task.id, exit_code, message)

    def tell(self, task: Task, *texts: str) -> None:
        with self.database.begin() as tx:
            self.tasks.tell_many(tx, [NewEvent(task_id=task.id, text=text, level=Level.ERROR) for text in texts])


@pytest.fixture
def office(station: Station) -> Iterator[Office]:
    made = Office(station)
    yield made
    made.ada.close()
    made.bob.close()


def get(who: httpx.Client, path: str, status: int = 200, **query: Any) -> Any:
    answer = who.get(path, params=query)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_rest_shows_a_task_its_states_and_its_events_by_the_page(office: Office) -> None:
    task = office.begin(office.ada, purpose=Purpose.INSTANCE, purpose_id="instance-1", context="c")
    office.tell(task, "one", "two", "three")
    office.finish(task, 3, "{{ it }} ended with 3")
    shown = get(office.ada, f"/api/v1/tasks/{task.id}")
    assert shown.pop("asked_by").startswith("ada-")
    assert shown.pop("created") <= shown.pop("ended")
    states = shown.pop("states")
    assert shown == {
        "id": task.id,
        "purpose": "instance",
        "purpose_id": "instance-1",
        "removal": False,
        "context": "c",
        "state": "failure",
        "done": True,
        "exit_code": 3,
        "events": 3,
    }
    assert [(one["state"], one.get("message")) for one in states] == [
        ("pending", None),
        ("started", None),
        ("failure", "{{ it }} ended with 3"),
    ]
    first = get(office.ada, f"/api/v1/tasks/{task.id}/events", limit=2)
    rest = get(office.ada, f"/api/v1/tasks/{task.id}/events", limit=2, after=first["next"])
    told = [(one["ordinal"], one["level"], one["text"]) for one in first["items"] + rest["items"]]
    assert told == [(1, "error", "one"), (2, "error", "two"), (3, "error", "three")]
    assert "next" not in rest


def test_rest_lists_what_is_wanted(office: Office) -> None:
    file = office.begin(office.ada, purpose=Purpose.FILE, purpose_id="file-1")
    gone = office.begin(office.ada, purpose=Purpose.PROJECT, removal=True)
    office.finish(file)

    def listed(**query: Any) -> list[str]:
        return [one["id"] for one in get(office.ada, "/api/v1/tasks", **query)["items"]]

    assert listed() == [gone.id, file.id]
    assert listed(limit=1) == [gone.id]
    assert listed(purpose="file") == listed(exclude_removal="true") == listed(about="file-1") == [file.id]
    assert listed(purpose=["file", "project"], exclude_purpose="file") == listed(exclude_done="true") == [gone.id]
    assert listed(project="project-1") == listed(context="x") == listed(unit="u") == listed(organisation="o") == []
    assert get(office.bob, "/api/v1/tasks")["items"] == []
    for bad in ({"purpose": "FILE"}, {"exclude_done": "perhaps"}, {"context": "a\0b"}, {"after": "?"}, {"limit": 0}):
        assert get(office.ada, "/api/v1/tasks", 422, **bad)["reason"] == "invalid"


def test_rest_waits_for_the_end(office: Office) -> None:
    task = office.begin(office.ada)
    asked, answers = threading.Event(), []

    def wait() -> None:
        asked.set()
        answers.append(get(office.ada, f"/api/v1/tasks/{task.id}", wait_seconds=60))

    waiting = threading.Thread(target=wait)
    waiting.start()
    asked.wait()
    office.finish(task)
    waiting.join()
    assert answers[0]["done"]
    assert not get(office.ada, f"/api/v1/tasks/{office.begin(office.ada).id}", wait_seconds=0.01)["done"]


def test_rest_removes_what_is_done_for_who_asked(office: Office) -> None:
    task = office.begin(office.ada)
    path = f"/api/v1/tasks/{task.id}"
    assert office.ada.delete(path).json()["reason"] == "task_not_done"
    office.finish(task)
    hidden, missing = office.bob.delete(path), office.bob.delete("/api/v1/tasks/task-none")
    assert (hidden.status_code, hidden.json()["detail"]) == (404, missing.json()["detail"])
    assert get(office.bob, path, 404)["detail"] == get(office.bob, f"{path}/events", 404)["detail"]
    assert office.station.client.delete(path).status_code == 403, "an operator sees it, but did not ask for it"
    assert office.ada.delete(path).status_code == 204
    assert get(office.ada, path, 404)
    assert office.ada.delete(path).status_code == 404


def test_the_door_shows_what_its_clients_know(office: Office) -> None:
    task = office.begin(office.ada, purpose=Purpose.DATASET, purpose_id="dataset-1", purpose_version=2)
    waits = get(office.ada, f"{DOOR}/{task.id}")
    created = waits.pop("created")
    assert created.endswith("Z")
    (state,) = waits.pop("states")
    assert state == {"state": "PENDING", "time": created}
    assert waits == {
        "done": False,
        "purpose": "DATASET",
        "purpose_id": "dataset-1",
        "purpose_version": 2,
        "removal": False,
        "events": [],
    }
    office.tell(task, *(f"line {number}" for number in range(1, 601)))
    office.finish(task, 1, "no room")
    done = get(office.ada, f"{DOOR}/{task.id}")
    assert (done["done"], done["exit_code"]) == (True, 1)
    assert [state["state"] for state in done["states"]] == ["PENDING", "STARTED", "FAILURE"]
    assert done["states"][-1]["message"] == "no room"
    assert [event["ordinal"] for event in done["events"]] == list(range(1, 501))
    assert {name: done["events"][0][name] for name in ("level", "message")} == {"level": "ERROR", "message": "line 1"}
    behind = get(office.ada, f"{DOOR}/{task.id}", event_prior_ordinal=598, event_limit=7)["events"]
    assert [event["message"] for event in behind] == ["line 599", "line 600"]
    some = get(office.ada, f"{DOOR}/{task.id}", event_prior_ordinal=10, event_limit=2)["events"]
    assert [event["ordinal"] for event in some] == [11, 12]


def test_the_door_lists_and_narrows(office: Office) -> None:
    run = office.begin(office.ada, purpose=Purpose.INSTANCE, purpose_id="instance-1", context="mine")
    stop = office.begin(office.ada, purpose=Purpose.INSTANCE, purpose_id="instance-1", context="mine", removal=True)
    copy = office.begin(office.ada, purpose=Purpose.FILE, purpose_id="file-1")
    office.finish(run)

    def listed(**query: Any) -> list[str]:
        found = get(office.ada, DOOR, **query)
        assert found["count"] == len(found["tasks"])
        return [task["id"] for task in found["tasks"]]

    assert listed() == listed(purpose="", project_id="", unit_id="", org_id="") == [copy.id, stop.id, run.id]
    assert listed(exclude_done="True") == [copy.id, stop.id]
    wanted = {"exclude_removal": "True", "exclude_purpose": "FILE.DATASET.PROJECT"}
    assert listed(**wanted, instance_callback_context="mine") == [run.id]
    assert listed(purpose="FILE") == listed(exclude_purpose="DATASET, INSTANCE") == [copy.id]
    for none in ({"project_id": "project-1"}, {"unit_id": "u"}, {"org_id": "o"}, {"instance_callback_context": "x"}):
        assert listed(**none) == []
    assert get(office.bob, DOOR) == {"count": 0, "tasks": []}


@pytest.mark.parametrize(
    "query",
    [
        {"purpose": "file"},
        {"purpose": "WORKFLOW"},
        {"exclude_purpose": "FILE;DATASET"},
        {"exclude_purpose": "FILE.' OR 1=1"},
        {"exclude_done": "perhaps"},
        {"instance_callback_context": "x" * 257},
    ],
)
def test_the_door_refuses_filters_that_mean_nothing(office: Office, query: dict[str, str]) -> None:
    assert set(get(office.ada, DOOR, 400, **query)) == {"error"}


def test_the_door_forgets_what_is_done(office: Office) -> None:
    task = office.begin(office.ada)
    assert office.ada.delete(f"{DOOR}/{task.id}").status_code == 409
    for bad in (
        {"event_limit": 0},
        {"event_prior_ordinal": -1},
        {"event_limit": "x"},
        {"event_prior_ordinal": 1 << 70},
    ):
        get(office.ada, f"{DOOR}/{task.id}", 400, **bad)
    assert get(office.ada, f"{DOOR}/{task.id}", event_limit=1 << 70)["events"] == []
    office.finish(task)
    hidden, missing = get(office.bob, f"{DOOR}/{task.id}", 404), get(office.bob, f"{DOOR}/task-none", 404)
    assert hidden == missing
    assert office.bob.delete(f"{DOOR}/{task.id}").status_code == 404
    operator = office.station.client
    assert operator.delete(f"{DOOR}/{task.id}").status_code == 404, "through this door they first turn on what they may"
    for admin, status in (("true", 403), ("false", 404)):
        changed = operator.patch("/data-manager-api/user/account", data={"become_admin": admin})
        assert changed.status_code == 204, changed.text
        assert operator.delete(f"{DOOR}/{task.id}").status_code == status
    gone = office.ada.delete(f"{DOOR}/{task.id}")
    assert (gone.status_code, gone.content) == (204, b"")
    get(office.ada, f"{DOOR}/{task.id}", 404)
    assert httpx.get(f"{office.station.process.address}{DOOR}").status_code == 401
