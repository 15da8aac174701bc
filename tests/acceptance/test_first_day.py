"""What somebody does on their first day, from the outside: sign in, send data, run a tool, take the result."""

import csv
import hashlib
import json
import os
import re
import socket
import stat
import subprocess
import sys
import uuid
from contextlib import ExitStack
from pathlib import Path
from zipfile import ZipFile

import httpx

from fieldstation.testing.station import RunningStation
from tests.acceptance.conftest import NewPerson
from tests.acceptance.person import Person

TABLE = "date,rain\n" + "".join(f"2026-{month:02d}-{day:02d},{day}\n" for month in (1, 2) for day in (1, 2, 3))


def _write(home: Path, **files: str) -> None:
    for name, content in files.items():
        path = home / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def test_an_operator_makes_a_user_who_signs_in(admin: Person, station: RunningStation, tmp_path: Path) -> None:
    made = admin.json("user", "add", f"kim-{uuid.uuid4().hex[:8]}", "--name", "Kim Doe")
    kim = Person(username=made["username"], home=tmp_path)
    told = kim.ok("login", station.url, "-u", kim.username, "--password-stdin", typed=made["password"])
    assert told.startswith(f"signed in to {station.url} as {kim.username}")
    assert stat.S_IMODE((tmp_path / ".config" / "fieldstation" / "profile.json").stat().st_mode) == 0o600
    me = kim.json("whoami")
    assert (me["username"], me["name"], me["operator"]) == (kim.username, "Kim Doe", False)
    assert [one["name"] for one in kim.json("token", "list")["items"]] == [f"cli on {socket.gethostname()}"]
    assert kim.username in admin.ok("user", "list")
    changed = admin.json("user", "change", kim.username, "--operator", "--quota-gib", "0.5")
    assert (changed["operator"], changed["quota_bytes"]) == (True, 1 << 29)
    changed = admin.json("user", "change", kim.username, "--no-operator", "--quota-gib", "-1")
    assert (changed["operator"], "quota_bytes" in changed) == (False, False)


def test_from_data_to_a_result_with_its_lineage(ada: Person) -> None:
    _write(ada.home, **{"rain.csv": TABLE, "about.json": json.dumps({"units": "mm"})})
    sent = ada.json("dataset", "add", "rain", "rain.csv", "--metadata", "about.json", "--label", "site=north")
    assert (sent["name"], sent["number"], sent["file_count"], sent["metadata"]) == ("rain", 1, 1, {"units": "mm"})
    assert ada.json("dataset", "show", "rain")["labels"] == {"site": "north"}

    run = ada.json("run", "submit", "table-summary", "-i", "table=rain", "-p", "statistic=sum", "-o", "sums", "--wait")
    assert (run["state"], run["exit_code"], run["parameters"]["statistic"]) == ("succeeded", 0, "sum")
    assert "6 rows" in ada.ok("run", "logs", run["id"])

    taken = ada.json("dataset", "get", "sums@1", "-o", "here")
    assert {Path(file["file"]).name for file in taken["files"]} == {"summary.csv", "summary.json", "plot.svg"}
    for file in taken["files"]:
        content = (ada.home / file["file"]).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (file["sha256"], file["size"])
    with (ada.home / "here" / "summary.csv").open() as summary:
        assert {row["month"]: float(row["sum"]) for row in csv.DictReader(summary)} == {"2026-01": 6.0, "2026-02": 6.0}

    lineage = ada.json("dataset", "lineage", "sums@1")
    assert [one["id"] for one in lineage["runs"]] == [run["id"]]
    assert {(edge["version"], edge.get("slot")) for edge in lineage["edges"]} == {
        (sent["id"], "table"),
        (run["output"]["version"], None),
    }
    drawn = ada.ok("dataset", "lineage", "sums").splitlines()
    assert drawn[0].startswith("sums@1  3 files")
    assert "table-summary@1.0.0" in drawn[1]
    assert drawn[2].strip(" └─") == f"table: rain@1  1 file, {len(TABLE)} B"


