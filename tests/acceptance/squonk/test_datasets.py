"""Data sets of single files, through the unmodified client."""

import gzip
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from fieldstation.client import Station
from fieldstation.testing.station import RunningStation
from tests.acceptance.squonk.client import Squonk
from tests.acceptance.squonk.jobs import done

DOOR = "/data-manager-api"
NOWHERE = "dataset-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11"
POSES = "poses\n\n\n  0  0  0\nM  END\n$$$$\n"


@pytest.fixture
def unit(ada: Squonk) -> str:
    """Her personal unit."""
    ada.accounts("create_personal_unit", billing_day=3)
    found: str = ada.accounts_ok("get_personal_unit")["id"]
    return found


@pytest.fixture
def poses(tmp_path: Path) -> Path:
    """A file to send."""
    path = tmp_path / "Poses 1.sdf"
    path.write_text(POSES)
    return path


def sent(ada: Squonk, unit: str, path: Path, **more: Any) -> dict[str, Any]:
    """Send a file and wait until it is ready."""
    given = {"dataset_type": "chemical/x-mdl-sdfile", "unit_id": unit, "dataset_file": str(path)} | more
    made: dict[str, Any] = ada.dm_ok("upload_dataset", **given)
    assert done(ada, made["task_id"])["exit_code"] == 0
    return made


def test_a_file_becomes_a_data_set_and_gets_versions(
    ada: Squonk, bob: Squonk, unit: str, poses: Path, tmp_path: Path, squonk_station: RunningStation
) -> None:
    made = sent(ada, unit, poses, format_extra_variables='{"a": "{{ b }}"}', skip_molecule_load=True)
    dataset = made["dataset_id"]
    assert (made["dataset_version"], set(made)) == (1, {"dataset_id", "dataset_version", "task_id"})
    task = ada.dm_ok("get_task", task_id=made["task_id"])
    assert (task["purpose"], task["purpose_id"], task["purpose_version"]) == ("DATASET", dataset, 1)

    listed = ada.dm_ok("get_available_datasets")
    assert (listed["count"], listed["datasets"][0]["dataset_id"]) == (1, dataset)
    assert listed["datasets"][0]["editors"] == []
    (version,) = listed["datasets"][0]["versions"]
    assert version.pop("published").endswith("Z")
    assert version == {
        "version": 1,
        "owner": ada.username,
        "source_ref": "Poses 1.sdf",
        "type": "chemical/x-mdl-sdfile",
        "file_name": "Poses 1.sdf",
        "projects": [],
        "processing_stage": "DONE",
        "size": len(POSES),
        "format_extra_variables": '{"a": "{{ b }}"}',
    }

    poses.write_text(POSES * 2)
    again = sent(ada, unit, poses, dataset_id=dataset, as_filename="more.sdf")
    assert (again["dataset_id"], again["dataset_version"]) == (dataset, 2)
    versions = ada.dm_ok("get_dataset_versions", dataset_id=dataset)
    assert (versions["count"], versions["dataset_id"], versions["owner"]) == (2, dataset, ada.username)
    assert [(one["version"], one["file_name"]) for one in versions["versions"]] == [(1, "Poses 1.sdf"), (2, "more.sdf")]
    local = tmp_path / "back.sdf"
    ada.dm_ok("get_dataset", dataset_id=dataset, dataset_version=2, local_file=str(local))
    assert local.read_text() == POSES * 2
    digest = hashlib.sha256(POSES.encode()).hexdigest()
    assert ada.dm_ok("get_dataset_for_digest", digest=digest) == {"dataset_id": dataset, "dataset_version": 1}

    with Station(squonk_station.url, ada.token) as known:
        ours = known.datasets.show(dataset)
        assert (ours.name, ours.title, ours.latest) == ("poses-1.sdf", "Poses 1.sdf", 2)

    assert bob.dm_ok("get_available_datasets") == {"count": 0, "datasets": []}
    for name, more in (
        ("get_dataset_versions", {}),
        ("get_dataset", {"dataset_version": 1, "local_file": str(local)}),
        ("delete_dataset", {"dataset_version": 1}),
        ("add_dataset_editor", {"editor": bob.username}),
        ("remove_dataset_editor", {"editor": ada.username}),
        ("upload_dataset", {"dataset_file": str(poses), "dataset_type": "chemical/x-mdl-sdfile", "unit_id": unit}),
    ):
        bob.refused("DmApi", name, 404, dataset_id=dataset, **more)
    bob.refused("DmApi", "get_dataset_for_digest", 404, digest=digest)
    bob.refused("DmApi", "get_task", 404, task_id=made["task_id"])


