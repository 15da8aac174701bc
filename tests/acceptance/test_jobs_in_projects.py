"""Jobs that work where a project's files lie, as somebody at a terminal launches them."""

import json
import os
import stat
import threading
import uuid
from pathlib import Path
from typing import Any

import pytest

from fieldstation.testing.station import RunningStation
from tests.acceptance.conftest import NewPerson
from tests.acceptance.person import Person

NOP = "im-test/nop@1.0.0"


def finished(person: Person, instance: str) -> Any:
    while (found := person.json("instance", "show", instance))["phase"] not in ("completed", "failed"):
        threading.Event().wait(0.1)
    return found


def test_a_job_is_tried_launched_listed_kept_and_removed(ada: Person, new_person: NewPerson) -> None:
    assert ada.ok("instance", "launch", NOP, "--dry").strip() == "python3 -c 'pass'"
    assert ada.json("instance", "list")["items"] == []
    made = ada.json("instance", "launch", NOP, "--name", "Morning run", "--debug")
    assert finished(ada, made["id"])["phase"] == "completed"
    while not (task := ada.json("task", "show", made["task"]))["done"]:
        threading.Event().wait(0.1)
    assert task["exit_code"] == 0
    assert "Morning run" in ada.ok("instance", "list")
    assert made["task"] in (shown := ada.ok("instance", "show", made["id"]))
    assert "until it is removed (debug)" in shown
    bob = new_person("bob")
    assert bob.json("instance", "list")["items"] == []
    assert bob.fst("instance", "show", made["id"]).code == 3
    assert bob.fst("instance", "remove", made["id"]).code == 3
    ada.ok("instance", "archive", made["id"])
    assert ada.fst("instance", "remove", made["id"]).code == 1
    ada.ok("instance", "archive", made["id"], "--undo")
    ada.ok("instance", "remove", made["id"])
    assert ada.fst("instance", "show", made["id"]).code == 3


def test_who_is_to_be_told_of_a_job_is_named_at_its_launch(ada: Person) -> None:
    told = ("--callback-url", "http://127.0.0.1:9/told", "--callback-context", "mine")
    made = ada.json("instance", "launch", NOP, *told, "--make-callback-token")
    assert len(made["callback_token"]) == 22
    while not (events := ada.json("task", "show", made["task"])["events"]):
        threading.Event().wait(0.1)
    assert "the callback for PENDING was given up" in events[0]["text"]
    own = "abcdefghijkmnopqrstuv2"
    assert f"callback token, shown this once: {own}" in ada.ok(
        "instance", "launch", NOP, *told, "--callback-token", own
    )
    assert ada.fst("instance", "launch", NOP, *told, "--callback-token", "short").code == 1
    assert ada.fst("instance", "launch", NOP, "--callback-context", "mine").code == 2


def test_its_run_is_shown_like_any_other(ada: Person) -> None:
    made = ada.json("instance", "launch", "im-test/event-test@1.0.0", "events=2")
    run = finished(ada, made["id"])["run"]
    assert ada.json("run", "show", run)["state"] == "succeeded"
    assert "Event 2 of 2" in ada.ok("run", "logs", run)
    ada.ok("run", "explain", run)
    crate = ada.fst("run", "crate", run)
    assert (crate.code, crate.next_step) == (1, "save what it made as a data set, and describe that")
    again = ada.fst("run", "rerun", run)
    assert again.code == 1
    assert "launch its job again" in again.next_step


def test_jobs_are_told_with_what_a_caller_fills_in(ada: Person, new_person: NewPerson) -> None:
    assert NOP in ada.ok("instance", "jobs")
    assert "Number of events" in ada.ok("instance", "job", "im-test/event-test@1.0.0")
    assert ada.fst("instance", "job", "im-test/none@1").code == 3
    known = {
        f"{one['collection']}/{one['job']}": one
        for one in ada.json("instance", "jobs", "-p", ada.json("whoami")["project"])["items"]
    }
    assert "lacks" not in known["im-test/event-test"] or known["im-test/event-test"]["lacks"] is None
    with ada.station() as station:
        place = "/api/v1/jobs/im-test/event-test/1.0.0"
        shown = station.transport.get(place)
        assert list(shown["variables"]["properties"]) == ["events", "pause"]
        assert shown["variables"]["properties"]["events"]["maximum"] == 10_000
        assert shown["variables"]["required"] == ["events", "pause"]
    stranger = ada.json("project", "create", "Of hers")["id"]
    assert new_person("bob").fst("instance", "jobs", "-p", stranger).code == 3


@pytest.mark.parametrize("job", ["nop", "im-test/nop", "/nop@1", "im-test/@1"])
def test_what_names_no_job_is_wrong_usage(ada: Person, job: str) -> None:
    assert ada.fst("instance", "launch", job).code == 2


