"""What is written beside the outputs of jobs; the format's own package is the judge."""

import json
from pathlib import Path
from typing import Any

import pytest

from fieldstation.testing.station import RunningStation
from tests.acceptance.squonk.client import Squonk
from tests.acceptance.squonk.jobs import done, finished, launched, loaded, nop, read_file
from tests.acceptance.squonk.test_metadata import judged

DEFINITION = """
kind: DataManagerJobDefinition
kind-version: '2021.1'
collection: COLLECTION
jobs:
  score:
    name: Score poses
    version: 1.2.0
    image: {name: 'host:', tag: any, project-directory: /data, working-directory: /data}
    command: sh -c 'mkdir -p out && cp {{ poses }} {{ scored }}'
    variables:
      inputs:
        type: object
        required: [poses]
        properties:
          poses: {title: Poses, type: file}
      options:
        type: object
        properties:
          scored: {title: Scored, type: string, default: scored.sdf.gz}
          prefix: {title: Prefix, type: string}
      outputs:
        type: object
        properties:
          scored:
            title: Scored
            type: file
            creates: '{{ scored }}'
            annotation-properties:
              derived-from: poses
              service-execution: {service_ref: 'https://docs.example.org/score'}
              fields-descriptor:
                origin: score
                description: What scoring says
                fields:
                  score: {type: number, description: How well it docks, required: true}
                  named: {type: string, description: Under a name of its own, expression: '{{ prefix }}_rank'}
                  nameless: {type: string, description: Of no name, expression: '{{ nothing }}_x'}
                  old: {type: string, description: Said no more, active: false}
          many:
            title: Many
            type: files
            creates: 'part_*.sdf'
            annotation-properties:
              fields-descriptor: {origin: x, description: Parts, fields: {part: {type: integer, description: Number}}}
          plain: {title: Plain, type: file, creates: plain.txt}
"""
KINDS = ("meta", "schema", "params")
TIMES = {"created", "last_updated", "synchronised_datetime"}


@pytest.fixture(scope="module")
def collection(squonk_admin: Squonk, squonk_station: RunningStation) -> str:
    return loaded(squonk_admin, squonk_station, DEFINITION)


def without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_times(one) for key, one in value.items() if key not in TIMES}
    return [without_times(one) for one in value] if isinstance(value, list) else value


def test_outputs_are_described_as_the_package_does_it(
    ada: Squonk, project: str, collection: str, tmp_path: Path
) -> None:
    (tmp_path / "poses.sdf").write_text("poses")
    ada.dm_ok("put_unmanaged_project_files", project_id=project, project_files=str(tmp_path / "poses.sdf"))
    variables = {"poses": "poses.sdf", "prefix": "May"}
    asked = nop(collection=collection, job="score", version="1.2.0", variables=variables)
    started = launched(ada, project, asked)
    over = finished(ada, started["instance_id"])
    assert over["phase"] == "COMPLETED", over
    assert over["written_job_annotation_files"] == [f"scored.{kind}.json" for kind in KINDS]
    task = done(ada, started["task_id"])
    assert [(event["level"], "many" in event["message"]) for event in task["events"]] == [("WARNING", True)]
    ours = {
        f"scored.{kind}.json": json.loads(read_file(ada, project, f"scored.{kind}.json", tmp_path)) for kind in KINDS
    }
    rendered = asked | {"outputs": over["outputs"]}
    request: dict[str, Any] = {"do": "describe", "application": {"variables": variables}, "username": ada.username}
    outputs = {"scored": rendered["outputs"]["scored"]}
    theirs = judged(**request, rendered=rendered | {"outputs": outputs}, files={})
    assert set(ours) == set(theirs)
    said = {"score": "How well it docks", "May_rank": "Under a name of its own"}
    assert ours["scored.params.json"] == theirs["scored.params.json"] == said
    (mine,), (other,) = ours["scored.meta.json"]["annotations"], theirs["scored.meta.json"]["annotations"]
    parameters = other.pop("service_parameters")
    assert mine["service_parameters"]["variables"] == parameters["variables"] == variables
    assert without_times({**mine, "service_parameters": {}}) == without_times({**other, "service_parameters": {}})
    schema = ours["scored.schema.json"]
    assert {key: schema[key] for key in ("fields", "required")} == {
        key: theirs["scored.schema.json"][key] for key in ("fields", "required")
    }
    assert set(ours["scored.meta.json"]) == set(theirs["scored.meta.json"])
    assert judged(do="read", metadata=ours["scored.meta.json"])["again"] == ours["scored.meta.json"]

    again = nop(
        collection=collection,
        job="score",
        version="1.2.0",
        variables={"poses": "scored.sdf.gz", "scored": "out/twice.sdf", "prefix": "June"},
    )
    over = finished(ada, launched(ada, project, again)["instance_id"])
    assert over["written_job_annotation_files"][0] == "out/twice.meta.json"
    local = str(tmp_path / "twice")
    twice = {"project_file": "twice.meta.json", "project_path": "/out", "local_file": local}
    ada.dm_ok("get_unmanaged_project_file", project_id=project, **twice)
    meta = json.loads(Path(local).read_text())
    assert [note["service_parameters"]["variables"]["prefix"] for note in meta["annotations"]] == ["May", "June"]
    assert meta["created_by"] == ada.username


def test_metadata_that_is_no_metadata_is_told_and_fails_nothing(
    ada: Squonk, project: str, collection: str, tmp_path: Path
) -> None:
    for name, text in (("poses.sdf", "poses"), ("poses.meta.json", "[1]")):
        (tmp_path / name).write_text(text)
        ada.dm_ok("put_unmanaged_project_files", project_id=project, project_files=str(tmp_path / name))
    asked = nop(collection=collection, job="score", version="1.2.0", variables={"poses": "poses.sdf"})
    started = launched(ada, project, asked)
    assert finished(ada, started["instance_id"])["phase"] == "COMPLETED"
    task = done(ada, started["task_id"])
    assert task["exit_code"] == 0
    assert any("no JSON object" in event["message"] for event in task["events"])
