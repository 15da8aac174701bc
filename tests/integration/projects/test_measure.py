"""What projects hold is counted as it comes through doors, and measured where programs wrote."""

from sqlalchemy import text

from fieldstation.core.people.model import Permission
from fieldstation.core.projects.model import Due
from fieldstation.core.projects.service import Surveys
from fieldstation.workers.projects import Measure
from tests.integration.projects.room import Room


def test_what_programs_wrote_is_measured_and_counts_to_the_owners_account(room: Room) -> None:
    ada = room.person("ada")
    project = room.project(ada, "flood")
    with room.database.begin() as tx:
        ground = room.features.files.ground(tx, ada, project, Permission.PROJECT_WRITE)
    room.features.files.make_folder(ground, "a/b")
    (room.storages.volumes.folder(project) / "a" / "b" / "written").write_bytes(b"x" * 1000)
    measure = Measure(room.database, Surveys(room.features.files, room.features.managed))
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
    before = due_of(room, project)
    with room.database.begin() as tx:
        files.grown(tx, ground, 700)
        files.grown(tx, ground, -700)  # the count is what it was, of other files
    with room.database.begin() as tx:
        files.measured(tx, before, 0)
    assert (room.size(ada, project), room.used(ada)) == (500, 500)
    with room.database.begin() as tx:
        files.measured(tx, due_of(room, project), 400)
    assert (room.size(ada, project), room.used(ada)) == (400, 400)


def due_of(room: Room, project: str) -> Due:
    """Return the project as it is to be measured now."""
    with room.database.begin() as tx:
        mark = tx.scalar(text("SELECT xmin::text FROM project WHERE id = :id"), {"id": project})
        size = tx.scalar(text("SELECT size_bytes FROM project WHERE id = :id"), {"id": project})
    return Due(project=project, before=size, mark=mark)


def test_a_file_that_is_counted_and_gets_its_name_while_its_project_is_measured_is_counted_once(room: Room) -> None:
    ada = room.person("ada")
    project = room.project(ada, "flood")
    files = room.features.files
    with room.database.begin() as tx:
        ground = files.ground(tx, ada, project, Permission.PROJECT_WRITE)
        files.grown(tx, ground, 500)
    files.make_folder(ground, "a")
    folder = room.storages.volumes.folder(project)

    def come(_seconds: float) -> None:
        (folder / "a" / "came").write_bytes(b"x" * 500)

    measure = Measure(room.database, Surveys(room.features.files, room.features.managed), pause=come)
    for _ in range(3):
        measure.step()
    assert (room.size(ada, project), room.used(ada)) == (500, 500)
    measure.close()


def test_a_removed_project_gives_its_bytes_back_and_takes_no_more(room: Room) -> None:
    ada = room.person("ada")
    project = room.project(ada, "flood")
    files = room.features.files
    with room.database.begin() as tx:
        ground = files.ground(tx, ada, project, Permission.PROJECT_WRITE)
        files.grown(tx, ground, 500)
        room.features.lifecycles.remove(tx, ada, project)
        files.grown(tx, ground, 100)
    with room.database.begin() as tx:
        files.measured(tx, due_of(room, project), 700)
    assert room.used(ada) == 0
