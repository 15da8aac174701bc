"""What every place for the folders of projects must do; inherit it and say how to make one."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldstation.ports.storage import StoreFull
from fieldstation.ports.volumes import EntryKind, Owner, VolumeFault, VolumeRefused, Volumes, key_of

OWN = Owner(uid=None, gid=None)
PROJECT = "project-a"


def put(volumes: Volumes, path: str, data: bytes = b"x", *, replace: bool = True) -> None:
    """Write a file."""
    sink = volumes.sink(PROJECT)
    try:
        sink.write(data)
        sink.place(path, OWN, replace=replace)
    finally:
        sink.abort()


def read(volumes: Volumes, path: str) -> bytes:
    """Read a file."""
    descriptor, entry = volumes.open(PROJECT, path)
    with os.fdopen(descriptor, "rb") as file:
        data = file.read()
    assert entry.size == len(data)
    return data


def names(volumes: Volumes, folder: str = "") -> list[str]:
    """List a folder."""
    return [entry.name for entry in volumes.entries(PROJECT, folder, after=None, limit=1000)]


def refused(fault: VolumeFault, step: Callable[[], object]) -> None:
    """Do a step that must be refused for this reason."""
    with pytest.raises(VolumeRefused) as refusal:
        step()
    assert refusal.value.fault is fault


class VolumesContract:
    """The contract."""

    def make(self, folder: Path, reserve_bytes: int = 0) -> Volumes:
        """Return volumes on an empty folder."""
        raise NotImplementedError

    @pytest.fixture
    def volumes(self, tmp_path: Path) -> Volumes:
        made = self.make(tmp_path / "volumes")
        made.create(PROJECT, OWN)
        return made

    def test_a_file_appears_whole_and_is_replaced_whole(self, volumes: Volumes) -> None:
        sink = volumes.sink(PROJECT)
        sink.write(b"first ")
        assert names(volumes) == []
        sink.write(b"file")
        placed = sink.place("a/b/one.txt", OWN, replace=False)
        entry = placed.entry
        assert placed.replaced is None
        assert (entry.name, entry.kind, entry.size) == ("one.txt", EntryKind.FILE, 10)
        sink.abort()
        reading, _ = volumes.open(PROJECT, "a/b/one.txt")
        put(volumes, "a/b/one.txt", b"second")
        assert os.read(reading, 100) == b"first file"
        os.close(reading)
        assert read(volumes, "a/b/one.txt") == b"second"

    def test_what_is_there_stays_unless_it_may_be_replaced(self, volumes: Volumes) -> None:
        put(volumes, "one", b"kept")
        refused(VolumeFault.EXISTS, lambda: put(volumes, "one", b"lost", replace=False))
        assert read(volumes, "one") == b"kept"
        volumes.make_folder(PROJECT, "folder", OWN)
        for replace in (True, False):
            with pytest.raises(VolumeRefused):
                put(volumes, "folder", replace=replace)
        assert names(volumes) == ["folder", "one"]

    def test_an_aborted_file_leaves_nothing(self, volumes: Volumes) -> None:
        sink = volumes.sink(PROJECT)
        sink.write(b"x")
        sink.abort()
        sink.abort()
        assert names(volumes) == []

    def test_pages_come_folders_first_and_by_name(self, volumes: Volumes) -> None:
        for name in ("b", "a", "é", ".h"):
            put(volumes, name)
        for folder in ("z", "y"):
            volumes.make_folder(PROJECT, folder, OWN)
        found: list[str] = []
        after: str | None = None
        while page := volumes.entries(PROJECT, "", after=after, limit=2):
            assert len(page) <= 2
            found += [entry.name for entry in page]
            after = key_of(page[-1])
        assert found == ["y", "z", ".h", "a", "b", "é"]

    def test_moves_keep_what_is_there(self, volumes: Volumes) -> None:
        put(volumes, "a/one", b"1")
        put(volumes, "two", b"2")
        refused(VolumeFault.EXISTS, lambda: volumes.move(PROJECT, "two", "a/one", OWN))
        refused(VolumeFault.EXISTS, lambda: volumes.move(PROJECT, "a", "two", OWN))
        refused(VolumeFault.EXISTS, lambda: volumes.move(PROJECT, "two", "two", OWN))
        refused(VolumeFault.INSIDE_ITSELF, lambda: volumes.move(PROJECT, "a", "a/b/c", OWN))
        refused(VolumeFault.MISSING, lambda: volumes.move(PROJECT, "none", "else", OWN))
        volumes.move(PROJECT, "a", "new/place/a", OWN)
        volumes.move(PROJECT, "two", "new/two", OWN)
        assert (read(volumes, "new/place/a/one"), read(volumes, "new/two")) == (b"1", b"2")
        assert names(volumes) == ["new"]

    def test_of_two_who_move_one_file_one_comes_first(self, volumes: Volumes) -> None:
        for turn in range(30):
            put(volumes, "one", b"1")
            outcomes: list[VolumeFault | None] = []
            start = threading.Barrier(2)

            def move(
                target: str, outcomes: list[VolumeFault | None] = outcomes, start: threading.Barrier = start
            ) -> None:
                start.wait()
                try:
                    volumes.move(PROJECT, "one", target, OWN)
                    outcomes.append(None)
                except VolumeRefused as error:
                    outcomes.append(error.fault)

            movers = [threading.Thread(target=move, args=(f"{turn}-{who}",)) for who in "ab"]
            for mover in movers:
                mover.start()
            for mover in movers:
                mover.join()
            assert sorted(outcomes, key=str) == [None, VolumeFault.MISSING]
            assert len([name for name in names(volumes) if name.startswith(f"{turn}-")]) == 1

    def test_of_many_who_write_one_name_all_know_what_they_replaced(self, volumes: Volumes) -> None:
        sizes: list[tuple[int, int]] = []

        def write(size: int) -> None:
            sink = volumes.sink(PROJECT)
            sink.write(b"x" * size)
            sizes.append((size, sink.place("one", OWN, replace=True).replaced or 0))

        writers = [threading.Thread(target=write, args=(size,)) for size in range(1, 41)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert sum(size - replaced for size, replaced in sizes) == len(read(volumes, "one"))
        assert names(volumes) == ["one"]

    def test_removing_says_what_it_met(self, volumes: Volumes) -> None:
        put(volumes, "a/one")
        remove = volumes.remove_entry
        refused(VolumeFault.NOT_A_FILE, lambda: remove(PROJECT, "a", EntryKind.FILE))
        refused(VolumeFault.NOT_A_FOLDER, lambda: remove(PROJECT, "a/one", EntryKind.FOLDER))
        refused(VolumeFault.MISSING, lambda: remove(PROJECT, "none", EntryKind.FILE))
        remove(PROJECT, "a/one", EntryKind.FILE)
        remove(PROJECT, "a", EntryKind.FOLDER)
        assert names(volumes) == []

    def test_no_link_is_followed(self, volumes: Volumes, tmp_path: Path) -> None:
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "secret").write_text("secret")
        folder = volumes.folder(PROJECT)
        (folder / "away").symlink_to(outside)
        (folder / "file").symlink_to(outside / "secret")
        kinds = {entry.name: entry.kind for entry in volumes.entries(PROJECT, "", after=None, limit=10)}
        assert kinds == {"away": EntryKind.OTHER, "file": EntryKind.OTHER}
        refused(VolumeFault.NOT_A_FOLDER, lambda: volumes.open(PROJECT, "away/secret"))
        refused(VolumeFault.NOT_A_FILE, lambda: volumes.open(PROJECT, "file"))
        refused(VolumeFault.NOT_A_FOLDER, lambda: put(volumes, "away/new"))
        refused(VolumeFault.NOT_A_FOLDER, lambda: volumes.make_folder(PROJECT, "away/new", OWN))
        refused(VolumeFault.NOT_A_FOLDER, lambda: volumes.remove_entry(PROJECT, "away/secret", EntryKind.FILE))
        refused(VolumeFault.NOT_A_FOLDER, lambda: volumes.move(PROJECT, "away/secret", "mine", OWN))
        refused(VolumeFault.NOT_A_FOLDER, lambda: volumes.entries(PROJECT, "away", after=None, limit=10))
        assert [path for path, _ in volumes.walk(PROJECT, "")] == ["away", "file"]
        put(volumes, "file", b"mine")
        assert read(volumes, "file") == b"mine"
        volumes.remove_entry(PROJECT, "away", EntryKind.FILE)
        assert (outside / "secret").read_text() == "secret"
        assert names(volumes) == ["file"]

    @pytest.mark.parametrize("path", ["..", "a/../../b", "a//b", "/etc", "a/", ".", "a\0b", ""])
    def test_no_path_leads_out(self, volumes: Volumes, path: str) -> None:
        volumes.make_folder(PROJECT, "a", OWN)
        refused(VolumeFault.NOT_ALLOWED, lambda: put(volumes, path))
        refused(VolumeFault.NOT_ALLOWED, lambda: volumes.open(PROJECT, path))
        refused(VolumeFault.NOT_ALLOWED, lambda: volumes.entry(PROJECT, path))
        refused(VolumeFault.NOT_ALLOWED, lambda: volumes.move(PROJECT, "a", path, OWN))
        refused(VolumeFault.NOT_ALLOWED, lambda: volumes.remove_entry(PROJECT, path, EntryKind.FOLDER))
        if path:
            refused(VolumeFault.NOT_ALLOWED, lambda: volumes.make_folder(PROJECT, path, OWN))
            refused(VolumeFault.NOT_ALLOWED, lambda: volumes.entries(PROJECT, path, after=None, limit=1))
        assert names(volumes) == ["a"]

    def test_a_file_has_two_names_and_its_bytes_once(self, volumes: Volumes) -> None:
        put(volumes, "one", b"first")
        assert volumes.entry(PROJECT, "one").shared is None
        volumes.link(PROJECT, "one", "a/b/two", OWN)
        volumes.link(PROJECT, "one", "a/b/two", OWN)
        shared = {volumes.entry(PROJECT, path).shared for path in ("one", "a/b/two")}
        assert len(shared) == 1 and None not in shared
        put(volumes, "one", b"second")
        assert (read(volumes, "one"), read(volumes, "a/b/two")) == (b"second", b"first")
        refused(VolumeFault.EXISTS, lambda: volumes.link(PROJECT, "one", "a/b/two", OWN))
        volumes.link(PROJECT, "one", "a/b/two", OWN, replace=True)
        assert read(volumes, "a/b/two") == b"second"
        refused(VolumeFault.MISSING, lambda: volumes.link(PROJECT, "none", "three", OWN))
        refused(VolumeFault.NOT_ALLOWED, lambda: volumes.link(PROJECT, "one", "../three", OWN))
        refused(VolumeFault.NOT_ALLOWED, lambda: volumes.link(PROJECT, "../one", "three", OWN))
        assert not volumes.tidy(1.0)

    def test_each_file_below_a_folder_has_two_names(self, volumes: Volumes, tmp_path: Path) -> None:
        for path in ("made/x", "made/deep/y", "made/.hidden/z", "made/deep/.w"):
            put(volumes, path)
        (volumes.folder(PROJECT) / "made" / "away").symlink_to(tmp_path)
        volumes.link(PROJECT, "made", "again/made", OWN)
        volumes.link(PROJECT, "made", "again/made", OWN)
        assert sorted(path for path, _ in volumes.walk(PROJECT, "again")) == [
            "again/made", "again/made/deep", "again/made/deep/y", "again/made/x",
        ]  # fmt: skip

    def test_pipes_are_shown_and_never_opened(self, volumes: Volumes) -> None:
        os.mkfifo(volumes.folder(PROJECT) / "pipe")
        refused(VolumeFault.NOT_A_FILE, lambda: volumes.open(PROJECT, "pipe"))
        volumes.remove_entry(PROJECT, "pipe", EntryKind.OTHER)
        assert names(volumes) == []

    def test_names_that_are_not_text_are_shown_and_go_with_their_folder(self, volumes: Volumes) -> None:
        volumes.make_folder(PROJECT, "a", OWN)
        raw = os.fsencode(volumes.folder(PROJECT)) + b"/a/\xff.txt"
        os.close(os.open(raw, os.O_CREAT | os.O_WRONLY))
        (entry,) = volumes.entries(PROJECT, "a", after=None, limit=10)
        assert (entry.name, entry.kind) == ("\ufffd.txt", EntryKind.OTHER)
        volumes.remove_entry(PROJECT, "a", EntryKind.FOLDER)
        while volumes.tidy(1.0):
            pass
        assert not os.path.lexists(raw)

    def test_a_very_deep_folder_is_walked_in_part_and_removed_whole(self, volumes: Volumes) -> None:
        descriptor = os.open(volumes.folder(PROJECT), os.O_RDONLY)
        for _ in range(1500):
            os.mkdir("d", dir_fd=descriptor)
            inner = os.open("d", os.O_RDONLY, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        os.close(descriptor)
        assert 0 < len(list(volumes.walk(PROJECT, ""))) < 1500
        volumes.remove(PROJECT)
        assert not volumes.folder(PROJECT).exists()
        assert not volumes.tidy(1.0)

    def test_what_goes_is_gone_even_while_somebody_writes_in_it(self, volumes: Volumes) -> None:
        volumes.make_folder(PROJECT, "a/b", OWN)
        held = os.open(volumes.folder(PROJECT) / "a" / "b", os.O_RDONLY)
        volumes.remove_entry(PROJECT, "a", EntryKind.FOLDER)
        os.close(os.open("late", os.O_CREAT | os.O_WRONLY, dir_fd=held))
        assert names(volumes) == []
        while volumes.tidy(1.0):
            pass
        assert os.fstat(held).st_nlink == 0
        os.close(held)

    def test_a_removed_project_is_gone_and_may_be_removed_again(self, volumes: Volumes) -> None:
        for place in range(50):
            put(volumes, f"{place % 7}/{place}")
        volumes.remove(PROJECT)
        volumes.remove(PROJECT)
        refused(VolumeFault.MISSING, lambda: names(volumes))

    def test_the_reserve_of_the_disk_is_kept(self, tmp_path: Path) -> None:
        volumes = self.make(tmp_path / "full", reserve_bytes=1 << 60)
        volumes.create(PROJECT, OWN)
        with pytest.raises(StoreFull):
            put(volumes, "one")
        assert names(volumes) == []

    def test_paths_that_are_too_long_are_told(self, volumes: Volumes) -> None:
        refused(VolumeFault.TOO_LONG, lambda: put(volumes, "x" * 256))
