"""Jobs launched in projects, through the unmodified client."""

import json
import uuid
from typing import Any

import httpx
import pytest

from fieldstation.testing.station import RunningStation
from tests.acceptance.squonk.client import Squonk
from tests.acceptance.squonk.jobs import done, finished, launched, loaded, nop, wait

TEST_PRODUCT = "product-11111111-1111-1111-1111-111111111111"
TOKEN = "abcdefghijkmnopqrstuvw"


def test_a_job_is_tried_dry_launched_followed_archived_and_removed(
    ada: Squonk, bob: Squonk, project: str, squonk_station: RunningStation
) -> None:
    dry = ada.dm_ok("dry_run_job_instance", project_id=project, name="A job", specification=nop())
    assert dry["command"] == "python3 -c 'pass'"
    started = launched(ada, project, nop())
    assert started["command"] == dry["command"]
    assert "callback_token" not in started
    instance = started["instance_id"]
    at_once = ada.dm_ok("get_instance", instance_id=instance)
    assert {"launched", "name", "owner", "phase", "outputs", "tasks", "run_time"} <= set(at_once)
    assert at_once["tasks"] == [{"id": started["task_id"], "purpose": "CREATE"}]

    over = finished(ada, instance)
    assert (over["phase"], over["owner"], over["project_id"]) == ("COMPLETED", ada.username, project)
    assert (over["job_collection"], over["job_job"], over["job_version"]) == ("im-test", "nop", "1.0.0")
    assert json.loads(over["application_specification"]) == nop(variables={})
    assert over["launched"] <= over["started"] <= over["stopped"]
    assert None not in over.values()
    task = done(ada, started["task_id"])
    assert (task["exit_code"], task["purpose"], task["purpose_id"]) == (0, "INSTANCE", instance)
    assert [state["state"] for state in task["states"]] == ["PENDING", "STARTED", "SUCCESS"]
    hidden = ada.dm_ok("list_project_files", project_id=project, include_hidden=True)
    assert hidden["paths"] == [f".{instance}"]
    assert ada.dm_ok("list_project_files", project_id=project)["paths"] == []

    listed = ada.dm_ok("get_project_instances", project_id=project)
    assert [one["id"] for one in listed["instances"]] == [instance]
    assert ada.dm_ok("get_available_instances")["count"] == 1
    about = ada.dm_ok("get_project", project_id=project)
    unit, organisation, other = about["unit_id"], about["organisation_id"], f"unit-{uuid.uuid4()}"
    with httpx.Client(base_url=ada.url, headers={"Authorization": f"Bearer {ada.token}"}) as http:
        for query, count in (
            ({"unit_id": unit}, 1),
            ({"org_id": organisation}, 1),
            ({"unit_id": unit, "org_id": organisation, "project_id": project}, 1),
            ({"unit_id": other}, 0),
            ({"org_id": other}, 0),
            ({"unit_id": unit, "org_id": other}, 0),
            ({"unit_id": unit, "project_id": other}, 0),
        ):
            assert http.get("/data-manager-api/instance", params=query).json()["count"] == count, query
    assert bob.dm_ok("get_available_instances") == {"count": 0, "instances": []}
    assert bob.dm_ok("get_project_instances", project_id=project) == {"count": 0, "instances": []}
    for name, status in (("get_instance", 404), ("update_instance", 404), ("delete_instance", 404)):
        more = {"archive": True} if name == "update_instance" else {}
        bob.refused("DmApi", name, status, instance_id=instance, **more)
    bob.refused("DmApi", "start_job_instance", 404, project_id=project, name="Mine", specification=nop())

    ada.dm_ok("update_instance", instance_id=instance, archive=True)
    assert ada.dm_ok("get_instance", instance_id=instance)["archived"] is True
    ada.refused("DmApi", "delete_instance", 409, instance_id=instance)
    with httpx.Client(base_url=ada.url, headers={"Authorization": f"Bearer {ada.token}"}) as http:
        assert http.patch(f"/data-manager-api/instance/{instance}", params={"archive": "false"}).status_code == 204
    removal = ada.dm_ok("delete_instance", instance_id=instance)["task_id"]
    assert done(ada, removal)["exit_code"] == 0
    ada.refused("DmApi", "get_instance", 404, instance_id=instance)
    assert ada.dm_ok("list_project_files", project_id=project, include_hidden=True)["paths"] == []


def test_events_of_a_job_are_told_in_order(ada: Squonk, project: str) -> None:
    started = launched(ada, project, nop(job="event-test", variables={"events": 4}))
    task = done(ada, started["task_id"])
    assert task["exit_code"] == 0
    told = [(event["ordinal"], event["level"], event["message"]) for event in task["events"]]
    assert told == [(number, "INFO", f"Event {number} of 4") for number in range(1, 5)]


