"""Copies of versions in projects, when they are moved, and when their data set goes."""

from sqlalchemy import text

from fieldstation.core.datasets.model import FileEntry, NewDataset, NewVersion
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.projects.model import Ground, mark_of
from fieldstation.core.projects.service import ManagedFile, NewAttachment, Surveys
from fieldstation.wiring.features import COPIES
from fieldstation.workers.projects import Measure
from tests.integration.projects.room import Room

DATA = b"level\n"
_TO_COPIES = text("""
    SELECT e.thing FROM delivery d JOIN event e ON e.id = d.event_id WHERE d.consumer = :consumer
""")


def attached(room: Room, ada: Caller) -> tuple[Ground, ManagedFile]:
    """Have a copy of a file of a data set of hers in a project, as the worker leaves it."""
    project = room.project(ada, "flood")
    features = room.features
    stored = room.storages.store.put_bytes(DATA)
    room.storages.store.flush()
    with room.database.begin() as tx:
        dataset = features.datasets.create(tx, ada, NewDataset(name="gauges")).id
        entry = FileEntry(path="may.csv", size=stored.size, sha256=stored.sha256, media_type="text/csv")
        features.datasets.publish(tx, [NewVersion(dataset_id=dataset, files=[entry], author_id=ada.user_id)])
        file, _ = features.managed.attach(tx, ada, NewAttachment(project=project, dataset=dataset))
        ground = features.files.ground(tx, ada, project, Permission.PROJECT_WRITE)
        features.managed.placing(tx, file)
    features.files.write(ground, file.path, DATA)
    mark = mark_of(features.files.entry(ground, file.path))
    assert mark is not None
    with room.database.begin() as tx:
        features.managed.came(tx, file, mark)
    return ground, file


def test_copies_of_a_data_set_that_was_purged_stay_as_files_like_any_other(room: Room) -> None:
    ada = room.person("ada")
    ground, file = attached(room, ada)
    features = room.features
    with room.database.begin() as tx:
        features.trash.put(tx, ada, file.dataset_id, at_once=True)
        while features.garbage.empty_trash(tx):
            pass
    with room.database.begin() as tx:
        assert features.managed.known(tx, file.id) is not None
        told = [row.thing for row in tx.all(_TO_COPIES, {"consumer": COPIES})]
        assert told == [file.dataset_id]
        features.copies.purged(tx, told)
        assert features.managed.known(tx, file.id) is None
    assert features.files.entry(ground, file.path).size == len(DATA)


def test_a_move_that_was_cut_off_is_followed_and_what_is_gone_is_forgotten(room: Room) -> None:
    ground, file = attached(room, room.person("ada"))
    features = room.features
    measure = Measure(room.database, Surveys(features.files, features.managed), pause=lambda _: None)
    for _ in range(2):  # her own project, and this one
        measure.step()
    for source, target in (("may.csv", "raw/june.csv"), ("raw/june.csv", "july.csv")):
        with room.database.begin() as tx:
            features.managed.moving(tx, ground, source)
        features.files.move(ground, source, target)  # and here the station dies
        measure.step()
        with room.database.begin() as tx:
            found = features.managed.known(tx, file.id)
        assert found is not None
        assert found.path == target
    (room.storages.volumes.folder(ground.project) / "july.csv").unlink()
    with room.database.begin() as tx:
        features.files.changed(tx, [ground.project])
    measure.step()
    with room.database.begin() as tx:
        assert features.managed.known(tx, file.id) is None
    measure.close()