MANIFEST = """
kind: DataManagerManifest
kind-version: '2021.1'
job-definition-files: [jobs.yaml]
"""
DEFINITION = """
kind: DataManagerJobDefinition
kind-version: '2021.1'
collection: {collection}
jobs:
  write:
    name: Write where the project lies
    version: 1.0.0
    image: {{name: 'host:', tag: any, project-directory: /data, working-directory: /data}}
    command: >-
      sh -c 'mkdir -p deep && cp "$1" deep/copy.txt && id -u >deep/uid && umask >deep/umask
      && pwd >deep/place && echo "$DM_INSTANCE_DIRECTORY" >deep/instance && ls -d "/data/$DM_INSTANCE_DIRECTORY"' sh
      '{{{{ source }}}}'
    variables:
      inputs:
        type: object
        required: [source]
        properties: {{source: {{title: Source, type: file}}}}
      outputs:
        type: object
        properties:
          copy:
            title: The copy
            type: file
            creates: deep/copy.txt
            annotation-properties:
              fields-descriptor: {{origin: a, description: b, fields: {{c: {{type: string, description: d}}}}}}
    replaces: [{{collection: {collection}, job: say}}]
  say:
    name: Keep what it was told
    version: 1.0.0
    image: {{name: 'host:', tag: any, project-directory: /data, working-directory: /data}}
    command: >-
      sh -c 'printf %s "$1" >quoted && printf %s "$2" >within' sh '{{{{ text }}}}' [{{{{ text }}}}]
    variables:
      options:
        type: object
        required: [text]
        properties: {{text: {{title: Text, type: string}}}}
"""


def test_a_job_reads_and_writes_the_files_of_its_project_and_no_others(
    ada: Person, admin: Person, station: RunningStation, new_person: NewPerson
) -> None:
    bob = new_person("bob")
    bob.ok("file", "put", _file(bob.home / "secret.txt", "secret"))
    project = ada.json("project", "create", "Shared")["id"]
    ada.ok("project", "member", project, bob.username, "--role", "editor")
    ada.ok("file", "put", _file(ada.home / "in.txt", "hello"), "-p", project)
    collection = _defined(admin, station)
    launch = ("instance", "launch", f"{collection}/write@1.0.0", "source=in.txt", "-p", project)
    first = finished(ada, ada.json(*launch)["id"])
    assert first["phase"] == "completed", first
    bob_own = finished(bob, bob.json(*launch[:3], "source=in.txt", "-p", project, "--sub-path", "work")["id"])
    assert bob_own["phase"] == "failed"  # in.txt is not in work/
    assert first["described"] == [f"deep/copy.{kind}.json" for kind in ("meta", "schema", "params")]
    shown = ada.ok("instance", "show", first["id"])
    assert [path in shown for path in ("The copy", "deep/copy.txt", "deep/copy.meta.json")] == [True] * 3
    ada.ok("file", "get", "deep", "-p", project, "--into", ada.home)
    deep = ada.home / "deep"
    assert (deep / "copy.txt").read_text() == "hello"
    assert (deep / "place").read_text() == "/data\n"
    assert (deep / "umask").read_text().strip().endswith("07")
    assert (deep / "instance").read_text().strip() == f".{first['id']}"
    if os.geteuid() == 0:
        facts = (station.data / "projects" / project / "deep" / "copy.txt").stat()
        folder = (station.data / "projects" / project).stat()
        assert (facts.st_gid, stat.S_IMODE(facts.st_mode) & 0o007) == (folder.st_gid, 0)
        owners = {entry["name"]: entry["owner"] for entry in ada.json("file", "list", "deep", "-p", project)["items"]}
        assert owners["copy.txt"] == ada.username
    own = bob.json("whoami")["project"]
    escapes = (
        f"../{own}/secret.txt",
        f"/data/../{own}/secret.txt",
        str(station.data / "projects" / own / "secret.txt"),
    )
    for source in escapes:
        tried = finished(ada, ada.json(*launch[:3], f"source={source}", "-p", project)["id"])
        assert tried["phase"] == "failed"


def test_values_arrive_in_a_job_as_they_were_given(ada: Person, admin: Person, station: RunningStation) -> None:
    collection = _defined(admin, station)
    text = 'it\'s "so" \\ { name }} {x} %}\n\n $HOME `id` ü\t#'
    made = ada.json("instance", "launch", f"{collection}/say@1.0.0", f"text={json.dumps(text)}")
    assert finished(ada, made["id"])["phase"] == "completed"
    for name, wanted in (("quoted", text), ("within", f"[{text}]")):
        ada.ok("file", "get", name, "--into", ada.home)
        assert (ada.home / name).read_bytes() == wanted.encode()
    refused = ada.fst("instance", "launch", f"{collection}/say@1.0.0", "text={{ text }}")
    assert (refused.code, "the value of text holds {{" in refused.err) == (1, True)
    said = ada.json("instance", "job", f"{collection}/say@1.0.0")
    assert said["replaced_by"] == [{"collection": collection, "job": "write"}]
    assert said["doc_url"].endswith(f"/docs/{collection}/say.md")
    assert f"use {collection}/write instead" in ada.ok("instance", "jobs")
    instead = ada.json("instance", "job", f"{collection}/write@1.0.0")
    assert (instead["replaces"], instead["replaced_by"]) == ([{"collection": collection, "job": "say"}], [])


def _file(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def _defined(admin: Person, station: RunningStation) -> str:
    """Load the definition, which an administrator of the station wrote, under a name of its own; return that."""
    collection = f"c{uuid.uuid4().hex[:12]}"
    folder = station.data.parent / "definitions" / collection
    folder.mkdir(parents=True)
    (folder / "jobs.yaml").write_text(DEFINITION.format(collection=collection))
    manifest = folder / "manifest.yaml"
    manifest.write_text(MANIFEST)
    admin.ok("tool", "manifest", "add", manifest.as_uri())
    return collection
