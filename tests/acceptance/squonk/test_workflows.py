"""Workflows through the unmodified client, and run by plain HTTP, which that client cannot."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from fieldstation.testing.station import RunningStation
from tests.acceptance.squonk.client import Squonk
from tests.acceptance.squonk.jobs import finished, wait
from tests.acceptance.squonk.workflow_jobs import MANIFEST, definitions, step, workflow

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "squonk2" / "workflows"
GLOBAL = {"enum": ["ScopeEnum", "GLOBAL"]}
USER = {"enum": ["ScopeEnum", "USER"]}
FAN = workflow(
    step("split", "splitsmiles", {"outputBase": "chunk"}, inputFile="workflow.candidates"),
    step("work", "append-col", {"name": "seen", "value": "1", "outputFile": "done.smi"}, inputFile="split.outputBase"),
    step("join", "concatenate", inputFile="work.outputFile", inputDirPrefix="predefined.instance-link-glob",
         outputFile="workflow.joined"),
    variables={
        "inputs": {"type": "object", "properties": {"candidates": {"title": "Candidates", "type": "file"}}},
        "outputs": {"type": "object", "properties": {"joined": {"title": "All", "type": "file", "creates": "x"}}},
        "options": {"type": "object", "properties": {"joined": {"type": "string", "default": "all.smi"}}},
    },
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _jobs(squonk_station: RunningStation, squonk_admin: Squonk) -> None:
    """Load the jobs that the workflows name."""
    folder = squonk_station.data / "definitions" / "workflows"
    folder.mkdir(parents=True)
    (folder / "workflow-jobs.yaml").write_text(definitions())
    (folder / "workflow-manifest.yaml").write_text(MANIFEST)
    loaded = squonk_admin.dm_ok("put_job_manifest", url=f"file:{folder}/workflow-manifest.yaml")
    assert loaded["status"], loaded


def made(who: Squonk, definition: str, version: str = "1.0.0", **more: Any) -> str:
    """Make a workflow and a version of it; return the version's id."""
    draft = who.dm_ok("create_workflow", name="A workflow", scope=USER, scope_id=who.username, definition=definition)
    assert draft["validated"] is True
    found: str = who.dm_ok("apply_workflow_version", workflow_id=draft["id"], version_str=version)["id"]
    return found


def asked(who: Squonk, workflow_id: str, project: str, **form: Any) -> httpx.Response:
    """Ask for a run by plain HTTP."""
    with httpx.Client(base_url=who.url, headers={"Authorization": f"Bearer {who.token}"}) as http:
        sent = {"project_id": project, "as_name": "A run", **form}
        return http.post(f"/data-manager-api/workflow/{workflow_id}/run", data=sent)


def run(who: Squonk, workflow_id: str, project: str, **variables: Any) -> str:
    """Have a workflow run; return the id of what runs."""
    answer = asked(who, workflow_id, project, variables=json.dumps(variables))
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


def over(who: Squonk, running: str) -> dict[str, Any]:
    """Wait for the end of one."""
    found: dict[str, Any] = wait(
        lambda: who.dm_ok("get_running_workflow", running_workflow_id=running), lambda one: one["done"]
    )
    return found


def steps_of(who: Squonk, running: str) -> list[dict[str, Any]]:
    """Return its steps."""
    found = who.dm_ok("get_running_workflow_steps", running_workflow_id=running)
    assert found["count"] == len(found["running_workflow_steps"])
    steps: list[dict[str, Any]] = found["running_workflow_steps"]
    return steps


def faults(who: Squonk, running: str) -> list[str]:
    """Return what is said to have gone wrong with its steps."""
    return [one["error_msg"] for one in steps_of(who, running) if "error_msg" in one]


def put(who: Squonk, project: str, folder: Path, files: Mapping[str, str]) -> None:
    """Put files into a project."""
    for name, text in files.items():
        (folder / name).write_text(text)
        who.dm_ok("put_unmanaged_project_files", project_id=project, project_files=str(folder / name))


def text_of(who: Squonk, project: str, name: str, folder: Path, path: str = "/") -> str:
    """Read a file of a project."""
    place = folder / "back"
    who.dm_ok("get_unmanaged_project_file", project_id=project, project_file=name, local_file=str(place),
              project_path=path)  # fmt: skip
    return place.read_text()


