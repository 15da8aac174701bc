"""Copies of versions in projects, when their data set goes."""

from sqlalchemy import text

from fieldstation.core.datasets.model import FileEntry, NewDataset, NewVersion
from fieldstation.core.people.model import Permission
from fieldstation.core.projects.service import NewAttachment
from fieldstation.wiring.features import COPIES
from tests.integration.projects.room import Room

_TO_COPIES = text("""
    SELECT e.thing FROM delivery d JOIN event e ON e.id = d.event_id WHERE d.consumer = :consumer
""")


def test_copies_of_a_data_set_that_was_purged_stay_as_files_like_any_other(room: Room) -> None:
    ada = room.person("ada")
    project = room.project(ada, "flood")
    features = room.features
    stored = room.storages.store.put_bytes(b"level\n")
    room.storages.store.flush()
    with room.database.begin() as tx:
        dataset = features.datasets.create(tx, ada, NewDataset(name="gauges")).id
        entry = FileEntry(path="may.csv", size=stored.size, sha256=stored.sha256, media_type="text/csv")
        features.datasets.publish(tx, [NewVersion(dataset_id=dataset, files=[entry], author_id=ada.user_id)])
        file, _ = features.managed.attach(tx, ada, NewAttachment(project=project, dataset=dataset))
        ground = features.files.ground(tx, ada, project, Permission.PROJECT_WRITE)
    features.files.write(ground, file.path, b"level\n")
    with room.database.begin() as tx:
        features.trash.put(tx, ada, dataset, at_once=True)
        while features.garbage.empty_trash(tx):
            pass
    with room.database.begin() as tx:
        assert features.managed.known(tx, file.id) is not None
        told = [row.thing for row in tx.all(_TO_COPIES, {"consumer": COPIES})]
        assert told == [dataset]
        features.copies.purged(tx, told)
        assert features.managed.known(tx, file.id) is None
    assert features.files.entry(ground, file.path).size == stored.size
