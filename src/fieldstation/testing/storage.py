"""The contract of a blob store as tests: inherit `StoreContract`, make your store, and let pytest collect it.

```python
from fieldstation.testing.storage import StoreContract


class TestMyStore(StoreContract):
    def make_store(self, folder: Path, reserve_bytes: int = 0) -> BlobStore:
        return MyStore(folder, reserve_bytes)
```
"""

import hashlib
import os
import stat
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fieldstation.ports.storage import BlobStore, Busy, NotRegular, Stored, StoreFull, TreeEntry

BIG = bytes(range(256)) * 12_000  # more than one block of any implementation
NOWHERE = "0" * 64


def digest(data: bytes) -> str:
    """Return the SHA-256 of `data`, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def put(store: BlobStore, *pieces: bytes) -> Stored:
    """Send pieces through a sink."""
    sink = store.sink()
    for piece in pieces:
        sink.write(piece)
    return sink.finish()


def append(store: BlobStore, name: str, data: bytes) -> None:
    """Add bytes to a growing blob."""
    growing = store.grow(name)
    growing.write(data)
    growing.close()


def read(store: BlobStore, sha256: str) -> bytes:
    """Read a blob whole."""
    return store.readable(sha256).path.read_bytes()


class _Stores:
    """What every part of the contract needs."""

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    @pytest.fixture
    def store(self) -> BlobStore:
        """The store under test."""
        return self.make_store(self.folder / "store")

    def make_store(self, folder: Path, reserve_bytes: int = 0) -> BlobStore:
        """Open the store in `folder`; a second call on the same folder is the same store after a restart."""
        raise NotImplementedError


class Blobs(_Stores):
    """Blobs come in whole, under their digest, once."""

    @pytest.mark.parametrize("data", [b"", b"x", BIG], ids=["empty", "small", "big"])
    def test_bytes_come_back_as_they_went_in(self, store: BlobStore, data: bytes) -> None:
        for stored in (put(store, data), store.put_bytes(data), put(store, data[:7], b"", data[7:])):
            assert stored == Stored(sha256=digest(data), size=len(data))
        store.flush()
        found = store.readable(digest(data))
        assert (found.size, found.sha256, read(store, digest(data))) == (len(data), digest(data), data)
        assert list(store.digests()) == [digest(data)]

    def test_an_aborted_sink_leaves_nothing(self, store: BlobStore) -> None:
        sink = store.sink()
        sink.write(b"half")
        sink.abort()
        sink.abort()
        assert list(store.digests()) == []
        with pytest.raises(ValueError):
            sink.write(b"more")

    def test_abort_after_finish_changes_nothing(self, store: BlobStore) -> None:
        sink = store.sink()
        sink.write(b"whole")
        stored = sink.finish()
        sink.abort()
        assert read(store, stored.sha256) == b"whole"

    def test_nobody_can_write_a_blob(self, store: BlobStore) -> None:
        before = os.umask(0o077)
        try:
            blobs = [put(self.make_store(self.folder / "masked"), b"a"), store.put_bytes(b"b")]
        finally:
            os.umask(before)
        masked = self.make_store(self.folder / "masked")
        for home, blob in zip((masked, store), blobs, strict=True):
            assert stat.S_IMODE(home.readable(blob.sha256).path.stat().st_mode) & 0o222 == 0

    def test_what_is_not_here(self, store: BlobStore) -> None:
        here = store.put_bytes(b"here")
        assert store.missing({here.sha256: 4, NOWHERE: 4}) == {NOWHERE}
        assert store.missing({here.sha256: 5}) == {here.sha256}
        with pytest.raises(KeyError):
            store.readable(NOWHERE)

    def test_delete_tells_what_it_freed(self, store: BlobStore) -> None:
        kept, gone = store.put_bytes(b"kept"), store.put_bytes(b"gone!")
        assert store.delete([gone.sha256, NOWHERE]) == 5
        assert store.delete([gone.sha256]) == 0
        assert list(store.digests()) == [kept.sha256]
        assert store.put_bytes(b"gone!") == gone
        assert read(store, gone.sha256) == b"gone!"

    def test_many_at_once(self, store: BlobStore) -> None:
        data = [bytes([number]) * 1000 for number in range(8)] * 8
        with ThreadPoolExecutor(8) as threads:
            stored = list(threads.map(lambda each: put(store, each[:500], each[500:]), data))
            list(threads.map(lambda _: store.flush(), range(8)))
        assert [found.sha256 for found in stored] == [digest(each) for each in data]
        assert sorted(store.digests()) == sorted({digest(each) for each in data})

    @pytest.mark.parametrize("way", ["small", "sink", "growing"])
    def test_a_blob_that_a_crash_cut_short_is_none(self, store: BlobStore, way: str) -> None:
        whole = store.put_bytes(b"whole again")
        path = store.readable(whole.sha256).path
        path.chmod(0o644)
        os.truncate(path, 5)
        assert store.missing({whole.sha256: whole.size}) == {whole.sha256}
        if way == "small":
            again = store.put_bytes(b"whole again")
        elif way == "sink":
            again = put(store, b"whole again")
        else:
            append(store, "upload", b"whole again")
            again = store.settle_grown("upload")
        assert again == whole
        assert store.missing({whole.sha256: whole.size}) == set()
        assert read(store, whole.sha256) == b"whole again"

    def test_the_same_small_blobs_from_many_at_once(self, store: BlobStore) -> None:
        data = [f"{number}".encode() * 50_000 for number in range(20)] * 8
        begin = threading.Barrier(8)

        def keep(_number: int) -> set[str]:
            begin.wait()
            wanted = {stored.sha256: stored.size for stored in map(store.put_bytes, data)}
            store.flush()
            return store.missing(wanted)

        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(keep, range(8))) == [set()] * 8
        assert {read(store, sha256) for sha256 in store.digests()} == set(data)

    def test_many_small_blobs_come_back_in_order(self, store: BlobStore) -> None:
        data = [str(number % 150).encode() for number in range(200)]
        batch = store.batch()
        assert batch.put([]) == []
        assert [stored.sha256 for stored in batch.put(data)] == [digest(each) for each in data]
        batch.finish()
        batch.close()
        assert sorted(store.digests()) == sorted(map(digest, set(data)))
        full = self.make_store(self.folder / "full", 1 << 60)
        with pytest.raises(StoreFull):
            full.batch().put(data)

    def test_so_many_small_blobs_that_another_process_writes_them(self, store: BlobStore) -> None:
        data = [str(number % 4000).encode() for number in range(5000)]
        whole, given_up = store.batch(), store.batch()
        found = [stored for start in range(0, 5000, 100) for stored in whole.put(data[start : start + 100])]
        given_up.put([b"other %d" % number for number in range(5000)])
        whole.finish()
        given_up.close()
        store.flush()
        assert found == [Stored(sha256=digest(each), size=len(each)) for each in data]
        assert store.missing({stored.sha256: stored.size for stored in found}) == set()
        assert {read(store, stored.sha256) for stored in found} == set(data)

    def test_a_full_store_says_so(self) -> None:
        full = self.make_store(self.folder / "full", 1 << 60)
        assert full.free_bytes() == 0
        for attempt in (full.sink, lambda: full.put_bytes(b"x"), lambda: full.grow("upload")):
            with pytest.raises(StoreFull):
                attempt()
        assert list(full.digests()) == []

    def test_the_same_store_after_a_restart(self, store: BlobStore) -> None:
        stored = store.put_bytes(b"stays")
        store.flush()
        assert read(self.make_store(self.folder / "store"), stored.sha256) == b"stays"


class Copies(_Stores):
    """Files are copied in, never linked, and only regular ones."""

    def test_a_file_is_copied(self, store: BlobStore) -> None:
        for data in (b"small", BIG):
            source = self.folder / "source"
            source.write_bytes(data)
            stored = store.put_path(source)
            source.write_bytes(b"changed since")
            assert stored == Stored(sha256=digest(data), size=len(data))
            assert read(store, stored.sha256) == data
            assert source.stat().st_nlink == 1

    def test_open_files_are_copied_from_their_beginning(self, store: BlobStore) -> None:
        descriptors = []
        for number, data in enumerate((b"one", BIG, b"")):
            path = self.folder / str(number)
            path.write_bytes(data)
            descriptors.append(os.open(path, os.O_RDONLY))
        os.lseek(descriptors[0], 2, os.SEEK_SET)
        try:
            stored = list(store.put_descriptors(descriptors))
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        assert [found.sha256 for found in stored] == [digest(b"one"), digest(BIG), digest(b"")]

    def test_nothing_but_regular_files(self, store: BlobStore) -> None:
        (self.folder / "target").write_bytes(b"secret")
        (self.folder / "link").symlink_to(self.folder / "target")
        os.mkfifo(self.folder / "pipe")
        for name in ("link", "pipe", "."):
            with pytest.raises(NotRegular):
                store.put_path(self.folder / name)
        reader = os.open(self.folder / "pipe", os.O_RDONLY | os.O_NONBLOCK)
        try:
            with pytest.raises(NotRegular):
                list(store.put_descriptors([reader]))
        finally:
            os.close(reader)
        assert list(store.digests()) == []


class Growths(_Stores):
    """Blobs that come in pieces."""

    def test_pieces_across_a_restart(self, store: BlobStore) -> None:
        append(store, "upload", BIG[:1000])
        append(store, "upload", BIG[1000:2000])
        again = self.make_store(self.folder / "store")
        assert again.grown("upload") == 2000
        append(again, "upload", BIG[2000:])
        assert list(again.growing()) == ["upload"]
        assert again.settle_grown("upload") == Stored(sha256=digest(BIG), size=len(BIG))
        again.flush()
        assert again.settle_grown("upload").sha256 == digest(BIG)
        again.drop_grown("upload")
        again.drop_grown("upload")
        assert (again.grown("upload"), list(again.growing())) == (0, [])
        assert read(again, digest(BIG)) == BIG

    def test_two_processes_may_take_turns(self, store: BlobStore) -> None:
        other = self.make_store(self.folder / "store")
        for place, home in enumerate((store, other, other, store, other)):
            append(home, "upload", BIG[place * 100 : place * 100 + 100])
        assert store.settle_grown("upload").sha256 == digest(BIG[:500])

    def test_a_piece_can_be_taken_back(self, store: BlobStore) -> None:
        append(store, "upload", b"good")
        growing = store.grow("upload")
        growing.write(b"bad")
        growing.cut(4)
        growing.write(b" too")
        assert growing.size == 8
        growing.close()
        assert store.settle_grown("upload").sha256 == digest(b"good too")

    def test_one_writer_at_a_time(self, store: BlobStore) -> None:
        growing = store.grow("upload")
        other = self.make_store(self.folder / "store")
        for home in (store, other):
            with pytest.raises(Busy):
                home.grow("upload")
            with pytest.raises(Busy):
                home.settle_grown("upload")
        growing.close()
        other.grow("upload").close()

    def test_what_was_settled_grows_no_more(self, store: BlobStore) -> None:
        append(store, "upload", b"whole")
        stored = store.settle_grown("upload")
        with pytest.raises(Busy):
            store.grow("upload")
        store.drop_grown("upload")
        assert read(store, stored.sha256) == b"whole"

    def test_settling_what_is_not_there(self, store: BlobStore) -> None:
        with pytest.raises(KeyError):
            store.settle_grown("upload")

    def test_settling_bytes_that_are_here_already(self, store: BlobStore) -> None:
        stored = store.put_bytes(b"same")
        append(store, "upload", b"same")
        assert store.settle_grown("upload") == stored
        store.drop_grown("upload")
        assert list(store.digests()) == [stored.sha256]


class Trees(_Stores):
    """Trees show the files of a version, read-only, made once."""

    def test_a_tree_shows_its_files(self, store: BlobStore) -> None:
        files = {"a.txt": b"1", "deep/er/b.bin": BIG, "deep/empty": b"", "deep/er/also empty": b"", "same": b"1"}
        tree = store.tree("version", lambda: iter(self._entries(store, files)))
        assert self._shown(tree) == files
        for path in tree.rglob("*"):
            mode = stat.S_IMODE(path.stat().st_mode)
            assert mode & 0o444 == 0o444
            assert path.is_dir() or mode & 0o222 == 0
        assert (tree / "deep/empty").stat().st_nlink == 1

    def test_it_is_made_once_by_whoever_comes_first(self, store: BlobStore) -> None:
        files = {str(number): bytes([number]) for number in range(50)}
        entries = self._entries(store, files)
        with ThreadPoolExecutor(8) as threads:
            trees = set(threads.map(lambda _: store.tree("version", lambda: iter(entries)), range(8)))
        assert len(trees) == 1
        tree = store.tree("version", lambda: pytest.fail("made a second time"))
        assert self._shown(tree) == files

    def test_an_empty_version_has_an_empty_tree(self, store: BlobStore) -> None:
        assert self._shown(store.tree("version", lambda: iter(()))) == {}
        assert store.tree("version", lambda: iter(())).is_dir()

    def test_a_dropped_tree_is_gone_at_once(self, store: BlobStore) -> None:
        entries = self._entries(store, {"a": b"1"})
        tree = store.tree("version", lambda: iter(entries))
        store.drop_tree("version")
        store.drop_tree("version")
        assert not tree.exists()
        assert not store.tidy(1.0)
        assert self._shown(store.tree("version", lambda: iter(entries))) == {"a": b"1"}

    def test_a_tree_that_cannot_be_made_leaves_nothing(self, store: BlobStore) -> None:
        broken = TreeEntry(path="a", size=1, sha256=NOWHERE)
        with pytest.raises(FileNotFoundError):
            store.tree("version", lambda: iter([broken]))
        assert self._shown(store.tree("version", lambda: iter(()))) == {}

    @pytest.mark.parametrize("name", ["", ".", "..", "a/b", ".hidden", "nul\0"])
    def test_names_stay_inside(self, store: BlobStore, name: str) -> None:
        with pytest.raises(ValueError):
            store.tree(name, lambda: iter(()))
        with pytest.raises(ValueError):
            store.grow(name)

    @staticmethod
    def _entries(store: BlobStore, files: dict[str, bytes]) -> Sequence[TreeEntry]:
        stored = {path: store.put_bytes(data) for path, data in files.items()}
        return [TreeEntry(path=path, size=blob.size, sha256=blob.sha256) for path, blob in sorted(stored.items())]

    @staticmethod
    def _shown(tree: Path) -> dict[str, bytes]:
        return {str(path.relative_to(tree)): path.read_bytes() for path in tree.rglob("*") if path.is_file()}


class StoreContract(Blobs, Copies, Growths, Trees):
    """Every promise of `fieldstation.ports.storage.BlobStore`."""