def test_a_workflow_is_drafted_changed_versioned_run_and_removed(ada: Squonk, bob: Squonk, project: str) -> None:
    assert ada.dm_ok("get_workflow_engine_version")["version"]
    draft = ada.dm_ok("create_workflow", name="Two steps", scope=USER, scope_id=ada.username, definition="steps: []")
    assert draft["validated"] is False
    one = ada.dm_ok("get_workflow", workflow_id=draft["id"])
    assert one["validation_error_num"] == 1
    assert [fault.split(":")[0] for fault in one["validation_error_msg"]] == ["/kind", "/kind-version", "/name"]
    ada.refused("DmApi", "apply_workflow_version", 400, workflow_id=draft["id"], version_str="1.0.0")

    text = workflow(step("step-1"), step("step-2"), name="two-step-nop", description="Nothing, twice")
    assert ada.dm_ok("update_workflow", workflow_id=draft["id"], definition=text) == {"validated": True}
    assert ada.dm_ok("get_workflow_definition", workflow_id=draft["id"]) == {"definition": text}
    version = ada.dm_ok("apply_workflow_version", workflow_id=draft["id"], version_str="1.0.0")["id"]
    ada.refused("DmApi", "apply_workflow_version", 409, workflow_id=draft["id"], version_str="1.0.0")
    ada.refused("DmApi", "update_workflow", 409, workflow_id=version, name="Other")
    ada.refused("DmApi", "delete_workflow", 409, workflow_id=draft["id"])
    found = ada.dm_ok("get_workflow", workflow_id=version)
    assert (found["version"], found["source_id"], found["scope"]) == ("1.0.0", draft["id"], "USER")
    assert (found["workflow_name"], found["creating_user"]) == ("two-step-nop", ada.username)
    assert [one["name"] for one in found["steps"]] == ["step-1", "step-2"]
    assert None not in found.values()
    listed = ada.dm_ok("get_workflows")["workflows"]
    assert [one["id"] for one in listed[:2]] == [version, draft["id"]]

    ada.refused("DmApi", "run_workflow", 400, workflow_id=version)  # the client sends no form
    assert asked(ada, draft["id"], project).status_code == 403  # a draft, in a station for production
    running = run(ada, version, project)
    ended = over(ada, running)
    assert (ended["status"], ended["success"], ended["running_user"]) == ("SUCCESS", True, ada.username)
    assert ended["workflow"] == {"id": version, "name": "Two steps", "version": "1.0.0"}
    assert ended["project"]["id"] == project
    assert ended["started"] <= ended["stopped"]
    steps = steps_of(ada, running)
    assert [(one["name"], one["status"], one["error_num"]) for one in steps] == [
        ("step-1", "SUCCESS", 0), ("step-2", "SUCCESS", 0),
    ]  # fmt: skip
    instance = finished(ada, steps[0]["instance_id"])
    assert (instance["phase"], instance["running_workflow_step_id"]) == ("COMPLETED", steps[0]["id"])
    for narrowed in ({}, {"workflow_id": version}, {"project_id": project}):
        found = ada.dm_ok("get_running_workflows", **narrowed)
        assert [one["id"] for one in found["running_workflows"]] == [running]
    assert ada.dm_ok("get_running_workflows", workflow_id=draft["id"])["count"] == 0

    assert bob.dm_ok("get_running_workflows")["count"] == 0
    assert all(one["id"] not in (version, draft["id"]) for one in bob.dm_ok("get_workflows")["workflows"])
    for name in ("get_workflow", "get_workflow_definition", "delete_workflow"):
        bob.refused("DmApi", name, 404, workflow_id=version)
    for name in ("get_running_workflow", "get_running_workflow_steps", "stop_running_workflow",
                 "delete_running_workflow"):  # fmt: skip
        bob.refused("DmApi", name, 404, running_workflow_id=running)
    assert asked(bob, version, project).status_code == 404

    ada.dm_ok("stop_running_workflow", running_workflow_id=running)  # it has ended, and stays as it is
    assert ada.dm_ok("get_running_workflow", running_workflow_id=running)["status"] == "SUCCESS"
    ada.dm_ok("delete_running_workflow", running_workflow_id=running)
    ada.refused("DmApi", "get_running_workflow", 404, running_workflow_id=running)
    ada.dm_ok("delete_workflow", workflow_id=version)
    ada.dm_ok("delete_workflow", workflow_id=draft["id"])
    ada.refused("DmApi", "get_workflow", 404, workflow_id=draft["id"])


