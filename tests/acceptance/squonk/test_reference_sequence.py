"""The unmodified client from its first call to its last: every public function, in the order in which it is meant.

Each call must succeed and answer what its readers look for; a stranger then repeats every read and is told nothing of
it. The list of functions is the installed client's own.
"""

import hashlib
import json
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from fieldstation.client import Station
from fieldstation.testing.station import RunningStation, running_station
from tests.acceptance.squonk.client import Squonk
from tests.acceptance.squonk.conftest import token_of
from tests.acceptance.squonk.jobs import done, finished, wait
from tests.acceptance.squonk.story import Story, told
from tests.acceptance.squonk.story_of_set_up import (
    define_jobs,
    greet,
    make_a_project,
    move_files,
    organise,
    sign_in,
    subscribe,
    turn_admin_on,
)

JOBS = "datamanagerjobs.squonk.it"
CONTEXT = f"context-{uuid.uuid4().hex}"
TOKEN = uuid.uuid4().hex[:22]
MANIFEST = "kind: DataManagerManifest\nkind-version: '2021.1'\njob-definition-files: [jobs.yaml]\n"
DEFINITIONS = """\
kind: DataManagerJobDefinition
kind-version: '2021.1'
collection: story
jobs:
  write:
    name: Write a line
    version: 1.0.0
    image: {name: 'host:', tag: '1', project-directory: /data, working-directory: /data}
    command: python3 -c 'open("{{ outfile }}", "w").write("x")'
    variables:
      outputs:
        type: object
        properties:
          outfile: {title: File, type: file, creates: '{{ outfile }}'}
"""
WORKFLOW = """\
kind: DataManagerWorkflow
kind-version: '2025.2'
name: told-twice
description: One step after the other
steps:
- name: first
  specification: {collection: im-test, job: nop, version: 1.0.0}
- name: second
  specification: {collection: im-test, job: nop, version: 1.0.0}
"""


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a manifest that the station may read."""
    folder = tmp_path_factory.mktemp("story") / "data-manager"
    folder.mkdir()
    (folder / "manifest.yaml").write_text(MANIFEST)
    (folder / "jobs.yaml").write_text(DEFINITIONS)
    return folder


@pytest.fixture(scope="module")
def station(definitions: Path) -> Iterator[RunningStation]:
    """A station for development, as the functions that take definitions back need."""
    place = Path(tempfile.mkdtemp(prefix="fst-story-"))
    place.chmod(0o711)  # the users of runs pass through
    chosen = {"FIELDSTATION_TOOL_SOURCES": f"file:{definitions}/", "FIELDSTATION_MODE": "DEVELOPMENT"}
    try:
        with running_station(place / "station", environment=chosen) as started:
            yield started
    finally:
        shutil.rmtree(place, ignore_errors=True)


def person(station: RunningStation, admin: Squonk, name: str) -> Squonk:
    """Somebody new with the client in their hands."""
    password = uuid.uuid4().hex
    with Station(station.url, admin.token) as known:
        known.users.add(name, password=password)
    return Squonk(url=station.url, token=token_of(station, name, password), username=name)


@pytest.fixture
def story(station: RunningStation, tmp_path: Path) -> Iterator[Story]:
    """The first user and one person, before their first call."""
    token = token_of(station, "admin", station.admin_password)
    admin = Squonk(url=station.url, token=token, username="admin")
    ada = person(station, admin, "ada")
    yield Story(ada=ada, admin=admin, folder=tmp_path)
    ada.close()
    admin.close()


def run_jobs(story: Story) -> None:
    """8: a job from its dry run to its removal."""
    project = story.made["project"]
    launch = {
        "project_id": project,
        "name": "A job",
        "specification": {"collection": "im-test", "job": "coin-test", "version": "1.0.0"},
    }
    dry = story.make("DmApi", "dry_run_job_instance", "command", **launch)
    callback = {"callback_url": "https://nobody.example/told", "callback_context": CONTEXT}
    made = story.make(
        "DmApi", "start_job_instance", "instance_id", "task_id", **launch, **callback, callback_token=TOKEN
    )
    story.marks |= {CONTEXT, TOKEN}
    assert (made["command"], made["callback_token"]) == (dry["command"], TOKEN)
    instance, task = story.keep("instance", made["instance_id"]), story.keep("task", made["task_id"])
    finished(story.ada, instance)
    assert done(story.ada, task)["exit_code"] == 0
    over = story.read("DmApi", "get_instance", "launched", "started", "stopped", "run_time", instance_id=instance)
    assert (over["phase"], over["owner"], over["application_type"]) == ("COMPLETED", "ada", "JOB")
    assert over["launch_exchange_rate"] == "2000"
    assert float(over["coins"]) == pytest.approx(float(over["cost"]) * 2)
    shown = story.read("DmApi", "get_task", "created", "states", "events", task_id=task)
    assert [one["state"] for one in shown["states"]] == ["PENDING", "STARTED", "SUCCESS"]
    only = {"exclude_removal": True, "exclude_purpose": "FILE.DATASET.PROJECT", "instance_callback_context": CONTEXT}
    assert [one["id"] for one in story.read("DmApi", "get_tasks", "count", **only)["tasks"]] == [task]
    assert task in {one["id"] for one in story.read("DmApi", "get_available_tasks", project_id=project)["tasks"]}
    for name, asked in (("get_available_instances", {}), ("get_project_instances", {"project_id": project})):
        (listed,) = story.read("DmApi", name, "count", **asked)["instances"]
        assert (listed["id"], listed["project_id"], listed["phase"]) == (instance, project, "COMPLETED")
        assert (listed["job_job"], listed["owner"], listed["coins"]) == ("coin-test", "ada", over["coins"])
    assert story.read("DmApi", "get_application", "instances", app_id=JOBS)["id"] == JOBS
    assert story.read("DmApi", "get_applications", "applications")["count"] >= 1
    _read_back_by_token(story)
    story.make("DmApi", "update_instance", instance_id=instance, archive=True)
    assert story.read("DmApi", "get_instance", instance_id=instance)["archived"] is True


def _read_back_by_token(story: Story) -> None:
    """What a receiver of callbacks does."""
    back = story.folder / "by token"
    reading = {"token": TOKEN, "project_id": story.made["project"], "project_file": "may.csv", "project_path": "/work"}
    story.make("DmApi", "get_unmanaged_project_file_with_token", **reading, local_file=str(back))
    assert back.read_text() == story.made["may.csv"]
    story.make("DmApi", "delete_instance_token", instance_id=story.made["instance"], token=TOKEN)
    story.refused("DmApi", "get_unmanaged_project_file_with_token", 403, **reading, local_file=str(back))


def send_data(story: Story) -> None:
    """9: data sets, their metadata, and their copies in the project."""
    project, unit, back = story.made["project"], story.made["unit"], str(story.folder / "back")
    assert story.read("DmApi", "get_supported_file_types", "types")["count"] > 0
    may = str(story.folder / "may.csv")
    made = story.make("DmApi", "upload_dataset", "task_id", dataset_file=may, dataset_type="text/csv", unit_id=unit)
    assert done(story.ada, made["task_id"])["exit_code"] == 0
    dataset = story.keep("dataset", made["dataset_id"])
    one = {"dataset_id": dataset, "dataset_version": made["dataset_version"]}
    (listed,) = story.read("DmApi", "get_available_datasets", "count")["datasets"]
    assert (listed["dataset_id"], listed["owner"], listed["editors"]) == (dataset, "ada", [])
    (version,) = listed["versions"]
    assert (version["version"], version["file_name"], version["type"]) == (1, "may.csv", "text/csv")
    assert (version["processing_stage"], version["size"]) == ("DONE", len(story.made["may.csv"]))
    found = story.read("DmApi", "get_dataset_versions", "owner", "editors", dataset_id=dataset)["versions"]
    assert [(one["version"], one["file_name"]) for one in found] == [(1, "may.csv")]
    story.read("DmApi", "get_dataset", **one, local_file=back)
    assert Path(back).read_text() == story.made["may.csv"]
    digest = hashlib.sha256(story.made["may.csv"].encode()).hexdigest()
    assert story.read("DmApi", "get_dataset_for_digest", digest=digest) == one
    label = [
        {"type": "LabelAnnotation", "label": "month", "value": story.keep("label", uuid.uuid4().hex), "active": True}
    ]
    story.make("DmApi", "update_dataset_metadata", "labels", dataset_id=dataset, labels=json.dumps(label))
    changed = '[{"meta_property": "description", "value": "As measured"}]'
    story.make("DmApi", "update_dataset_version_metadata", "description", **one, meta_properties=changed)
    assert story.read("DmApi", "get_dataset_metadata", "labels", dataset_id=dataset)["labels"][0]["label"] == "month"
    assert story.read("DmApi", "get_dataset_version_metadata", "annotations", **one)["dataset_id"] == dataset
    story.read("DmApi", "get_dataset_schema", "title", "description", "fields", **one)
    story.make("DmApi", "add_dataset_editor", dataset_id=dataset, editor="carol")
    story.make("DmApi", "remove_dataset_editor", dataset_id=dataset, editor="carol")
    attached = story.make(
        "DmApi", "attach_dataset_to_project", "file_name", "file_path", **one, project_id=project, as_type="text/csv"
    )
    assert done(story.ada, attached["task_id"])["exit_code"] == 0
    file = story.keep("file", attached["file_id"])
    story.read("DmApi", "get_project_file", file_id=file, local_file=back)
    given = {"project_id": project, "path": "/", "file_name": "may.csv", "dataset_type": "text/csv", "unit_id": unit}
    again = story.make("DmApi", "create_dataset_from_project_file", "task_id", **given)
    done(story.ada, again["task_id"])
    story.keep("second dataset", again["dataset_id"])


def chain_jobs(story: Story) -> None:
    """10: workflows."""
    scope = {"enum": ["ScopeEnum", "USER"]}
    made = story.make("DmApi", "create_workflow", "id", name="Twice", scope=scope, definition=WORKFLOW)
    workflow = story.keep("workflow", made["id"])
    assert made["validated"] is True
    story.make("DmApi", "update_workflow", "validated", workflow_id=workflow, name="Twice told")
    shown = story.read("DmApi", "get_workflow", "created", "steps", "scope", workflow_id=workflow)
    assert (shown["name"], [one["name"] for one in shown["steps"]]) == ("Twice told", ["first", "second"])
    assert "told-twice" in story.read("DmApi", "get_workflow_definition", workflow_id=workflow)["definition"]
    version = story.make("DmApi", "apply_workflow_version", "id", workflow_id=workflow, version_str="1.0.0")
    version = story.keep("workflow version", version["id"])
    assert {one["id"] for one in story.read("DmApi", "get_workflows", "count")["workflows"]} == {workflow, version}
    story.refused("DmApi", "run_workflow", 400, workflow_id=version)  # it sends no form
    running = story.keep("running workflow", _run(story, version))
    of = {"running_workflow_id": running}
    over = wait(lambda: story.ada.dm_ok("get_running_workflow", **of), lambda one: one["done"])
    assert (over["status"], over["success"]) == ("SUCCESS", True)
    story.read("DmApi", "get_running_workflow", "workflow", "project", "running_user", "variables", **of)
    only = {"workflow_id": version, "project_id": story.made["project"]}
    assert story.read("DmApi", "get_running_workflows", "running_workflows", **only)["count"] == 1
    steps = story.read("DmApi", "get_running_workflow_steps", "count", **of)["running_workflow_steps"]
    assert [(one["name"], one["status"]) for one in steps] == [("first", "SUCCESS"), ("second", "SUCCESS")]
    story.marks |= {one["instance_id"] for one in steps}


def _run(story: Story, workflow: str, **variables: object) -> str:
    """Run a workflow as the interface says, since the client cannot."""
    form = {"project_id": story.made["project"], "as_name": "A run", "variables": json.dumps(variables)}
    with httpx.Client(base_url=story.ada.url, headers={"Authorization": f"Bearer {story.ada.token}"}) as http:
        answer = http.post(f"/data-manager-api/workflow/{workflow}/run", data=form)
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


def take_workflows_back(story: Story) -> None:
    """10, its end: one that is stopped, and what is removed."""
    running = _run(story, story.made["workflow version"])
    stopped = story.ada.dm("stop_running_workflow", running_workflow_id=running)
    story.called["DmApi"].add("stop_running_workflow")
    assert stopped.success, stopped
    over = wait(lambda: story.ada.dm_ok("get_running_workflow", running_workflow_id=running), lambda one: one["done"])
    assert over["status"] in ("USER_STOPPED", "SUCCESS")  # it may have ended before
    for one in (running, story.made["running workflow"]):
        story.make("DmApi", "delete_running_workflow", running_workflow_id=one)
    story.make("DmApi", "delete_workflow", workflow_id=story.made["workflow version"])
    story.make("DmApi", "delete_workflow", workflow_id=story.made["workflow"])


def pay(story: Story) -> None:
    """11: charges, actions, assets, the event stream."""
    tier, unit, org = story.made["tier"], story.made["unit"], story.made["organisation"]
    instance = story.ada.dm_ok("get_instance", instance_id=story.made["instance"])
    shown = story.read("AsApi", "get_product_charges", "coins", "from", "until", "storage_charges", product_id=tier)
    charges = [one["charge"] for one in shown["processing_charges"]]
    (mine,) = (one for one in charges if one["additional_data"]["instance_id"] == story.made["instance"])
    assert (mine["coins"], mine["username"], float(mine["coins"]) > 0) == (instance["coins"], "ada", True)
    of_unit = story.read("AsApi", "get_unit_charges", "summary", "billing_day", unit_id=unit, pbp=0)
    assert tier in {one["product_id"] for one in of_unit["products"]}
    assert (
        story.read("AsApi", "get_organisation_charges", "coins", "unit_charges", org_id=org)["organisation_id"] == org
    )
    assert story.operator.read("AsApi", "get_charges", "coins", "organisation_charges")["count"] >= 1
    as_json = {"action_format": {"enum": ["EventStreamFormat", "JSON_STRING"]}}
    assert story.operator.read("AsApi", "get_actions", "actions", product_id=tier, **as_json)["count"] >= 1
    stream = story.make(
        "AsApi", "create_event_stream", "name", "location", event_format={"enum": ["EventStreamFormat", "JSON_STRING"]}
    )
    story.keep("stream", stream["location"])
    assert story.read("AsApi", "get_event_stream", "id")["location"] == stream["location"]
    _own_an_asset(story)


def _own_an_asset(story: Story) -> None:
    scope = {"scope": {"enum": ["ScopeEnum", "UNIT"]}, "scope_id": story.made["unit"]}
    text = story.keep("asset text", uuid.uuid4().hex)
    made = story.make("AsApi", "create_asset", "id", name="licence", description="Ours", content_string=text, **scope)
    asset = {"asset_id": story.keep("asset", made["id"])}
    pair = {**asset, "m_id": story.made["merchant"]}
    story.make("AsApi", "attach_asset", **pair)
    story.make("AsApi", "enable_asset", **asset)
    shown = story.read("AsApi", "get_asset", "scope", "creator", "merchants", **asset)
    assert (shown["content"], shown["secret"], shown["disabled"]) == (text, False, False)
    assert story.read("AsApi", "get_available_assets", "assets", scope_id=story.made["unit"])["count"] == 1
    story.make("AsApi", "alter_asset", **asset, description="Still ours")
    story.make("AsApi", "detach_asset", **pair)
    story.make("AsApi", "disable_asset", **asset)


def administer(story: Story, station: RunningStation) -> None:
    """12: users, errors, the log."""
    story.operator.make("DmApi", "update_user_account", user_id="carol", suspend_message="holidays")
    story.operator.make("DmApi", "update_user_account", user_id="carol", suspend_message="/restore")
    assert "ada" in {one["username"] for one in story.operator.read("DmApi", "get_admin_users")["users"]}
    assert "ada" in {one["username"] for one in story.read("DmApi", "get_users", "count")["users"]}
    calls = wait(lambda: story.ada.dm_ok("get_api_log")["api_log"], bool)
    assert {"method", "path", "began", "status_code"} <= set(calls[0])
    story.read("DmApi", "get_api_log", "count", from_="2020-01-01")
    story.operator.make("DmApi", "delete_user_account", user_id="carol")
    error = _go_wrong(story, station)
    story.operator.read("DmApi", "get_service_errors", "count", include_acknowledged=True)
    story.operator.make("DmApi", "acknowledge_service_error", error_id=error)
    story.operator.make("DmApi", "delete_service_error", error_id=error)


def _go_wrong(story: Story, station: RunningStation) -> int:
    """Take the bytes of a file out of the store, as a failing disk would, and ask for them; return the error."""
    lost = story.folder / "lost.csv"
    lost.write_text(uuid.uuid4().hex)
    with Station(story.ada.url, story.ada.token) as known:
        known.datasets.create("lost")
        known.datasets.add_version("lost", [lost])
    digest = hashlib.sha256(lost.read_bytes()).hexdigest()
    (station.data / "blobs" / "sha256" / digest[:2] / digest[2:]).unlink()
    address = f"{story.ada.url}/api/v1/datasets/lost/versions/1/files/lost.csv"
    assert httpx.get(address, headers={"Authorization": f"Bearer {story.ada.token}"}).status_code == 500
    told = wait(lambda: story.admin.dm_ok("get_service_errors")["service_errors"], bool)
    assert {"summary", "severity", "created", "hostname", "stack_trace", "acknowledged"} <= set(told[0])
    found: int = told[0]["id"]
    return found


def tear_down(story: Story) -> None:
    """12, its end: what was made goes, in the order in which it may."""
    one = {"dataset_version": 1}
    story.make("AsApi", "delete_event_stream", event_stream_id=story.ada.accounts_ok("get_event_stream")["id"])
    story.make("AsApi", "delete_asset", asset_id=story.made["asset"])
    story.make("DmApi", "delete_project_file", file_id=story.made["file"])
    for name in ("dataset", "second dataset"):
        removal = story.make("DmApi", "delete_dataset", "task_id", dataset_id=story.made[name], **one)
        assert done(story.ada, removal["task_id"])["exit_code"] == 0
    with httpx.Client(base_url=story.ada.url, headers={"Authorization": f"Bearer {story.ada.token}"}) as http:
        kept = http.patch(f"/data-manager-api/instance/{story.made['instance']}", params={"archive": "false"})
        assert kept.status_code == 204, kept.text
    removal = story.make("DmApi", "delete_instance", "task_id", instance_id=story.made["instance"])
    assert done(story.ada, removal["task_id"])["exit_code"] == 0
    story.make("DmApi", "delete_task", task_id=removal["task_id"])
    removal = story.make("DmApi", "delete_project", "task_id", project_id=story.made["project"])
    assert done(story.ada, removal["task_id"])["exit_code"] == 0
    story.operator.make("DmApi", "delete_job_manifest", job_manifest_id=story.made["manifest"], purge=True)
    for name in ("tier", "storage"):
        story.make("AsApi", "delete_product", product_id=story.made[name])
    story.make("AsApi", "delete_unit", unit_id=story.made["unit"])
    story.operator.make("AsApi", "delete_organisation", org_id=story.made["organisation"])
    story.refused("AsApi", "get_organisation", 404, org_id=story.made["organisation"])


def test_every_function_of_the_client_in_its_order(story: Story, station: RunningStation, definitions: Path) -> None:
    sign_in(story, station)
    greet(story)
    turn_admin_on(story)
    organise(story)
    subscribe(story)
    make_a_project(story)
    move_files(story)
    define_jobs(story, definitions)
    run_jobs(story)
    send_data(story)
    chain_jobs(story)
    pay(story)
    administer(story, station)
    eve = person(station, story.admin, "eve")
    leaked = {one.name: marks for one in story.reads if (marks := told(eve, one, story.marks, story.folder))}
    assert leaked == {}
    eve.close()
    take_workflows_back(story)
    tear_down(story)
    written = station.log.read_text()
    assert [name for name in ("token", "asset text") if story.made[name] in written] == []
    assert TOKEN not in written
    functions = story.admin.functions()
    missing = {api: sorted(set(names) - story.called[api]) for api, names in functions.items()}
    assert missing == {"DmApi": [], "AsApi": [], "Auth": []}
