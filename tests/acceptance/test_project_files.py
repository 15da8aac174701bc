"""Files of projects, as somebody at a terminal keeps them."""

import os
import threading
from pathlib import Path

import httpx
import pytest

from fieldstation.testing.station import RunningStation
from tests.acceptance.conftest import NewPerson
from tests.acceptance.person import Person


@pytest.fixture
def season(ada: Person) -> Path:
    """A folder of two files and a hidden one."""
    folder = ada.home / "season"
    (folder / "raw").mkdir(parents=True)
    (folder / "raw" / "may.csv").write_text("level\n1\n")
    (folder / "june.csv").write_text("level\n2\n")
    (folder / ".notes").write_text("n")
    return folder


def names(ada: Person, *arguments: str) -> list[str]:
    return [entry["name"] for entry in ada.json("file", "list", *arguments)["items"]]


def test_a_folder_goes_there_and_comes_back(ada: Person, season: Path) -> None:
    assert ada.ok("file", "put", season, "--to", "2026").strip() == "3 files, 17 B"
    assert names(ada) == ["2026"]
    assert names(ada, "2026") == ["raw", "june.csv"]
    assert names(ada, "2026", "--hidden") == ["raw", ".notes", "june.csv"]
    shown = ada.ok("file", "list", "2026")
    assert "raw/" in shown
    assert ada.username in shown

    ada.ok("file", "get", "2026", "--into", ada.home / "back")
    assert (ada.home / "back" / "2026" / "raw" / "may.csv").read_text() == "level\n1\n"
    assert (ada.home / "back" / "2026" / ".notes").read_text() == "n"
    ada.ok("file", "get", "2026/june.csv", "--into", ada.home)
    assert (ada.home / "june.csv").read_text() == "level\n2\n"


def test_files_are_moved_replaced_and_removed(ada: Person, season: Path) -> None:
    ada.ok("file", "put", season / "june.csv")
    ada.ok("file", "mkdir", "done/2026")
    ada.ok("file", "mv", "june.csv", "done/2026/06.csv")
    assert names(ada, "done/2026") == ["06.csv"]
    ada.ok("file", "put", season / "june.csv")
    kept = ada.fst("file", "put", season / "june.csv", "--keep")
    assert kept.code == 1
    assert "something is at 'june.csv' already" in kept.err
    taken = ada.fst("file", "mv", "june.csv", "done/2026/06.csv")
    assert (taken.code, taken.next_step) == (1, "choose another name, or remove or replace what is there")
    ada.ok("file", "rm", "june.csv")
    assert ada.fst("file", "rm", "june.csv").code == 3
    assert ada.fst("file", "rm", "done").code == 1
    ada.ok("file", "rm", "done", "--folder")
    assert names(ada) == []


def test_a_project_is_shared_filled_and_removed(ada: Person, new_person: NewPerson, season: Path) -> None:
    bob = new_person("bob")
    project = ada.json("project", "create", "Flood 2026")["id"]
    ada.ok("file", "put", season, "--project", project)
    assert ada.json("project", "show", project)["size_bytes"] == 17
    assert bob.fst("file", "list", "--project", project).code == 3
    ada.ok("project", "member", project, bob.username)
    assert names(bob, "--project", project) == ["raw", "june.csv"]
    refused = bob.fst("file", "put", season / "june.csv", "--project", project)
    assert refused.code == 4
    ada.ok("project", "member", project, bob.username, "--role", "editor")
    bob.ok("file", "put", season / "raw", "--project", project)
    owners = {entry["name"]: entry.get("owner") for entry in ada.json("file", "list", "-p", project)["items"]}
    if os.geteuid() == 0:
        assert owners["may.csv"] == bob.username
    assert bob.fst("project", "remove", project, "--yes").code == 4

    ada.ok("project", "change", project, "--name", "Floods", "--public")
    assert ada.json("project", "show", "Floods")["public"] is True
    task = ada.json("project", "remove", project, "--yes")["task"]
    assert task.startswith("task-")
    for person in (ada, bob):
        assert person.fst("project", "show", project).code == 3
        assert person.fst("file", "list", "--project", project).code == 3
    ada.ok("project", "create", "Floods")


def test_the_folder_of_a_removed_project_is_gone(ada: Person, station: RunningStation, season: Path) -> None:
    project = ada.json("project", "create", "short-lived")["id"]
    ada.ok("file", "put", season, "--project", project)
    assert (station.data / "projects" / project).is_dir()
    task = ada.json("project", "remove", project, "--yes")["task"]
    while not (shown := ada.json("task", "show", task))["done"]:
        threading.Event().wait(0.1)
    assert shown["exit_code"] == 0
    assert not (station.data / "projects" / project).exists()


def test_of_two_who_write_one_name_each_file_is_whole(ada: Person) -> None:
    bodies = [bytes([65 + who]) * 3_000_000 for who in range(2)]
    with ada.station() as known:
        project, url = known.me().project, known.url
        token = known.transport._http.headers["Authorization"]

        def write(body: bytes) -> None:
            httpx.put(f"{url}/api/v1/projects/{project}/files/one.bin", content=body, headers={"Authorization": token})

        writers = [threading.Thread(target=write, args=(body,)) for body in bodies for _ in range(3)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        found = httpx.get(f"{url}/api/v1/projects/{project}/files/one.bin", headers={"Authorization": token}).content
        assert found in bodies
        assert known.projects.show(project).size_bytes == len(found)


def test_more_than_the_quota_is_refused_before_and_while_it_comes(ada: Person, admin: Person) -> None:
    with admin.station() as known:
        known.users.change(ada.username, quota_bytes=1000)
    file = ada.home / "big.bin"
    file.write_bytes(b"x" * 1001)
    refused = ada.fst("file", "put", file)
    assert refused.code == 1
    assert "1001 bytes do not fit" in refused.err
    with ada.station() as known:
        address = f"{known.url}/api/v1/projects/{known.me().project}/files/big.bin"
        headers = {"Authorization": known.transport._http.headers["Authorization"]}
        answer = httpx.put(address, content=iter([b"x" * 600, b"y" * 600]), headers=headers)
        assert (answer.status_code, answer.json()["reason"]) == (413, "over_quota")
    assert names(ada) == []
    file.write_bytes(b"x" * 1000)
    ada.ok("file", "put", file)
    ada.ok("file", "rm", "big.bin")
    ada.ok("file", "put", file)