def test_files_fan_out_and_in_again(ada: Squonk, project: str, tmp_path: Path) -> None:
    put(ada, project, tmp_path, {"mols.smi": "C\nCC\nCCC\n"})
    running = run(ada, made(ada, FAN), project, candidates="mols.smi")
    assert over(ada, running)["status"] == "SUCCESS", faults(ada, running)
    steps = steps_of(ada, running)
    assert [one["name"] for one in steps] == ["split", "work", "work", "work", "join"]
    split = steps[0]["instance_id"]
    assert [one["variables"]["inputFile"] for one in steps[1:4]] == [
        f".{split}/chunk_{number}.smi" for number in (1, 2, 3)
    ]
    assert sorted(text_of(ada, project, "all.smi", tmp_path).split()) == ["C", "CC", "CCC", *["seen=1"] * 3]
    seen = ada.dm_ok("list_project_files", project_id=project)
    assert sorted(one["file_name"] for one in seen["files"]) == ["all.smi", "mols.smi"]


def sample(name: str) -> str:
    place = SAMPLES / f"{name}.yaml"
    if not place.exists():
        pytest.skip(f"there is no {place}")
    return place.read_text()


def test_steps_of_a_public_example_that_take_nothing_run(ada: Squonk, project: str) -> None:
    running = run(ada, made(ada, sample("example-two-step-nop")), project)
    assert over(ada, running)["status"] == "SUCCESS", faults(ada, running)
    steps = steps_of(ada, running)
    assert [(one["name"], one["status"], one["error_num"]) for one in steps] == [
        ("step-1", "SUCCESS", 0), ("step-2", "SUCCESS", 0),
    ]  # fmt: skip
    for one in steps:
        instance = finished(ada, one["instance_id"])
        assert (instance["phase"], instance["job_collection"]) == ("COMPLETED", "workflow-engine-unit-test-jobs")


def test_branches_of_a_public_example_meet_again(ada: Squonk, project: str, tmp_path: Path) -> None:
    running = run(ada, made(ada, sample("example-diamond")), project)
    assert over(ada, running)["status"] == "SUCCESS", faults(ada, running)
    steps = {one["name"]: one for one in steps_of(ada, running)}
    assert set(steps) == {"split", "branch-a", "branch-b", "merge"}
    assert steps["merge"]["started"] >= max(steps["branch-a"]["stopped"], steps["branch-b"]["stopped"])
    folder = f"/.{steps['merge']['instance_id']}"
    assert text_of(ada, project, "merged.out", tmp_path, folder) == "a\nb\na\nb\n"


def test_a_public_example_takes_a_file_of_the_project_and_leaves_one(ada: Squonk, project: str, tmp_path: Path) -> None:
    version = made(ada, sample("simple-python-molprops"))
    answer = asked(ada, version, project)
    assert answer.status_code == 400
    assert "candidateMolecules" in answer.json()["error"] and "clusteredMolecules" in answer.json()["error"]
    put(ada, project, tmp_path, {"in.smi": "C\n"})
    template = {"candidateMolecules": "in.smi", "clusteredMolecules": "{{ inputFile }}"}
    answer = asked(ada, version, project, variables=json.dumps(template))
    assert (answer.status_code, "no value may" in answer.json()["error"]) == (400, True)
    hostile = {"candidateMolecules": "in.smi", "clusteredMolecules": "$(id)&;.smi"}
    running = run(ada, version, project, **hostile)
    assert over(ada, running)["status"] == "SUCCESS", faults(ada, running)
    assert text_of(ada, project, "$(id)&;.smi", tmp_path) == "C\ncol1=123\ncol2=999\n"


def test_a_step_that_fails_fails_its_workflow_with_the_reason(ada: Squonk, project: str) -> None:
    running = run(ada, made(ada, sample("example-nop-fail")), project)
    ended = over(ada, running)
    assert (ended["status"], ended["success"], ended["error_num"]) == ("FAILURE", False, 3)
    assert "step-1" in ended["error_msg"] and "fieldstation run logs" in ended["error_msg"]
    (only,) = steps_of(ada, running)
    assert (only["status"], only["success"], only["error_num"]) == ("FAILURE", False, 3)


