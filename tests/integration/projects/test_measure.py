"""What projects hold is counted as it comes through doors, and measured where programs wrote."""

from fieldstation.core.people.model import Permission
from fieldstation.workers.projects import Measure
from tests.integration.projects.room import Room


def test_what_programs_wrote_is_measured_and_counts_to_the_owners_account(room: Room) -> None:
    ada = room.person("ada")
    project = room.project(ada, "flood")
    with room.database.begin() as tx:
        ground = room.features.files.ground(tx, ada, project, Permission.PROJECT_WRITE)
    room.features.files.make_folder(ground, "a/b")
    (room.storages.volumes.folder(project) / "a" / "b" / "written").write_bytes(b"x" * 1000)
    measure = Measure(room.database, room.features.files)
    for _ in range(3):  # her own project, this one, and nothing more
        measure.step()
    assert (room.size(ada, project), room.used(ada)) == (1000, 1000)

    (room.storages.volumes.folder(project) / "a" / "b" / "written").write_bytes(b"x" * 10)
    measure.step()
    assert room.size(ada, project) == 1000
    with room.database.begin() as tx:
        room.features.files.changed(tx, [project])
    measure.step()
    assert (room.size(ada, project), room.used(ada)) == (10, 10)
    measure.close()


def test_a_measure_that_was_overtaken_by_an_upload_counts_for_nothing(room: Room) -> None:
    ada = room.person("ada")
    project = room.project(ada, "flood")
    files = room.features.files
    with room.database.begin() as tx:
        ground = files.ground(tx, ada, project, Permission.PROJECT_WRITE)
        files.grown(tx, ground, 500)
        files.measured(tx, project, 0, 0)
    assert (room.size(ada, project), room.used(ada)) == (500, 500)
    with room.database.begin() as tx:
        files.measured(tx, project, 500, 400)
    assert (room.size(ada, project), room.used(ada)) == (400, 400)


def test_a_removed_project_gives_its_bytes_back_and_takes_no_more(room: Room) -> None:
    ada = room.person("ada")
    project = room.project(ada, "flood")
    files = room.features.files
    with room.database.begin() as tx:
        ground = files.ground(tx, ada, project, Permission.PROJECT_WRITE)
        files.grown(tx, ground, 500)
        room.features.lifecycles.remove(tx, ada, project)
        files.grown(tx, ground, 100)
        files.measured(tx, project, 500, 700)
    assert room.used(ada) == 0
