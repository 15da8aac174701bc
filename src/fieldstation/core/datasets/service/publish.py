"""The one road by which versions come into being, for many at once."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from fieldstation.core.datasets.model import NewVersion, Version, check_metadata
from fieldstation.core.datasets.store import accounts, blobs, datasets, versions
from fieldstation.core.people.model import Kind, hidden
from fieldstation.db import Tx
from fieldstation.db.outbox import Event, Outbox
from fieldstation.kernel.errors import Conflict, Invalid, Unavailable
from fieldstation.kernel.ids import new_id
from fieldstation.ports.hooks import PublishedVersion, VersionPublished
from fieldstation.ports.storage import BlobStore

PUBLISHED = "dataset.version_published"
_PIECE = 10_000  # blobs of one statement


class Publisher:
    """Publishes versions in a number of statements that grows only with each ten thousand of their files."""

    def __init__(self, store: BlobStore, outbox: Outbox, hooks: Sequence[VersionPublished]) -> None:
        self._store = store
        self._outbox = outbox
        self._hooks = hooks

    def publish(self, tx: Tx, news: Sequence[NewVersion]) -> Sequence[Version]:
        """Publish all of `news` or (on any error) none; their bytes must be in the store and flushed.

        Raises Invalid (names, metadata), NotFound or Conflict (no such data set, in the trash), Unavailable
        (`blob_gone`: removed since it was stored; store it again).
        """
        if not news:
            return []
        locked = datasets.lock(tx, list({new.dataset_id for new in news}))
        _check(news, locked)
        self._keep(tx, news)
        made = versions.insert(tx, _numbered(news, locked))
        _count(tx, made, news, locked)
        self._tell(tx, made, locked)
        return made

    def _keep(self, tx: Tx, news: Iterable[NewVersion]) -> None:
        """Lock the blobs, then look that their bytes are there: from then on removal cannot take them."""
        wanted: dict[str, int] = {}
        for new in news:
            in_place = {source.path for source in new.sources}
            wanted |= {file.sha256: file.size for file in new.files if file.path not in in_place}
        if gone := self._kept(tx, wanted, news):
            self._check_sizes({sha256: wanted[sha256] for sha256 in sorted(gone)})
            raise blob_gone(len(gone))

    def _kept(self, tx: Tx, wanted: Mapping[str, int], news: Iterable[NewVersion]) -> set[str]:
        """Lock these blobs and return those that are not there.

        Many are locked in pieces, by digest, so that manifests are read and files looked at in a thread beside, while
        this one waits for the database.
        """
        ordered = sorted(wanted)
        pieces = [ordered[start : start + _PIECE] for start in range(0, len(ordered), _PIECE)]
        if len(pieces) < 2:
            for new in news:
                _ = new.manifest  # raises Invalid: what has a name that cannot be was not stored either
            return self._kept_here(tx, wanted)
        with ThreadPoolExecutor(max_workers=1) as beside:
            manifests = beside.submit(lambda: [new.manifest for new in news])
            looks = []
            for piece in pieces:
                sizes = {sha256: wanted[sha256] for sha256 in piece}
                blobs.keep(tx, sizes)
                looks.append(beside.submit(self._store.missing, sizes))
            manifests.result()
            return set().union(*(look.result() for look in looks))

    def _kept_here(self, tx: Tx, wanted: Mapping[str, int]) -> set[str]:
        if not wanted:
            return set()
        blobs.keep(tx, wanted)
        return self._store.missing(wanted)

    def _check_sizes(self, wanted: Mapping[str, int]) -> None:
        for sha256, size in wanted.items():
            with suppress(KeyError):
                raise Invalid(
                    f"blob {sha256} has {self._store.readable(sha256).size} bytes, not {size}",
                    next_step="take size and digest from the same file",
                    reason="size_mismatch",
                )

    def _tell(self, tx: Tx, made: Sequence[Version], locked: Mapping[str, datasets.Locked]) -> None:
        self._outbox.emit(tx, [_event(version, locked[version.dataset_id].name) for version in made])
        told = [PublishedVersion(id=one.id, dataset_id=one.dataset_id, metadata=one.metadata) for one in made]
        for hook in self._hooks:
            hook.versions_published(tx, told)


def _check(news: Iterable[NewVersion], locked: Mapping[str, datasets.Locked]) -> None:
    for new in news:
        found = locked.get(new.dataset_id)
        if found is None:
            raise hidden(Kind.DATASET)
        if found.trashed is not None:
            raise in_trash(found.name, found.id)
        check_metadata(new.metadata, found.schema)


def _numbered(news: Iterable[NewVersion], locked: Mapping[str, datasets.Locked]) -> Sequence[versions.Numbered]:
    latest = {found.id: found.latest for found in locked.values()}
    numbered = []
    for new in news:
        latest[new.dataset_id] += 1
        numbered.append(versions.Numbered(id=new_id("version"), number=latest[new.dataset_id], new=new))
    return numbered


def _count(tx: Tx, made: Sequence[Version], news: Sequence[NewVersion], locked: Mapping[str, datasets.Locked]) -> None:
    count: Counter[str] = Counter()
    size: defaultdict[str, int] = defaultdict(int)
    owned: defaultdict[str, int] = defaultdict(int)
    for version, new in zip(made, news, strict=True):
        count[version.dataset_id] += 1
        size[version.dataset_id] += new.charged
        owned[locked[version.dataset_id].owner] += new.charged
    datasets.advance(tx, {dataset: (count[dataset], size[dataset]) for dataset in sorted(count)})
    accounts.charge(tx, owned)


def _event(version: Version, name: str) -> Event:
    return Event(
        kind=PUBLISHED,
        thing=version.dataset_id,
        audience=version.dataset_id,
        body={
            "version": version.id,
            "name": name,
            "number": version.number,
            "file_count": version.file_count,
            "size": version.size,
            "run": version.run_id,
        },
    )


def in_trash(name: str, dataset_id: str) -> Conflict:
    """Return the error for the use of a data set that is in the trash."""
    return Conflict(
        f"the data set {name} is in the trash",
        next_step=f"take it out: fieldstation dataset restore {dataset_id}",
        reason="trashed",
    )


def blob_gone(count: int) -> Unavailable:
    """Return the error for bytes that were removed between their storing and their naming, which is rare."""
    return Unavailable(
        f"the bytes of {count} files are not in the store (any more)", next_step="send them again", reason="blob_gone"
    )