def test_files_and_labels_that_come_at_once_all_count(ada: Squonk, unit: str) -> None:
    parts: list[tuple[str | None, str, str]] = [(None, "dataset_type", "text/csv"), (None, "unit_id", unit)]
    body = _form([*parts, ("same.csv", "dataset_file", "a,b\n")])
    headers = {"Authorization": f"Bearer {ada.token}"}
    with httpx.Client(base_url=ada.url, headers=headers, timeout=30) as http, ThreadPoolExecutor(8) as at_once:
        sending = [at_once.submit(http.post, f"{DOOR}/dataset", content=body, headers=_MULTIPART) for _ in range(8)]
        made = [one.result().json() for one in sending]
        assert len({one["dataset_id"] for one in made}) == 8

        dataset = made[0]["dataset_id"]
        labels = [{"labels": json.dumps([{"label": f"l{place}", "value": "x"}])} for place in range(8)]
        noting = [at_once.submit(http.post, f"{DOOR}/dataset/{dataset}/meta", data=given) for given in labels]
        assert [one.result().status_code for one in noting] == [201] * 8
        kept = ada.dm_ok("get_dataset_metadata", dataset_id=dataset)["labels"]
        assert sorted(one["label"] for one in kept) == [f"l{place}" for place in range(8)]

        done(ada, made[0]["task_id"])
        removing = [at_once.submit(http.delete, f"{DOOR}/dataset/{dataset}/1") for _ in range(8)]
        statuses = [one.result().status_code for one in removing]
        assert (statuses.count(200), set(statuses) <= {200, 404, 409}) == (1, True)


def test_editors_come_and_go(ada: Squonk, bob: Squonk, unit: str, poses: Path) -> None:
    dataset = sent(ada, unit, poses)["dataset_id"]
    ada.dm_ok("add_dataset_editor", dataset_id=dataset, editor=bob.username)
    (seen,) = bob.dm_ok("get_available_datasets")["datasets"]
    assert (seen["dataset_id"], seen["editors"]) == (dataset, [bob.username])
    bob.refused("DmApi", "add_dataset_editor", 403, dataset_id=dataset, editor=bob.username)
    bob.refused("DmApi", "delete_dataset", 403, dataset_id=dataset, dataset_version=1)
    ada.refused("DmApi", "remove_dataset_editor", 400, dataset_id=dataset, editor=ada.username)
    ada.refused("DmApi", "add_dataset_editor", 400, dataset_id=dataset, editor=ada.username)
    ada.refused("DmApi", "add_dataset_editor", 404, dataset_id=dataset, editor="nobody-here")
    ada.dm_ok("remove_dataset_editor", dataset_id=dataset, editor=bob.username)
    assert bob.dm_ok("get_available_datasets")["count"] == 0
    ada.refused("DmApi", "remove_dataset_editor", 400, dataset_id=dataset, editor=bob.username)


def test_versions_are_removed_and_the_last_takes_the_data_set_with_it(ada: Squonk, unit: str, poses: Path) -> None:
    dataset = sent(ada, unit, poses)["dataset_id"]
    sent(ada, unit, poses, dataset_id=dataset)
    task = ada.dm_ok("delete_dataset", dataset_id=dataset, dataset_version=1, keep_project_files=True)["task_id"]
    removal = done(ada, task)
    assert (removal["exit_code"], removal["removal"], removal["purpose_version"]) == (0, True, 1)
    assert [one["version"] for one in ada.dm_ok("get_dataset_versions", dataset_id=dataset)["versions"]] == [2]
    kept = ada.dm_ok("get_dataset_versions", dataset_id=dataset, include_deleted=True)["versions"]
    assert [(one["version"], one["processing_stage"], "deleted" in one) for one in kept] == [
        (1, "DELETING", True),
        (2, "DONE", False),
    ]
    assert kept[0]["deleting_user"] == ada.username
    ada.refused("DmApi", "get_dataset", 404, dataset_id=dataset, dataset_version=1, local_file="/nowhere/none")
    ada.refused("DmApi", "delete_dataset", 404, dataset_id=dataset, dataset_version=1)
    ada.refused("DmApi", "delete_dataset", 404, dataset_id=dataset, dataset_version=3)
    done(ada, ada.dm_ok("delete_dataset", dataset_id=dataset, dataset_version=2)["task_id"])
    assert ada.dm_ok("get_available_datasets")["count"] == 0
    with httpx.Client(base_url=ada.url, headers={"Authorization": f"Bearer {ada.token}"}) as http:
        listed = http.get("/data-manager-api/dataset", params={"include_deleted": "True"}).json()
        assert [one["dataset_id"] for one in listed["datasets"]] == [dataset]