def test_costs_become_coins_at_the_rate_of_the_launch(ada: Squonk, squonk_admin: Squonk, project: str) -> None:
    job = ada.dm_ok("get_job_by_version", job_collection="im-test", job_job="coin-test", job_version="1.0.0")
    rate = {"collection": "im-test", "job": "coin-test", "version": "1.0.0", "rate": "0.5", "comment": "for a test"}
    squonk_admin.dm_ok("set_job_exchange_rates", rates=rate)
    started = launched(ada, project, nop(job="coin-test"))
    squonk_admin.dm_ok("set_job_exchange_rates", rates=rate | {"rate": "7"})
    over = finished(ada, started["instance_id"])
    done(ada, started["task_id"])
    over = ada.dm_ok("get_instance", instance_id=started["instance_id"])
    assert over["job_id"] == job["id"]
    assert over["launch_exchange_rate"] == "0.5"
    assert float(over["coins"]) == pytest.approx(float(over["cost"]) * 0.5 / 1000)
    assert float(over["cost"]) > 0


COSTS = """
kind: DataManagerJobDefinition
kind-version: '2021.1'
collection: COLLECTION
jobs:
  tell:
    name: Tell of costs
    version: 1.0.0
    image: {name: 'host:', tag: any, project-directory: /data, working-directory: /data}
    command: >-
      sh -c 'for said in "$@"; do echo "2026-11-22T10:00:00+00:00 # INFO -COST- $said"; done' sh
      '+5.7 1' '+8.3 1' '-3 2' '-0.5 3' '9 5' '+1 4' '+0.5 6' '+2.5 6' 'much 7' '+1'
"""


def test_costs_count_once_in_their_order_and_never_below_nothing(
    ada: Squonk, squonk_admin: Squonk, squonk_station: RunningStation, project: str
) -> None:
    collection = loaded(squonk_admin, squonk_station, COSTS)
    rate = {"collection": collection, "job": "tell", "version": "1.0.0", "rate": "1000"}
    squonk_admin.dm_ok("set_job_exchange_rates", rates=rate)
    started = launched(ada, project, nop(collection=collection, job="tell"))
    done(ada, started["task_id"])
    over = ada.dm_ok("get_instance", instance_id=started["instance_id"])
    assert (over["phase"], over["cost"], over["coins"]) == ("COMPLETED", "9.5", "9.5")


def test_a_callback_token_reads_files_of_its_project_and_nothing_else(
    ada: Squonk, squonk_admin: Squonk, project: str, tmp_path: Any
) -> None:
    (tmp_path / "may.csv").write_text("level\n")
    ada.dm_ok("put_unmanaged_project_files", project_id=project, project_files=str(tmp_path / "may.csv"))
    callback = {"callback_url": "https://nobody.example/told", "callback_context": "my-context"}
    started = launched(ada, project, nop(), **callback, callback_token=TOKEN)
    assert started["callback_token"] == TOKEN
    reading = {"project_file": "may.csv", "local_file": str(tmp_path / "back")}
    ada.dm_ok("get_unmanaged_project_file_with_token", token=TOKEN, project_id=project, **reading)
    assert (tmp_path / "back").read_text() == "level\n"
    assert finished(ada, started["instance_id"])["has_valid_callback_token"] is True
    found = ada.dm_ok("get_tasks", exclude_removal=True, exclude_purpose="FILE.DATASET.PROJECT",
                      instance_callback_context="my-context")  # fmt: skip
    assert [task["id"] for task in found["tasks"]] == [started["task_id"]]

    other = squonk_admin.dm_ok("create_project", project_name="Other", as_tier_product_id=TEST_PRODUCT)["project_id"]
    for token, of in ((TOKEN, other), ("x" * 22, project), ("", project)):
        with httpx.Client(base_url=ada.url) as http:
            answer = http.get(
                f"/data-manager-api/project/{of}/file-with-token", params={"token": token, "file": "may.csv"}
            )
            assert answer.status_code in (400, 403)
    with httpx.Client(base_url=ada.url) as http:
        gone = http.delete(f"/data-manager-api/instance/{started['instance_id']}/token/{'x' * 22}")
        assert gone.status_code == 403
    assert opened_by_token(ada.url, project, started["instance_id"]) == []
    again = ada.dm(
        "start_job_instance", project_id=project, name="Twin", specification=nop(), **callback, callback_token=TOKEN
    )
    assert (again.success, again.status) == (False, 409)
    ada.dm_ok("delete_instance_token", instance_id=started["instance_id"], token=TOKEN)
    refused = ada.dm("get_unmanaged_project_file_with_token", token=TOKEN, project_id=project, **reading)
    assert (refused.success, refused.status) == (False, 403)
    assert opened_by_token(ada.url, project, started["instance_id"]) == []
    assert ada.dm_ok("list_project_files", project_id=project)["files"][0]["file_name"] == "may.csv"
    assert ada.dm_ok("get_instance", instance_id=started["instance_id"])["has_valid_callback_token"] is False
    made = launched(ada, project, nop(), **callback, generate_callback_token=True)
    assert len(made["callback_token"]) == 22


