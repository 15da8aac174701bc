"""The storages of this machine keep the contract of all storages."""

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fieldstation.ports.storage import BlobStore, TreeEntry
from fieldstation.storage.filesystem import FilesystemStore
from fieldstation.testing.storage import StoreContract, read


class TestFilesystemStore(StoreContract):
    def make_store(self, folder: Path, reserve_bytes: int = 0) -> BlobStore:
        return FilesystemStore(folder, reserve_bytes)

    def test_blobs_lie_where_other_programs_look_for_them(self, store: BlobStore) -> None:
        sha256 = store.put_bytes(b"x").sha256
        assert store.readable(sha256).path == self.folder / "store/blobs/sha256" / sha256[:2] / sha256[2:]

    def test_so_many_that_they_are_written_early(self, store: BlobStore) -> None:
        blobs = [os.urandom(16) for _ in range(2100)]
        wanted = {stored.sha256: stored.size for stored in map(store.put_bytes, blobs)}
        store.flush()
        assert store.missing(wanted) == set()

    def test_what_another_writer_has_not_finished_is_not_waited_for(self, store: BlobStore) -> None:
        sha256 = hashlib.sha256(b"shared").hexdigest()
        place = self.folder / "store/blobs/sha256" / sha256[:2] / sha256[2:]
        with place.open("wb", buffering=0) as other:
            other.write(b"sha")
            stored = store.put_bytes(b"shared")
            tree = store.tree("version", lambda: iter([TreeEntry(path="a", size=6, sha256=sha256)]))
            other.write(b"red")
        assert stored.sha256 == sha256
        assert (place.read_bytes(), (tree / "a").read_bytes()) == (b"shared", b"shared")
        assert place.samefile(tree / "a")

    def test_when_the_process_that_writes_them_dies_small_blobs_come_all_the_same(self, store: BlobStore) -> None:
        data = [str(number).encode() for number in range(6000)]
        batch = store.batch()
        found = list(batch.put(data[:3000]))
        (writer,) = _children(os.getpid(), "placing.py")
        os.kill(writer, signal.SIGKILL)
        for start in range(3000, 6000, 50):
            found += batch.put(data[start : start + 50])
        batch.finish()
        assert store.missing({stored.sha256: stored.size for stored in found}) == set()
        assert [read(store, stored.sha256) for stored in found] == data

    def test_what_that_process_cannot_write_is_told(self, store: BlobStore) -> None:
        for folder in (self.folder / "store/blobs/sha256").iterdir():
            folder.rmdir()
        batch = store.batch()
        batch.put([str(number).encode() for number in range(3000)])
        with pytest.raises(FileNotFoundError):
            batch.finish()
        batch.close()
        assert not _children(os.getpid(), "placing.py")

    def test_a_tree_holds_its_bytes_after_the_blob_is_gone(self, store: BlobStore) -> None:
        stored = store.put_bytes(b"in use")
        tree = store.tree("version", lambda: iter([TreeEntry(path="a", size=6, sha256=stored.sha256)]))
        assert (tree / "a").stat().st_nlink == 2
        store.delete([stored.sha256])
        assert (tree / "a").read_bytes() == b"in use"

    def test_leftovers_go_after_a_day(self, store: BlobStore) -> None:
        store.tree("version", lambda: iter([TreeEntry(path="deep/a", size=1, sha256=store.put_bytes(b"x").sha256)]))
        store.drop_tree("version")
        store.sink().write(b"left by a crash")
        incoming = self.folder / "store/incoming"
        assert store.tidy(1.0) is False
        left = [path for path in incoming.iterdir() if path.name != ".now"]
        assert len(left) == 2
        for path in left:
            os.utime(path, (0, 0))
        assert store.tidy(0.0) is True
        while store.tidy(1.0):
            pass
        assert [path.name for path in incoming.iterdir()] == [".now"]

    def test_what_a_dead_process_was_writing_goes_at_once(self, store: BlobStore) -> None:
        incoming = self.folder / "store/incoming"
        writes = f"""
import os, signal
from pathlib import Path
from fieldstation.storage.filesystem import FilesystemStore
store = FilesystemStore(Path({str(self.folder / "store")!r}))
store.sink().write(b"half a file")
def entries():
    os.kill(os.getpid(), signal.SIGKILL)
    yield
store.tree("version", entries)
"""
        assert subprocess.run([sys.executable, "-c", writes], check=False).returncode == -signal.SIGKILL
        mine = store.sink()
        mine.write(b"half a file too")
        assert len([path for path in incoming.iterdir() if path.name != ".now"]) == 3
        assert store.tidy(1.0) is False
        assert len([path for path in incoming.iterdir() if path.name != ".now"]) == 1
        assert mine.finish().size == 15

    @pytest.mark.soak
    def test_more_names_than_an_inode_can_have(self, store: BlobStore) -> None:
        sha256 = store.put_bytes(b"popular").sha256
        entries = [TreeEntry(path=str(number), size=7, sha256=sha256) for number in range(66_000)]
        tree = store.tree("version", lambda: iter(entries))
        assert (tree / "65999").read_bytes() == b"popular"


def _children(pid: int, program: str) -> list[int]:
    """Return the processes that `pid` began of a program."""
    asked = ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(pid)]
    lines = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.splitlines()
    return [int(line.split()[0]) for line in lines if program in line]