def test_public_examples_that_cannot_run_say_why(ada: Squonk, project: str) -> None:
    sample("duplicate-step-names")
    file = str(SAMPLES / "duplicate-step-names.yaml")
    twice = ada.dm_ok("create_workflow", name="Twice", scope=GLOBAL, definition_file=file)
    assert twice["validated"] is True
    ada.refused("DmApi", "apply_workflow_version", 400, workflow_id=twice["id"], version_str="1")
    answer = asked(ada, made(ada, sample("minimal")), project)
    assert answer.status_code == 400
    assert "a/b@1.0.0" in answer.json()["error"]
    ada.dm_ok("delete_workflow", workflow_id=twice["id"])


def test_stopping_ends_what_runs(ada: Squonk, project: str) -> None:
    text = workflow(step("first", "slow"), step("second", "slow"))
    running = run(ada, made(ada, text), project)
    ada.refused("DmApi", "delete_running_workflow", 409, running_workflow_id=running)
    wait(lambda: steps_of(ada, running), lambda steps: len(steps) == 2)
    ada.refused("DmApi", "delete_project", 409, project_id=project)
    ada.dm_ok("stop_running_workflow", running_workflow_id=running)
    ended = over(ada, running)
    assert (ended["status"], ended["stopping_user"], ended["error_num"]) == ("USER_STOPPED", ada.username, 1)
    assert [one["status"] for one in steps_of(ada, running)] == ["FAILURE", "FAILURE"]
    for one in steps_of(ada, running):
        assert finished(ada, one["instance_id"])["phase"] == "FAILED"


BAD: list[tuple[str, Callable[[], str], str]] = [
    ("circle", lambda: workflow(step("a", "append-col", inputFile="b.outputFile"),
                                step("b", "append-col", inputFile="a.outputFile")), "waits, through other steps"),
    ("itself", lambda: workflow(step("a", "append-col", inputFile="a.outputFile")), "waits, through other steps"),
    ("unknown step", lambda: workflow(step("a", "append-col", inputFile="none.outputFile")), "'none'"),
    ("no source", lambda: workflow(step("a") | {"plumbing": [{"variable": "x"}]}), "from exactly one of"),
    ("predefined", lambda: workflow(step("a", "append-col", inputFile="predefined.home")), "instance-link-glob"),
    ("no steps", lambda: workflow(), "at least one"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "told"), [(text, told) for _, text, told in BAD], ids=[name for name, _, _ in BAD])
def test_what_can_never_run_is_no_version(ada: Squonk, text: Callable[[], str], told: str) -> None:
    draft = ada.dm_ok("create_workflow", name="Bad", scope=USER, scope_id=ada.username, definition=text())
    with httpx.Client(base_url=ada.url, headers={"Authorization": f"Bearer {ada.token}"}) as http:
        answer = http.put(f"/data-manager-api/workflow/{draft['id']}/version", data={"version": "1"})
    assert answer.status_code == 400
    assert told in answer.json()["error"]


def test_forms_that_are_wrong_are_refused(ada: Squonk) -> None:
    good = {"name": "Fine", "scope": "GLOBAL", "definition": workflow(step("a"))}
    wrong: list[dict[str, str]] = [
        {"name": ""}, {"name": "x"}, {"scope": "TEAM"}, {"scope": "UNIT"}, {"definition": ""},
        {"scope": "AS_PROJECT", "scope_id": "project-none"}, {"definition": "x" * (300 << 10)},
        {"scope": "USER", "scope_id": "admin"},
    ]  # fmt: skip
    with httpx.Client(base_url=ada.url, headers={"Authorization": f"Bearer {ada.token}"}) as http:
        for change in wrong:
            parts = {name: (None, text) for name, text in (good | change).items() if text}
            answer = http.post("/data-manager-api/workflow", files=parts)
            assert answer.status_code in (400, 403, 404, 413), (change, answer.text)
            assert answer.json()["error"]
        bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
            f"{chr(98 + place)}: &{chr(98 + place)} [{','.join([f'*{chr(97 + place)}'] * 9)}]\n" for place in range(8)
        )
        parts = {name: (None, text) for name, text in (good | {"definition": bomb}).items()}
        answer = http.post("/data-manager-api/workflow", files=parts)
        assert (answer.status_code, answer.json()["validated"]) == (201, False)
        ada.dm_ok("delete_workflow", workflow_id=answer.json()["id"])
