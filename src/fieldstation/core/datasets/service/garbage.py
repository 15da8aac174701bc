"""Removing what nothing names any more, in small steps, each of which may be the last before a crash.

Every step takes a transaction and tells whether there is more to do at once. Whoever calls them, the loop that sweeps
or an operator at a door, one step is done at a time at the whole station.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

from fieldstation.core.audit.model import STATION, Deed, Entry
from fieldstation.core.audit.service import record
from fieldstation.core.datasets.model import Plan
from fieldstation.core.datasets.store import accounts, blobs, uploads
from fieldstation.core.datasets.store import garbage as store
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.people.service import Access
from fieldstation.db import Tx
from fieldstation.db.outbox import Event, Outbox
from fieldstation.db.snapshot import may_remove
from fieldstation.kernel.errors import Conflict
from fieldstation.ports.storage import BlobStore

_WINDOW = 5000  # blobs looked at in one step
_FILES = 5000  # rows of files deleted in one step
_UPLOADS = 500
_ADOPTED = 2000
_SHOWN = 20
_TIDY_SECONDS = 1.0


class Garbage:
    """Frees what expired uploads, the trash and crashes leave behind."""

    def __init__(self, access: Access, blob_store: BlobStore, outbox: Outbox) -> None:
        self._access = access
        self._blobs = blob_store
        self._outbox = outbox
        self._after = b""
        self._walk: Iterator[str] = iter(())
        self._growing: Iterator[str] = iter(())

    def plan(self, tx: Tx, caller: Caller) -> Plan:
        """Tell an operator what would be freed and who holds the rest; changes nothing."""
        self._access.require(caller, Permission.STATION_OPERATE)
        return self.survey(tx)

    def survey(self, tx: Tx) -> Plan:
        """Tell the same to who holds the data directory; decides nothing."""
        return store.plan(tx, _SHOWN)

    def may_collect(self, tx: Tx, caller: Caller) -> None:
        """Let an operator go on to `steps`; Conflict while a backup needs every byte."""
        self._access.require(caller, Permission.STATION_OPERATE)
        if not may_remove(tx):
            raise Conflict("a backup is under way", next_step="wait until it has ended", reason="backup_under_way")

    def steps(self) -> Sequence[Callable[[Tx], bool]]:
        """Return everything that frees something, in its order; each is repeated while it says that there is more."""
        return (self.expire_uploads, self.empty_trash, lambda tx: may_remove(tx) and self.sweep_blobs(tx), self.tidy)

    def expire_uploads(self, tx: Tx) -> bool:
        """End uploads whose time is over: their room is free again, their bytes go."""
        store.take_turn(tx)
        expired = uploads.expired(tx, _UPLOADS)
        if expired:
            blobs.release(tx, expired)
            uploads.delete(tx, expired)
        here = list(islice(self._growing, _UPLOADS)) or self._restarted()
        gone = set(here) - uploads.known(tx, here)
        tx.after_commit(lambda: _each(self._blobs.drop_grown, gone))
        return len(expired) == _UPLOADS

    def _restarted(self) -> list[str]:
        self._growing = self._blobs.growing()
        return list(islice(self._growing, _UPLOADS))

    def empty_trash(self, tx: Tx) -> bool:
        """Remove for good what one data set, whose time in the trash is over, has; its versions stay as names."""
        store.take_turn(tx)
        found = store.due(tx)
        if found is None:
            return False
        if store.forget_files(tx, found.id, _FILES):
            return True
        store.finish_purge(tx, found.id)
        accounts.charge(tx, {found.owner: -found.size})
        record(tx, Entry(actor=STATION, deed=Deed.DATASET_PURGED, thing=found.id, body={"name": found.name}))
        self._outbox.emit(
            tx, [Event(kind=Deed.DATASET_PURGED, thing=found.id, audience=found.id, body={"name": found.name})]
        )
        return True

    def drop_trees(self, tx: Tx, dataset_ids: Sequence[str]) -> None:
        """Give up the link trees of data sets that were removed for good, as follows their event. Idempotent."""
        for version_id in store.versions_of(tx, dataset_ids):
            self._blobs.drop_tree(version_id)

    def sweep_blobs(self, tx: Tx) -> bool:
        """Unlink blobs that nothing has named for a day, among the next some thousand.

        They are unlinked while their rows are locked: who is about to name one waits, then finds it gone and stores
        it again. A crash in between leaves rows without bytes that nothing names; the next sweep deletes them.
        """
        store.take_turn(tx)
        free, last = store.free_after(tx, self._after, _WINDOW)
        if free:
            self._blobs.delete(store.remove_free(tx, free))
        self._after = last or b""
        return last is not None

    def adopt_strays(self, tx: Tx) -> bool:
        """Give rows to blobs that a crash left without one, so that a sweep finds them a day later."""
        store.take_turn(tx)
        found = list(islice(self._walk, _ADOPTED))
        if not found:
            self._walk = self._blobs.digests()
            found = list(islice(self._walk, _ADOPTED))
        if strays := store.unknown(tx, found):
            store.adopt(tx, dict(self._sizes(strays)))
        return len(found) == _ADOPTED

    def _sizes(self, strays: Iterable[str]) -> Iterator[tuple[str, int]]:
        for sha256 in strays:
            with suppress(KeyError):  # unlinked since
                yield sha256, self._blobs.readable(sha256).size

    def tidy(self, tx: Tx) -> bool:
        """Remove what was dropped from the disk, for about a second."""
        store.take_turn(tx)
        return self._blobs.tidy(_TIDY_SECONDS)


def _each(action: Callable[[str], None], names: Iterable[str]) -> None:
    for name in names:
        action(name)
