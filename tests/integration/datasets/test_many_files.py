"""Versions of so many files that the database, the manifest and a look at the bytes go on side by side."""

import hashlib
import random

import pytest

from fieldstation.core.datasets.model import FileEntry, NewVersion
from fieldstation.kernel.errors import Invalid, Unavailable
from tests.integration.datasets.station import Person, Station
from tests.integration.datasets.test_versions import TAR, VERSIONS, archive, nothing_is_left

COUNT = 25_000


def entries(data: list[bytes]) -> list[FileEntry]:
    return [
        FileEntry(path=f"{place:06}", size=len(one), sha256=hashlib.sha256(one).hexdigest())
        for place, one in enumerate(data)
    ]


def kept(station: Station, data: list[bytes]) -> list[FileEntry]:
    with_bytes = station.store.batch()
    with_bytes.put(data)
    with_bytes.finish()
    station.store.flush()
    return entries(data)


def publish(station: Station, person: Person, dataset: str, files: list[FileEntry]) -> str:
    new = NewVersion(dataset_id=dataset, files=files, author_id=person.caller.user_id)
    with station.database.begin() as tx:
        return station.datasets.publish(tx, [new])[0].manifest_digest


def test_they_come_as_one_tar_in_any_order(ada: Person, station: Station) -> None:
    dataset = ada.make("rain")
    names = [f"{number % 7}/{number:06}" for number in range(COUNT)]
    random.Random(5).shuffle(names)
    answer = ada.client.post(
        VERSIONS, content=archive({name: name.encode() for name in names}), headers=TAR, timeout=90
    )
    assert answer.status_code == 201, answer.text
    assert (answer.json()["file_count"], answer.json()["size"]) == (COUNT, 8 * COUNT)
    data = [name.encode() for name in sorted(names)]
    files = [
        FileEntry(path=one.decode(), size=8, sha256=hashlib.sha256(one).hexdigest(), media_type=None) for one in data
    ]
    assert publish(station, ada, dataset, files) == answer.json()["manifest_digest"]


def test_bytes_that_are_gone_are_counted_and_nothing_is_published(ada: Person, station: Station) -> None:
    dataset = ada.make("rain")
    files = kept(station, [str(number).encode() for number in range(COUNT)])
    station.store.delete([files[0].sha256, files[COUNT // 2].sha256, files[-1].sha256])
    with pytest.raises(Unavailable, match="3 files") as caught:
        publish(station, ada, dataset, files)
    assert caught.value.reason == "blob_gone"
    nothing_is_left(ada)


def test_names_that_cannot_stand_together_are_named(ada: Person, station: Station) -> None:
    dataset = ada.make("rain")
    files = kept(station, [str(number).encode() for number in range(COUNT)])
    with pytest.raises(Invalid) as caught:
        publish(station, ada, dataset, [*files, files[7]])
    assert caught.value.reason == "file_names"
    nothing_is_left(ada)
