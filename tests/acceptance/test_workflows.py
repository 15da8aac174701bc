"""Workflows from the terminal and over REST."""

import json
from pathlib import Path

import pytest

from fieldstation.client import ClientError
from tests.acceptance.conftest import NewPerson
from tests.acceptance.person import Person

TWO = """
kind: DataManagerWorkflow
kind-version: '2025.2'
name: two-steps
description: Tells of events, twice
variables:
  options: {type: object, properties: {many: {title: How many, type: integer, default: 2}}}
steps:
- {name: first, specification: {collection: im-test, job: event-test, version: 1.0.0},
   plumbing: [{variable: events, from-workflow: {variable: many}}]}
- {name: second, specification: {collection: im-test, job: event-test, version: 1.0.0},
   plumbing: [{variable: events, from-step: {name: first, variable: events}}]}
"""
CIRCLE = TWO.replace("from-workflow: {variable: many}", "from-step: {name: second, variable: events}")


def test_a_definition_is_checked_with_no_station(ada: Person, tmp_path: Path) -> None:
    good, bad, none = tmp_path / "two.yaml", tmp_path / "circle.yaml", tmp_path / "none.yaml"
    good.write_text(TWO)
    bad.write_text(CIRCLE)
    assert ada.json("workflow", "check", good)["workflows"] == [
        {"file": str(good), "name": "two-steps", "steps": ["first", "second"], "variables": ["many"]}
    ]
    told = ada.fst("workflow", "check", good, bad, none, "--json")
    faults = json.loads(told.out)["faults"]
    assert told.code == 1
    assert [(fault["file"], fault["where"]) for fault in faults] == [
        (str(bad), "/steps/first"), (str(bad), "/steps/second"), (str(none), "/"),
    ]  # fmt: skip
    assert "waits, through other steps, for itself" in ada.fst("workflow", "check", bad).out


def test_a_workflow_is_added_tagged_run_followed_and_forgotten(
    ada: Person, new_person: NewPerson, tmp_path: Path
) -> None:
    file = tmp_path / "two.yaml"
    file.write_text(CIRCLE)
    draft = ada.json("workflow", "add", file)
    assert len(draft["faults"]) == 2
    assert ada.fst("workflow", "tag", draft["id"], "1.0.0").code == 1
    file.write_text(TWO)
    assert ada.json("workflow", "change", draft["id"], "--file", file)["faults"] == []
    version = ada.json("workflow", "tag", draft["id"], "1.0.0")["id"]
    assert "1.0.0" in ada.ok("workflow", "list")
    assert "many" in ada.ok("workflow", "show", version)
    assert ada.fst("workflow", "run", draft["id"]).code == 4  # a draft, in a station for production
    ended = ada.json("workflow", "run", version, "many=3", "--wait")
    assert (ended["state"], [step["state"] for step in ended["launched"]]) == ("success", ["success", "success"])
    assert [step["variables"] for step in ended["launched"]] == [{"events": 3}, {"events": 3}]
    assert "Event 3 of 3" in ada.ok("run", "logs", ended["launched"][1]["run"])
    assert "success" in ada.ok("workflow", "status", ended["id"])
    assert [one["id"] for one in ada.json("workflow", "runs", "--workflow", version)["items"]] == [ended["id"]]
    assert ada.json("workflow", "stop", ended["id"])["state"] == "success"

    bob = new_person("bob")
    listed = [["workflow", verb, "--json"] for verb in ("list", "runs")]
    hidden = [["workflow", verb, version] for verb in ("show", "run", "remove")]
    hidden += [["workflow", verb, ended["id"]] for verb in ("status", "stop", "forget")]
    told = bob.each(listed + hidden)
    assert [json.loads(one.out)["items"] for one in told[:2]] == [[], []]
    assert [one.code for one in told[2:]] == [3] * len(hidden)
    last = [["forget", ended["id"]], ["status", ended["id"]], ["remove", version], ["remove", draft["id"]]]
    assert [one.code for one in ada.each([["workflow", *each] for each in last])] == [0, 3, 0, 0]


def test_a_request_for_a_run_is_safe_to_repeat(ada: Person) -> None:
    with ada.station() as station:
        draft = station.workflows.add("Two", TWO)
        version = station.workflows.tag(draft.id, "1").id
        project = station.me().project
        first = station.workflows.run(version, project, name="Once", key="monday")
        assert station.workflows.run(version, project, name="Once", key="monday").id == first.id
        with pytest.raises(ClientError) as refused:
            station.workflows.run(version, project, name="Twice", key="monday")
        assert refused.value.reason == "idempotency_key_reused"
        assert station.workflows.wait(first.id).state == "success"
        assert len(list(station.workflows.running(workflow=version))) == 1


def test_who_loses_the_project_loses_what_was_still_to_begin(ada: Person, new_person: NewPerson) -> None:
    bob = new_person("bob")
    slow = TWO.replace("many: {title", "pause: {title: x, type: number, default: 2}, many: {title").replace(
        "{variable: events, from-workflow: {variable: many}}",
        "{variable: events, from-workflow: {variable: many}}, {variable: pause, from-workflow: {variable: pause}}",
    )
    with ada.station() as owner, bob.station() as station:
        project = owner.projects.create("Shared for a while")
        owner.projects.share(project.id, bob.username, "editor")
        version = station.workflows.tag(station.workflows.add("Slow", slow).id, "1").id
        began = station.workflows.run(version, project.id, name="Slow")
        while not list(station.workflows.steps(began.id)):
            pass
        owner.projects.unshare(project.id, bob.username)
        ended = owner.workflows.wait(began.id)
        assert ended.state == "failure"
        assert ended.error is not None
        assert {step.state for step in owner.workflows.steps(began.id)} <= {"success", "failure"}
