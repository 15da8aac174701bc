"""Files of data sets in projects: copies that no run can reach the data set through."""

import gzip
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fieldstation.client import ClientError, Station
from fieldstation.testing.station import RunningStation
from tests.acceptance.conftest import NewPerson
from tests.acceptance.person import Person


def attached(person: Person, *arguments: str) -> str:
    """Attach a file and wait until it is there; return its path."""
    made = person.json("file", "attach", *arguments)
    while not (task := person.json("task", "show", made["task"]))["done"]:
        threading.Event().wait(0.1)
    assert task["exit_code"] == 0, task
    path: str = made["path"]
    return path


@pytest.fixture
def rainfall(ada: Person) -> str:
    """A data set of two files."""
    for name in ("may.csv", "june.csv"):
        (ada.home / name).write_text(f"level\n{name}\n")
    ada.ok("dataset", "add", "rainfall", ada.home / "may.csv", ada.home / "june.csv")
    return "rainfall"


def test_a_file_of_a_version_is_copied_in_listed_and_removed(ada: Person, rainfall: str) -> None:
    assert attached(ada, f"{rainfall}@1:may.csv", "--to", "raw/2026") == "raw/2026/may.csv"
    (entry,) = ada.json("file", "list", "raw/2026")["items"]
    assert (entry["managed"]["number"], entry["managed"]["path"]) == (1, "may.csv")
    assert (entry["managed"]["stage"], entry["managed"]["immutable"]) == ("done", True)
    assert "another name" in ada.fst("file", "put", ada.home / "may.csv", "--to", "raw/2026").next_step
    ada.ok("file", "get", "raw/2026/may.csv", "--into", ada.home / "back")
    assert (ada.home / "back" / "may.csv").read_text() == "level\nmay.csv\n"
    ada.ok("file", "mv", "raw", "cooked")
    (entry,) = ada.json("file", "list", "cooked/2026")["items"]
    assert entry["managed"]["number"] == 1
    ada.ok("file", "rm", "cooked", "--folder")
    attached(ada, f"{rainfall}@1:may.csv", "--to", "raw/2026")
    assert ada.json("project", "show", ada.json("whoami")["project"])["size_bytes"] == len("level\nmay.csv\n")


def test_it_can_be_packed_and_be_changed_where_that_is_wanted(ada: Person, rainfall: str) -> None:
    path = attached(ada, f"{rainfall}:june.csv", "--compress", "--writable")
    assert path == "june.csv.gz"
    ada.ok("file", "get", path, "--into", ada.home / "back")
    assert gzip.decompress((ada.home / "back" / path).read_bytes()) == b"level\njune.csv\n"
    (entry,) = ada.json("file", "list")["items"]
    assert entry["managed"]["immutable"] is False


def test_what_cannot_be_attached_is_refused(ada: Person, rainfall: str, new_person: NewPerson) -> None:
    assert "say which one by its path" in ada.fst("file", "attach", rainfall).next_step
    assert ada.fst("file", "attach", f"{rainfall}:none.csv").code == 3
    assert ada.fst("file", "attach", f"{rainfall}@9:may.csv").code == 3
    attached(ada, f"{rainfall}:may.csv")
    assert ada.fst("file", "attach", f"{rainfall}:may.csv").code == 1
    ada.ok("file", "put", ada.home / "june.csv")
    made = ada.json("file", "attach", f"{rainfall}:june.csv")
    while not (task := ada.json("task", "show", made["task"]))["done"]:
        threading.Event().wait(0.1)
    assert task["exit_code"] == 1
    bob = new_person("bob")
    number = ada.json("dataset", "show", rainfall)["id"]
    assert bob.fst("file", "attach", f"{number}:may.csv").code == 3