def test_running_the_same_again_uses_the_result_and_rerun_makes_it_anew(ada: Person) -> None:
    _write(ada.home, **{"rain.csv": TABLE})
    ada.ok("dataset", "add", "rain", "rain.csv")
    order = ("run", "submit", "table-summary", "-i", "table=rain", "-o", "sums", "--wait")
    first, second = ada.json(*order), ada.json(*order)
    assert (second["reused_from"], second["output"]) == (first["id"], first["output"])
    third = ada.json(*order, "--no-reuse")
    assert "reused_from" not in third
    fourth = ada.json("run", "rerun", first["id"], "--wait")
    assert fourth["output"]["number"] == 3
    assert ada.json("run", "compare", first["id"], fourth["id"])["identical"]
    assert "identical" in ada.ok("run", "compare", first["id"], fourth["id"])
    assert first["id"] in ada.ok("run", "explain", second["id"])


def test_the_same_key_makes_one_run(ada: Person) -> None:
    order = ("run", "submit", "hello", "--key", "only-once")
    assert ada.json(*order)["id"] == ada.json(*order)["id"]


def test_a_folder_becomes_a_version_and_comes_back_as_it_was(ada: Person) -> None:
    _write(ada.home, field__a="1", field__deep__b="22", **{'field__we ird "näme" 100%.txt': "333"})
    ada.ok("dataset", "add", "field", "field")
    assert [file["path"] for file in ada.json("dataset", "version", "field@1")["files"]] == [
        "a",
        "deep/b",
        'we ird "näme" 100%.txt',
    ]
    assert "3 files" in ada.ok("dataset", "get", "field")
    back = ada.home / "field"
    assert {path.relative_to(back).as_posix(): path.read_text() for path in back.rglob("*") if path.is_file()} == {
        "a": "1",
        "deep/b": "22",
        'we ird "näme" 100%.txt': "333",
    }
    taken = ada.json("dataset", "get", "field:deep", "-o", "part")
    assert [file["path"] for file in taken["files"]] == ["deep/b"]
    assert "here already" in ada.ok("dataset", "get", "field:deep", "-o", "part")


def test_versions_follow_each_other_and_the_old_ones_stay(ada: Person) -> None:
    _write(ada.home, x="1")
    ada.ok("dataset", "add", "grows", "x")
    _write(ada.home, x="2")
    assert ada.json("dataset", "add", "--to", "grows", "x", "--label", "k=v")["number"] == 2
    for number in ("1", "2"):
        ada.ok("dataset", "get", f"grows@{number}", "-o", number)
        assert (ada.home / number / "x").read_text() == number
    assert [one["number"] for one in ada.json("dataset", "version", "grows")["items"]] == [2, 1]
    assert ada.json("dataset", "show", "grows")["labels"] == {"k": "v"}


def test_an_upload_that_cannot_be_leaves_nothing_behind(ada: Person) -> None:
    _write(ada.home, **{"a\\b": "1", "a.txt": "1"})
    refused = ada.fst("dataset", "add", "half", "a\\b", "a.txt")
    assert refused.code == 1
    assert "backslash" in refused.err
    assert refused.next_step
    assert ada.fst("dataset", "show", "half").code == 3


def test_a_run_can_be_taken_along_as_a_crate(ada: Person) -> None:
    run = ada.json("run", "submit", "hello", "--wait")
    assert "greeting.zip" in ada.ok("run", "crate", run["id"], "-o", "greeting.zip")
    with ZipFile(ada.home / "greeting.zip") as crate:
        described = json.loads(crate.read("ro-crate-metadata.json"))
    assert run["tool"]["name"] in json.dumps(described)


def test_a_tool_of_ones_own_is_published_and_run(ada: Person) -> None:
    _write(
        ada.home,
        **{
            "count.yaml": "kind: Tool\nname: count-letters\nversion: 1.0.0\ntitle: Count letters\nimage: 'host:'\n"
            "command: [/usr/bin/wc, -c, --, '{{ inputs.text }}']\n"
            "inputs: {text: {title: Text}}\n",
            "text": "12345",
        },
    )
    assert ada.json("tool", "check", "count.yaml")["faults"] == []
    ada.ok("tool", "add", "count.yaml")
    ada.ok("dataset", "add", "letters", "text")
    run = ada.json("run", "submit", "count-letters", "-i", "text=letters:text", "--wait")
    assert ada.ok("run", "logs", run["id"]).split()[0] == "5"
    assert "count-letters" in ada.ok("tool", "list")
    assert "-i text=DATASET" in ada.ok("tool", "show", "count-letters")