@pytest.mark.parametrize("keep", [False, True])
def test_copies_in_projects_go_with_their_version_unless_kept(
    ada: Squonk, bob: Squonk, project: str, unit: str, poses: Path, keep: bool
) -> None:
    dataset = sent(ada, unit, poses)["dataset_id"]
    attached = ada.dm_ok(
        "attach_dataset_to_project",
        dataset_id=dataset,
        dataset_version=1,
        project_id=project,
        as_type="chemical/x-mdl-sdfile",
    )
    assert done(ada, attached["task_id"])["exit_code"] == 0
    ada.dm_ok("add_dataset_editor", dataset_id=dataset, editor=bob.username)
    (version,) = ada.dm_ok("get_dataset_versions", dataset_id=dataset)["versions"]
    assert version["projects"] == [project]
    (copies,) = version["project_files"]
    assert (copies["project"], copies["project_name"], len(copies["files"])) == (project, "Jobs", 1)
    (seen,) = bob.dm_ok("get_dataset_versions", dataset_id=dataset)["versions"]
    assert (seen["projects"], seen["project_files"]) == ([], [])

    task = ada.dm_ok("delete_dataset", dataset_id=dataset, dataset_version=1, keep_project_files=keep)["task_id"]
    assert done(ada, task)["exit_code"] == 0
    files = ada.dm_ok("list_project_files", project_id=project)["files"]
    assert [("file_id" in one, one["file_name"]) for one in files] == ([(False, "Poses 1.sdf")] if keep else [])
    assert ada.dm_ok("get_project", project_id=project)["files"] == []


def test_types_have_endings_each_also_packed(ada: Squonk, unit: str, tmp_path: Path) -> None:
    types = ada.dm_ok("get_supported_file_types")
    known = {one["mime"]: one["file_extensions"] for one in types["types"]}
    assert types["count"] == len(known)
    assert ".sdf" in known["chemical/x-mdl-sdfile"]
    assert {"squonk/x-smiles", "text/csv", "chemical/x-mdl-molfile", "chemical/x-pdb"} <= set(known)
    packed = tmp_path / "table.csv.gz"
    packed.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    sent(ada, unit, packed, dataset_type="text/csv")