def test_of_two_people_who_move_a_copy_at_once_one_comes_first(
    ada: Person, rainfall: str, new_person: NewPerson
) -> None:
    bob = new_person("bob")
    with ada.station() as hers, bob.station() as his, ThreadPoolExecutor(2) as at_once:
        project = hers.projects.create("Moved").id
        hers.projects.share(project, bob.username, "editor")
        assert hers.tasks.wait(hers.files.attach(project, f"{rainfall}:may.csv").task).exit_code == 0
        path = "may.csv"
        for turn in range(6):
            start = threading.Barrier(2)

            def move(known: Station, target: str, path: str = path, start: threading.Barrier = start) -> int | None:
                start.wait()
                try:
                    known.files.move(project, path, target)
                except ClientError as refused:
                    return refused.status
                return None

            moving = [at_once.submit(move, known, f"{name}/{turn}.csv") for known, name in ((hers, "a"), (his, "b"))]
            outcomes = [one.result() for one in moving]
            assert sorted(outcomes, key=str) == [404, None]
            (found,) = (one for one in hers.files.below(project, "") if one.kind == "file")
            path = found.path
            assert path == ("a", "b")[outcomes.index(None)] + f"/{turn}.csv"
            assert found.managed is not None


DEFINITION = """
kind: DataManagerJobDefinition
kind-version: '2021.1'
collection: vandal
jobs:
  spoil:
    name: Try to change every file
    version: 1.0.0
    image: {name: 'host:', tag: any, project-directory: /data, working-directory: /data}
    command: >-
      sh -c 'for file in *.csv; do echo spoilt >>"$file"; chmod 666 "$file"; echo spoilt >>"$file";
      ln "$file" "$file.link" && echo spoilt >>"$file.link"; truncate -s 0 "$file"; done; echo tried >tried; true'
"""
MANIFEST = """
kind: DataManagerManifest
kind-version: '2021.1'
job-definition-files: [jobs.yaml]
"""


def test_a_job_that_writes_to_every_attached_file_changes_no_blob(
    ada: Person, admin: Person, rainfall: str, station: RunningStation
) -> None:
    project = ada.json("project", "create", "Vandal")["id"]
    attached(ada, f"{rainfall}:may.csv", "-p", project)
    attached(ada, f"{rainfall}:june.csv", "-p", project, "--writable")
    before = blobs(station.data)
    folder = station.data.parent / "definitions" / "vandal"
    folder.mkdir(parents=True)
    (folder / "jobs.yaml").write_text(DEFINITION)
    (folder / "manifest.yaml").write_text(MANIFEST)
    admin.ok("tool", "manifest", "add", (folder / "manifest.yaml").as_uri())
    made = ada.json("instance", "launch", "vandal/spoil@1.0.0", "-p", project)
    while ada.json("instance", "show", made["id"])["phase"] not in ("completed", "failed"):
        threading.Event().wait(0.1)
    lie = station.data / "projects" / project
    assert (lie / "tried").exists()
    if os.geteuid() == 0:
        assert (lie / "may.csv").read_text() == "level\nmay.csv\n"
    assert (lie / "june.csv").read_text() != "level\njune.csv\n"
    assert blobs(station.data) == before
    ada.ok("dataset", "get", rainfall, "-o", ada.home / "again")
    assert (ada.home / "again" / "june.csv").read_text() == "level\njune.csv\n"


def blobs(data: Path) -> dict[str, bytes]:
    """Read every blob of the station that tells of levels."""
    found = (path for path in (data / "blobs" / "sha256").rglob("*") if path.is_file())
    return {path.name: read for path in found if (read := path.read_bytes()).startswith(b"level")}


def test_a_file_of_a_project_becomes_a_version_that_later_changes_do_not_reach(ada: Person) -> None:
    (ada.home / "levels.csv").write_text("level\n1\n")
    ada.ok("file", "put", ada.home / "levels.csv", "--to", "work")
    assert ada.json("file", "save", "work/levels.csv", "levels")["number"] == 1
    (ada.home / "levels.csv").write_text("level\n2\n")
    ada.ok("file", "put", ada.home / "levels.csv", "--to", "work")
    assert ada.json("file", "save", "work/levels.csv", "levels")["number"] == 2
    for number in (1, 2):
        ada.ok("dataset", "get", f"levels@{number}", "-o", ada.home / f"v{number}")
        assert (ada.home / f"v{number}" / "levels.csv").read_text() == f"level\n{number}\n"
    assert ada.fst("file", "save", "work", "levels").code == 1
    assert ada.fst("file", "save", "none", "levels").code == 3
