"""Random lives of data sets against a simple model.

Whatever happens in whatever order: every file of a data set that was not purged can be read and is right, its owner is
charged for exactly what is kept, and after a full collection the store holds nothing else.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule
from sqlalchemy import text

from fieldstation.core.datasets.model import FileEntry, NewDataset, NewVersion, Piece, Recipe
from fieldstation.core.datasets.service import Trash
from fieldstation.db import Tx
from fieldstation.db.outbox import Outbox
from fieldstation.kernel.errors import Conflict, NotFound, Unavailable
from tests.cluster import Cluster
from tests.integration.datasets.station import Station

_SHIFT = text("SELECT set_config('fieldstation.time_shift', :interval, true)")
_TRASH_HOURS = 30 * 24
_UPLOAD_HOURS = 7 * 24
CONTENTS = [b"", b"a", b"b", b"cc", b"d" * 5000, b"e" * 300_000]


def content(number: int) -> bytes:
    return CONTENTS[number]


DATA = st.integers(0, len(CONTENTS) - 1).map(content)
FILES = st.dictionaries(st.sampled_from(["a", "b/c", "b/d", "e"]), DATA, min_size=1)


@dataclass(kw_only=True)
class Set:
    """A data set as the model knows it."""

    id: str
    name: str
    versions: list[dict[str, bytes]] = field(default_factory=list, repr=False)
    charged: int = 0
    purge_at: int | None = None
    purged: bool = False


@dataclass(kw_only=True)
class Growing:
    """An upload as the model knows it."""

    id: str
    data: bytes = field(repr=False)
    expires_at: int
    ended: bool = False


class RolledBack(Exception):
    """What a crash does to an open transaction."""


class DatasetMachine(RuleBasedStateMachine):
    cluster: ClassVar[Cluster]  # set by the test

    sets = Bundle("sets")
    uploads = Bundle("uploads")
    stored = Bundle("stored")

    def __init__(self) -> None:
        super().__init__()
        self.hours = 0
        self.model: list[Set] = []
        self.growing: list[Growing] = []
        self._folder = TemporaryDirectory()
        self._database = self.cluster.database()
        self.station = Station(self._database.__enter__(), Path(self._folder.name) / "station", "http://unused")
        self.trash = Trash(self.station.datasets, Outbox())

    def teardown(self) -> None:
        self.station.close()
        self._database.__exit__(None, None, None)
        self._folder.cleanup()

    @contextmanager
    def tx(self) -> Iterator[Tx]:
        """Open a transaction at the model's time."""
        with self.station.database.begin() as tx:
            tx.execute(_SHIFT, {"interval": f"{self.hours} hours"})
            yield tx

    @initialize()
    def people(self) -> None:
        self.ada = self.station.person("ada").caller

    @rule(target=sets)
    def create(self) -> Set:
        name = f"set-{len(self.model)}"
        with self.tx() as tx:
            made = Set(id=self.station.datasets.create(tx, self.ada, NewDataset(name=name)).id, name=name)
        self.model.append(made)
        return made

    @rule(target=stored, files=FILES)
    def store(self, files: dict[str, bytes]) -> dict[str, bytes]:
        """Bytes come in; whether a version will name them is open."""
        for data in files.values():
            self._put(data)
        return files

    @rule(into=sets, files=stored)
    def publish(self, into: Set, files: dict[str, bytes]) -> None:
        """A version names what was stored some time ago; what was collected since must be stored again."""
        if into.purge_at is not None or into.purged:
            with pytest.raises((Conflict, NotFound)):
                self._publish(into, files)
            return
        try:
            self._publish(into, files)
        except Unavailable:
            for data in files.values():
                self._put(data)
            self._publish(into, files)

    @rule(into=sets, added=FILES)
    def publish_on_top(self, into: Set, added: dict[str, bytes]) -> None:
        if into.purge_at is not None or not into.versions:
            return
        base = into.versions[-1]
        without = [path for path in base if path in added]
        with self.tx() as tx:
            _incoming, new = self.station.uploads.compose(
                tx, self.ada, into.id, Recipe(base=len(into.versions), without=without)
            )
        for data in added.values():
            self._put(data)
        files = [self._entry(path, data) for path, data in added.items()]
        both = NewVersion(
            dataset_id=into.id, files=[*new.files, *files], author_id=self.ada.user_id, carried=new.carried
        )
        with self.tx() as tx:
            self.station.datasets.publish(tx, [both])
        into.versions.append({**base, **added})
        into.charged += sum(map(len, added.values()))

    @rule(target=uploads, data=DATA.filter(bool))
    def begin_upload(self, data: bytes) -> Growing:
        with self.tx() as tx:
            upload = self.station.uploads.create(tx, self.ada, len(data), {})
        growing = Growing(id=upload.id, data=data, expires_at=self.hours + _UPLOAD_HOURS)
        self.growing.append(growing)
        return growing

    @rule(upload=uploads, share=st.floats(0.1, 1.0))
    def send_piece(self, upload: Growing, share: float) -> None:
        if not self._alive(upload):
            return
        with self.tx() as tx:
            row = self.station.uploads.show(tx, self.ada, upload.id)
        if row.sha256 is not None:
            return
        grown = self.station.store.grow(upload.id)
        come = grown.size
        grown.write(upload.data[come : come + max(1, int(share * len(upload.data)))])
        whole = grown.size == len(upload.data)
        grown.close()
        with self.tx() as tx:
            self.station.uploads.prolong(tx, row)
        upload.expires_at = self.hours + _UPLOAD_HOURS
        if whole:
            stored = self.station.store.settle_grown(upload.id)
            with self.tx() as tx:
                self.station.uploads.complete(tx, row, stored)
            self.station.store.drop_grown(upload.id)

    @rule(upload=consumes(uploads), into=sets)
    def use_upload(self, upload: Growing, into: Set) -> None:
        if not self._alive(upload) or into.purge_at is not None or into.purged:
            return
        with self.tx() as tx:
            if self.station.uploads.show(tx, self.ada, upload.id).sha256 is None:
                return
            recipe = Recipe(pieces=[Piece(path="sent", upload=upload.id)])
            incoming, new = self.station.uploads.compose(tx, self.ada, into.id, recipe)
            self.station.uploads.publish(tx, incoming, new)
        upload.ended = True
        into.versions.append({"sent": upload.data})
        into.charged += len(upload.data)

    @rule(upload=consumes(uploads))
    def end_upload(self, upload: Growing) -> None:
        if self._alive(upload):
            with self.tx() as tx:
                self.station.uploads.end(tx, self.ada, upload.id)
            self.station.store.drop_grown(upload.id)
            upload.ended = True

    @rule(one=sets, at_once=st.booleans())
    def throw_away(self, one: Set, at_once: bool) -> None:
        if one.purged:
            return
        with self.tx() as tx:
            self.trash.put(tx, self.ada, one.id, at_once=at_once)
        if at_once:
            one.purge_at = self.hours
        elif one.purge_at is None:
            one.purge_at = self.hours + _TRASH_HOURS

    @rule(one=sets)
    def take_back(self, one: Set) -> None:
        with suppress(Conflict, NotFound), self.tx() as tx:
            self.trash.take_back(tx, self.ada, one.id)
            assert one.purge_at is not None
            one.purge_at = None

    @rule(hours=st.sampled_from([1, 25, 8 * 24, 31 * 24]))
    def time_passes(self, hours: int) -> None:
        self.hours += hours

    @rule()
    def collect_a_little(self) -> None:
        for step in self._steps():
            with self.tx() as tx:
                step(tx)
        self._note_purged()

    @rule()
    def crash_while_collecting(self) -> None:
        """The blobs are unlinked, the transaction that deletes their rows is lost."""
        with suppress(RolledBack), self.tx() as tx:
            self.station.garbage.sweep_blobs(tx)
            raise RolledBack

    @rule()
    def collect_everything(self) -> None:
        """A day and more after all that happened, nothing but what is named survives."""
        self._collect_all()
        self.hours += 25
        with self.tx() as tx:
            while self.station.garbage.adopt_strays(tx):
                pass
        self.hours += 25
        self._collect_all()
        named = {data for one in self.model if not one.purged for version in one.versions for data in version.values()}
        named |= {upload.data for upload in self.growing if self._complete(upload)}
        assert set(self.station.store.digests()) == {hashlib.sha256(data).hexdigest() for data in named}
        assert set(self.station.store.growing()) == {
            upload.id for upload in self.growing if self._alive(upload) and self.station.store.grown(upload.id)
        }

    @invariant()
    def everything_named_is_readable(self) -> None:
        for one in self.model:
            if one.purged:
                continue
            with self.tx() as tx:
                shown = self.station.datasets.show(tx, self.ada, one.id)
                assert (shown.latest, shown.size) == (len(one.versions), one.charged)
                for number, files in enumerate(one.versions, 1):
                    version = self.station.datasets.version(tx, self.ada, one.id, number)
                    entries = {
                        file.entry.path: file.entry for file in self.station.datasets.all_files(tx, self.ada, version)
                    }
                    assert {path: self._read(entry) for path, entry in entries.items()} == files

    @invariant()
    def the_owner_is_charged_for_what_is_kept(self) -> None:
        if self.model:
            with self.tx() as tx:
                account = self.station.uploads.account(tx, self.ada)
            assert account.used == sum(one.charged for one in self.model if not one.purged)
            assert account.reserved == sum(len(upload.data) for upload in self.growing if self._alive(upload))

    def _put(self, data: bytes) -> None:
        self.station.store.put_bytes(data)

    def _entry(self, path: str, data: bytes) -> FileEntry:
        return FileEntry(path=path, size=len(data), sha256=hashlib.sha256(data).hexdigest())

    def _publish(self, into: Set, files: dict[str, bytes]) -> None:
        entries = [
            FileEntry(path=path, size=len(data), sha256=hashlib.sha256(data).hexdigest())
            for path, data in files.items()
        ]
        new = NewVersion(dataset_id=into.id, files=entries, author_id=self.ada.user_id)
        with self.tx() as tx:
            self.station.datasets.publish(tx, [new])
        into.versions.append(dict(files))
        into.charged += sum(map(len, files.values()))

    def _read(self, entry: FileEntry) -> bytes:
        return self.station.store.readable(entry.sha256).path.read_bytes()

    def _alive(self, upload: Growing) -> bool:
        return not upload.ended and self.hours < upload.expires_at

    def _complete(self, upload: Growing) -> bool:
        if not self._alive(upload):
            return False
        with self.tx() as tx:
            return self.station.uploads.show(tx, self.ada, upload.id).sha256 is not None

    def _steps(self) -> list[Callable[[Tx], bool]]:
        garbage = self.station.garbage
        return [garbage.expire_uploads, garbage.empty_trash, garbage.sweep_blobs]

    def _collect_all(self) -> None:
        for step in (*self._steps(), *self._steps()):
            more = True
            while more:
                with self.tx() as tx:
                    more = step(tx)
        for one in self.model:
            one.purged |= one.purge_at is not None and one.purge_at <= self.hours

    def _note_purged(self) -> None:
        with self.tx() as tx:
            for one in self.model:
                if not one.purged and one.purge_at is not None:
                    with suppress(NotFound):
                        self.station.datasets.show(tx, self.ada, one.id)
                        continue
                    one.purged = True


def _run(cluster: Cluster, examples: int, steps: int) -> None:
    DatasetMachine.cluster = cluster
    case = DatasetMachine.TestCase
    case.settings = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    case().runTest()


def test_random_lives_of_data_sets(cluster: Cluster) -> None:
    _run(cluster, 10, 25)


@pytest.mark.soak
@pytest.mark.parametrize("_part", range(6))
def test_many_random_lives_of_data_sets(cluster: Cluster, _part: int) -> None:
    _run(cluster, 50, 50)