@pytest.mark.parametrize(
    ("name", "data", "mime"),
    [("a.csv", b"a\0b", "text/csv"), ("a.csv.gz", b"a,b\n", "text/csv"), ("b.csv.gz", b"\x1f\x8b\x08junk", "text/csv")],
)
def test_what_is_not_what_it_says_has_failed(
    ada: Squonk, unit: str, tmp_path: Path, name: str, data: bytes, mime: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    made = ada.dm_ok("upload_dataset", dataset_file=str(path), dataset_type=mime, unit_id=unit)
    task = done(ada, made["task_id"])
    assert task["exit_code"] != 0
    assert name in task["states"][-1]["message"]
    (version,) = ada.dm_ok("get_dataset_versions", dataset_id=made["dataset_id"])["versions"]
    assert version["processing_stage"] == "FAILED"
    done(ada, ada.dm_ok("delete_dataset", dataset_id=made["dataset_id"], dataset_version=1)["task_id"])


def test_what_cannot_come_is_refused(ada: Squonk, bob: Squonk, unit: str, poses: Path) -> None:
    good = {"dataset_file": str(poses), "dataset_type": "chemical/x-mdl-sdfile", "unit_id": unit}
    for changes, status in (
        ({"dataset_type": "text/csv"}, 415),
        ({"dataset_type": "no/such"}, 415),
        ({"as_filename": "poses.txt"}, 415),
        ({"as_filename": "../poses.sdf"}, 400),
        ({"as_filename": "x" * 300 + ".sdf"}, 400),
        ({"unit_id": "unit-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11"}, 404),
        ({"unit_id": "a\0b"}, 400),
        ({"dataset_id": NOWHERE}, 404),
        ({"dataset_id": "{{ x }}"}, 404),
    ):
        ada.refused("DmApi", "upload_dataset", status, **{**good, **changes})
    bob.refused("DmApi", "upload_dataset", 404, **good)
    assert ada.dm_ok("get_available_datasets")["count"] == 0
    for digest, status in (("0" * 64, 404), ("g" * 64, 400), ("0", 400)):
        ada.refused("DmApi", "get_dataset_for_digest", status, digest=digest)
    for dataset in (NOWHERE, "a%00b", "nothing"):
        ada.refused("DmApi", "get_dataset_versions", 404, dataset_id=dataset)
    with httpx.Client(base_url=ada.url, headers={"Authorization": f"Bearer {ada.token}"}) as http:
        for version in ("0", "-1", "x", "99999999999999999999"):
            assert http.get(f"/data-manager-api/dataset/{NOWHERE}/{version}").status_code == 400
        for labels in ("[", "[]", '{"a": 1}', '{"a": "\\u0000"}'):
            assert http.get("/data-manager-api/dataset", params={"labels": labels}).status_code == 400


def test_fields_come_before_or_behind_the_file(ada: Squonk, unit: str) -> None:
    """As forms of other programs have them; a part without a file name is no file."""
    fields = [("dataset_type", "text/csv"), ("unit_id", unit)]
    parts: list[tuple[str | None, str, str]] = [(None, name, value) for name, value in fields]
    table = ("a.csv", "dataset_file", "a,b\n")
    with httpx.Client(base_url=ada.url, headers={"Authorization": f"Bearer {ada.token}"}) as http:
        for before in (True, False):
            body = _form([*parts, table] if before else [table, *parts])
            answer = http.post("/data-manager-api/dataset", content=body, headers=_MULTIPART)
            assert (answer.status_code, answer.json().get("dataset_version")) == (201, 1)
        for wrong in ([*parts], [*parts, ("", "dataset_file", "junk")], [*parts, ("a.csv", "file", "a")]):
            answer = http.post("/data-manager-api/dataset", content=_form(wrong), headers=_MULTIPART)
            assert (answer.status_code, set(answer.json())) == (400, {"error"})
        cut = _form([*parts, ("a.csv", "dataset_file", "a")])[:-10]
        assert http.post("/data-manager-api/dataset", content=cut, headers=_MULTIPART).status_code == 400


def test_lists_are_narrowed(ada: Squonk, bob: Squonk, unit: str, poses: Path, squonk_station: RunningStation) -> None:
    dataset = sent(ada, unit, poses)["dataset_id"]
    ada.dm_ok("add_dataset_editor", dataset_id=dataset, editor=bob.username)
    with Station(squonk_station.url, ada.token) as known:
        known.datasets.edit(dataset, labels={"reviewed": "yes", "#hash": ""})
    with httpx.Client(base_url=ada.url, headers={"Authorization": f"Bearer {bob.token}"}) as http:

        def found(**params: str) -> int:
            count: int = http.get("/data-manager-api/dataset", params=params).json()["count"]
            return count

        assert found() == 1
        for params in (
            {"owners": f"x,{ada.username}"},
            {"editors": bob.username},
            {"username": bob.username},
            {"dataset_mime_type": "chemical/x-mdl-sdfile"},
            {"labels": json.dumps({"reviewed": None, "#hash": ""})},
        ):
            assert found(**params) == 1, params
        for params in (
            {"owners": bob.username},
            {"editors": ada.username},
            {"username": "somebody"},
            {"dataset_mime_type": "text/csv"},
            {"labels": json.dumps({"reviewed": "no"})},
            {"labels": json.dumps({"missing": None})},
        ):
            assert found(**params) == 0, params


_MULTIPART = {"Content-Type": "multipart/form-data; boundary=edge"}


def _form(parts: list[tuple[str | None, str, str]]) -> bytes:
    text = ""
    for filename, name, value in parts:
        file = "" if filename is None else f'; filename="{filename}"'
        text += f'--edge\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n{value}\r\n'
    return f"{text}--edge--\r\n".encode()