def opened_by_token(url: str, project: str, instance: str) -> list[str]:
    """Ask for everything that a callback token must not open; return what was not refused."""
    file = {"project_id": project, "file": "may.csv", "path": "/"}
    by_token = f"/data-manager-api/project/{project}/file-with-token"
    asked: list[tuple[str, str, dict[str, str], tuple[int, ...]]] = [
        *((method, by_token, file, (405,)) for method in ("PUT", "POST", "PATCH", "DELETE")),
        *(("GET", by_token, {"file": "may.csv", "path": path}, (400, 403, 404)) for path in ("/..", "/../..", "//etc")),
        ("GET", by_token, {"file": "."}, (400, 403, 404)),
        ("GET", "/data-manager-api/file", {"project_id": project}, (401,)),
        ("PUT", f"/data-manager-api/project/{project}/file", {"path": "/"}, (401,)),
        ("GET", f"/data-manager-api/project/{project}/file", file, (401,)),
        ("DELETE", "/data-manager-api/file", file, (401,)),
        ("GET", f"/data-manager-api/project/{project}", {}, (401,)),
        ("GET", f"/data-manager-api/instance/{instance}", {}, (401,)),
        ("DELETE", f"/data-manager-api/instance/{instance}", {}, (401,)),
        ("POST", "/data-manager-api/instance", {}, (401,)),
        ("GET", "/account-server-api/product", {}, (401,)),
        ("GET", "/api/v1/projects", {}, (401,)),
        ("GET", f"/api/v1/projects/{project}/files/may.csv", {}, (401,)),
    ]
    launch = {"application_id": "datamanagerjobs.squonk.it", "project_id": project, "as_name": "By token"}
    form = {**launch, "specification": json.dumps(nop())}
    found = []
    for headers in ({}, {"Authorization": f"Bearer {TOKEN}"}):
        with httpx.Client(base_url=url, headers=headers) as http:
            for method, address, query, expected in asked:
                status = http.request(method, address, params={**query, "token": TOKEN}, data=form).status_code
                found += [] if status in expected else [f"{method} {address} {query} {bool(headers)}: {status}"]
    return found


REFUSED: list[tuple[dict[str, str], dict[str, Any], int]] = [
    ({}, nop(version="9"), 404),
    ({}, nop(job="none"), 404),
    ({}, {"job": "nop"}, 400),
    ({}, nop(variables={"x": "{{ y }}"}, job="event-test"), 201),
    ({}, nop(variables={"events": "many"}, job="event-test"), 400),
    ({}, nop(variables={"events": 0}, job="event-test"), 400),
    ({}, nop(sub_path="/work"), 400),
    ({}, nop(sub_path="../work"), 400),
    ({"as_name": "x"}, nop(), 400),
    ({"as_name": "-x-"}, nop(), 400),
    ({"application_id": "jupyternotebooks.squonk.it"}, nop(), 404),
    ({"callback_token": "short", "callback_url": "https://x.example"}, nop(), 400),
    ({"callback_url": "file:///etc/passwd"}, nop(), 400),
    ({"callback_context": "x" * 257, "callback_url": "https://x.example"}, nop(), 400),
    ({"project_id": "project-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11"}, nop(), 404),
]


def test_what_cannot_be_launched_is_refused(ada: Squonk, project: str) -> None:
    plain = {"application_id": "datamanagerjobs.squonk.it", "project_id": project, "as_name": "A job"}
    with httpx.Client(base_url=ada.url, headers={"Authorization": f"Bearer {ada.token}"}) as http:
        for changes, specification, status in REFUSED:
            form = plain | changes | {"specification": json.dumps(specification)}
            for address in ("/instance/dry-run", "/instance"):
                answer = http.post(f"/data-manager-api{address}", data=form)
                assert answer.status_code == status, (changes, specification, answer.text)
                assert status == 201 or answer.json()["error"]


def test_an_instance_that_works_is_ended_and_removed(ada: Squonk, project: str) -> None:
    started = launched(ada, project, nop(job="event-test", variables={"events": 100, "pause": 60}))
    wait(lambda: ada.dm_ok("get_instance", instance_id=started["instance_id"]), lambda one: one["phase"] == "RUNNING")
    ada.refused("DmApi", "delete_project", 409, project_id=project)
    wait(lambda: ada.dm_ok("get_task", task_id=started["task_id"]), lambda one: len(one["events"]) == 1)
    removal = ada.dm_ok("delete_instance", instance_id=started["instance_id"])["task_id"]
    assert done(ada, removal)["exit_code"] == 0
    task = done(ada, started["task_id"])
    assert task["exit_code"] != 0
    assert task["states"][-1]["state"] == "FAILURE"
    ada.dm_ok("delete_project", project_id=project)