def test_projects_share_runs_with_their_members(ada: Person, admin: Person) -> None:
    ada.ok("project", "create", "flood")
    ada.ok("project", "member", "flood", "admin", "--role", "reader")
    assert {one["name"] for one in ada.json("project", "show", "flood")["members"]} == {ada.username, "admin"}
    run = ada.json("run", "submit", "hello", "--project", "flood", "--wait")
    assert admin.json("run", "show", run["id"])["state"] == "succeeded"
    ada.ok("project", "member", "flood", "admin", "--remove")
    assert {one["name"] for one in ada.json("project", "show", "flood")["members"]} == {ada.username}
    assert [one["id"] for one in ada.json("run", "list", "--project", "flood")["items"]] == [run["id"]]


def test_what_is_in_the_trash_is_gone_and_comes_back_whole(ada: Person) -> None:
    _write(ada.home, x="1")
    ada.ok("dataset", "add", "old", "x")
    assert "purge_after" in ada.json("dataset", "trash", "old")
    assert ada.fst("dataset", "get", "old").code == 3
    assert "old" not in {one["name"] for one in ada.json("dataset", "list")["items"]}
    assert [one["name"] for one in ada.json("dataset", "list", "--trashed")["items"]] == ["old"]
    ada.ok("dataset", "restore", "old")
    ada.ok("dataset", "get", "old")
    assert (ada.home / "old" / "x").read_text() == "1"


def test_a_data_set_is_shared_with_one_person_and_taken_back(ada: Person, new_person: NewPerson) -> None:
    ben = new_person("ben")
    _write(ada.home, x="1")
    ada.ok("dataset", "add", "shared", "x")
    dataset = ada.json("dataset", "show", "shared")["id"]
    assert ben.fst("dataset", "show", dataset).code == 3
    ada.ok("dataset", "member", "shared", ben.username)
    assert {one["name"]: one["role"] for one in ada.json("dataset", "member", "shared")["items"]} == {
        ada.username: "owner",
        ben.username: "reader",
    }
    ben.ok("dataset", "get", dataset)
    run = ben.json("run", "submit", "checksum", "-i", f"files={dataset}", "--wait")
    assert run["state"] == "succeeded"
    ada.ok("dataset", "member", "shared", ben.username, "--remove")
    assert ben.fst("dataset", "get", dataset).code == 3


def test_a_command_is_let_in_from_a_browser(station: RunningStation, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fieldstation", "login", station.url, "--browser", "--json"]
    here = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    with ExitStack() as stack:
        pipe = subprocess.PIPE
        typed = stack.enter_context(subprocess.Popen(command, env=here, stdout=pipe, stderr=pipe, text=True))
        stack.callback(typed.kill)
        assert typed.stderr is not None
        page, code = re.findall(r"open (\S+) and compare the code: (\S+)", typed.stderr.readline())[0]
        browser = stack.enter_context(httpx.Client(base_url=station.url, follow_redirects=True))
        browser.headers["Origin"] = station.url
        form = browser.get(page)
        hidden = dict(re.findall(r'name="([^"]*)" value="([^"]*)">', form.text))
        asked = browser.post(form.url.path, data={**hidden, "username": "admin", "password": station.admin_password})
        assert code in asked.text
        done = browser.post(asked.url.path, data={"user_code": code, "answer": "allow"})
        assert "It is let in" in done.text
        out, _ = typed.communicate(timeout=100)
    assert typed.returncode == 0, out
    assert json.loads(out)["username"] == "admin"
    assert stat.S_IMODE((tmp_path / ".config" / "fieldstation" / "profile.json").stat().st_mode) == 0o600
