"""Measuring and removing what hostile programs leave."""

import os
from pathlib import Path

from fieldstation.engines.local.disk import ENTRY_BYTES, MAX_DEPTH, measure, remove_tree


def test_counts_blocks_of_every_file_and_something_for_each_name(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for number in range(10):
        (tmp_path / "a" / f"empty-{number}").touch()
    (tmp_path / "big").write_bytes(b"x" * 100_000)
    used = measure(tmp_path).bytes
    assert 100_000 + 12 * ENTRY_BYTES <= used < 200_000


def test_sparse_files_count_what_they_take(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1 << 30)
    assert measure(tmp_path).bytes < 1 << 20


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "big").write_bytes(b"x" * 1_000_000)
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "folder").symlink_to(outside)
    (inside / "file").symlink_to(outside / "big")
    (inside / "loop").symlink_to(inside)
    assert measure(inside).bytes < 100_000
    remove_tree(inside)
    assert not inside.exists()
    assert (outside / "big").stat().st_size == 1_000_000


def test_absent_folder_measures_nothing_and_is_removed_already(tmp_path: Path) -> None:
    assert measure(tmp_path / "none").bytes == 0
    remove_tree(tmp_path / "none")


def test_closed_folders_are_opened(tmp_path: Path) -> None:
    top = tmp_path / "top"
    (top / "closed" / "inner").mkdir(parents=True)
    (top / "closed" / "inner" / "file").write_bytes(b"x" * 50_000)
    (top / "closed" / "inner").chmod(0o500)
    (top / "closed").chmod(0)
    assert measure(top).bytes > 50_000
    remove_tree(top)
    assert not top.exists()


def test_deep_folders_are_told_and_removed_with_few_descriptors(tmp_path: Path) -> None:
    top = tmp_path / "top"
    top.mkdir()
    here = os.open(top, os.O_RDONLY)
    for number in range(MAX_DEPTH * 5):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(os.open(f"file-{number}", os.O_CREAT | os.O_WRONLY, dir_fd=inner))
        os.close(here)
        here = inner
    os.close(here)
    assert measure(top).too_deep
    remove_tree(top)
    assert not top.exists()


def test_odd_names_and_kinds_are_removed(tmp_path: Path) -> None:
    top = tmp_path / "top"
    top.mkdir()
    os.mkfifo(top / "fifo")
    (top / "line\nbreak").touch()
    (top / os.fsdecode(b"\xff\xfe")).touch()
    assert measure(top).bytes >= 3 * ENTRY_BYTES
    remove_tree(top)
    assert not top.exists()
