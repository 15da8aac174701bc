"""Versions of data sets attached to projects, through the unmodified client."""

from pathlib import Path

import pytest

from fieldstation.client import Station
from fieldstation.testing.station import RunningStation
from tests.acceptance.squonk.client import Squonk
from tests.acceptance.squonk.jobs import done, wait


@pytest.fixture
def dataset(ada: Squonk, tmp_path: Path) -> str:
    """The id of a data set of hers, of one CSV file."""
    (tmp_path / "levels.csv").write_text("level\n1\n")
    with Station(ada.url, ada.token) as known:
        made = known.datasets.create("levels")
        known.datasets.add_version("levels", [tmp_path / "levels.csv"])
    return made.id


def test_a_version_is_attached_read_and_detached(
    ada: Squonk, bob: Squonk, project: str, dataset: str, tmp_path: Path
) -> None:
    attach = {"dataset_id": dataset, "dataset_version": 1, "project_id": project}
    made = ada.dm_ok("attach_dataset_to_project", **attach, as_type="text/csv", path="/data")
    assert (made["file_name"], made["file_path"]) == ("levels.csv", "/data")
    assert done(ada, made["task_id"])["purpose"] == "FILE"
    (file,) = ada.dm_ok("list_project_files", project_id=project, project_path="/data")["files"]
    assert (file["file_id"], file["dataset_id"], file["dataset_version"]) == (made["file_id"], dataset, 1)
    assert (file["mime_type"], file["immutable"]) == ("text/csv", True)
    (known,) = ada.dm_ok("get_project", project_id=project)["files"]
    assert (known["file_id"], known["processing_stage"], known["owner"]) == (made["file_id"], "DONE", ada.username)
    back = tmp_path / "back"
    ada.dm_ok("get_project_file", file_id=made["file_id"], local_file=str(back))
    assert back.read_text() == "level\n1\n"

    for name, more in (("get_project_file", {"local_file": str(tmp_path / "stolen")}), ("delete_project_file", {})):
        bob.refused("DmApi", name, 404, file_id=made["file_id"], **more)
    bob.refused("DmApi", "attach_dataset_to_project", 404, **attach, as_type="text/csv")
    unmanaged = {"project_files": "levels.csv", "project_path": "/data"}
    ada.refused("DmApi", "delete_unmanaged_project_files", 405, project_id=project, **unmanaged)
    ada.dm_ok("delete_project_file", file_id=made["file_id"])
    assert ada.dm_ok("list_project_files", project_id=project, project_path="/data")["files"] == []
    ada.refused("DmApi", "delete_project_file", 404, file_id=made["file_id"])


def test_what_cannot_be_attached_is_refused(ada: Squonk, project: str, dataset: str) -> None:
    attach = {"dataset_id": dataset, "project_id": project}
    ada.refused("DmApi", "attach_dataset_to_project", 422, **attach, dataset_version=1, as_type="chemical/x-pdb")
    ada.refused("DmApi", "attach_dataset_to_project", 404, **attach, dataset_version=2, as_type="text/csv")
    ada.dm_ok("attach_dataset_to_project", **attach, dataset_version=1, as_type="text/csv")
    ada.refused("DmApi", "attach_dataset_to_project", 409, **attach, dataset_version=1, as_type="text/csv")


def test_a_project_file_becomes_a_data_set_and_its_next_version(
    ada: Squonk, bob: Squonk, project: str, tmp_path: Path
) -> None:
    (tmp_path / "levels.csv").write_text("level\n1\n")
    ada.dm_ok("put_unmanaged_project_files", project_id=project, project_files=str(tmp_path / "levels.csv"))
    given = {"project_id": project, "path": "/", "file_name": "levels.csv", "dataset_type": "text/csv"}
    made = ada.dm_ok("create_dataset_from_project_file", **given)
    assert made["dataset_version"] == 1
    assert done(ada, made["task_id"])["purpose"] == "DATASET"
    again = ada.dm_ok("create_dataset_from_project_file", **given, dataset_id=made["dataset_id"])
    assert (again["dataset_id"], again["dataset_version"]) == (made["dataset_id"], 2)
    bob.refused("DmApi", "create_dataset_from_project_file", 404, **given)
    wrong = given | {"dataset_type": "chemical/x-pdb"}
    ada.refused("DmApi", "create_dataset_from_project_file", 415, **wrong)


def test_what_took_the_place_of_a_copy_is_nobodys_copy(
    ada: Squonk, project: str, dataset: str, tmp_path: Path, squonk_station: RunningStation
) -> None:
    def attached(folder: str) -> str:
        made = ada.dm_ok("attach_dataset_to_project", **attach, path=folder)
        assert done(ada, made["task_id"])["states"][-1]["state"] == "SUCCESS"
        return str(made["file_id"])

    def managed(folder: str) -> list[bool]:
        found = ada.dm_ok("list_project_files", project_id=project, project_path=folder)["files"]
        return ["file_id" in one for one in found]

    attach = {"dataset_id": dataset, "dataset_version": 1, "project_id": project, "as_type": "text/csv"}
    for folder in ("/kept", "/mine", "/gone", "/moved"):
        attached(folder)
    own = tmp_path / "levels.csv"
    own.write_text("my own work\n")
    put = {"project_id": project, "project_files": str(own), "force": True}
    ada.refused("DmApi", "put_unmanaged_project_files", 405, **put, project_path="/mine")
    lie = squonk_station.data / "projects" / project
    (lie / "mine" / "levels.csv").unlink()  # as any program in the project may
    (lie / "mine" / "levels.csv").write_text("my own work\n")
    assert (managed("/mine"), managed("/kept")) == ([False], [True])
    (lie / "gone" / "levels.csv").unlink()
    file = attached("/gone")
    (lie / "gone" / "levels.csv").unlink()
    ada.dm_ok("delete_project_file", file_id=file)
    attached("/gone")
    (lie / "gone" / "levels.csv").unlink()
    ada.dm_ok("put_unmanaged_project_files", **put, project_path="/")
    ada.dm_ok("move_project_file", project_id=project, file="levels.csv", dst_path="/gone")
    assert managed("/gone") == [False]
    (lie / "moved" / "levels.csv").rename(lie / "moved" / "new.csv")
    ada.dm_ok("move_project_file", project_id=project, file="levels.csv", src_path="/kept", dst_path="/two")
    wait(lambda: managed("/moved"), lambda found: found == [True])  # the project is looked through

    done(ada, ada.dm_ok("delete_dataset", dataset_id=dataset, dataset_version=1)["task_id"])
    for folder in ("mine", "gone"):
        assert (lie / folder / "levels.csv").read_text() == "my own work\n"
    assert not (lie / "two" / "levels.csv").exists()
    assert not (lie / "moved" / "new.csv").exists()
