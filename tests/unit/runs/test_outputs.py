"""Walking what a hostile program left."""

import os
import socket
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldstation.workers.outputs import DEEPEST, Found, opened, walk

names = st.binary(min_size=1, max_size=6).filter(lambda name: not set(name) & {0, 0x2F} and name not in (b".", b".."))


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    made = tmp_path / "outputs"
    made.mkdir()
    yield made
    subprocess.run(["rm", "-rf", str(made)], check=True)  # also what is too deep for Python, and so for pytest


def found(root: Path) -> dict[str, Found]:
    return {item.path: item for item in walk(root)}


def refused(root: Path) -> dict[str, str]:
    return {path: item.refused for path, item in found(root).items() if item.refused}


def open_descriptors() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def test_plain_files_of_all_folders_are_found_in_order(root: Path) -> None:
    for path in ("b", "a/z", "a/b/c", ".hidden", "a.txt"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)
    items = list(walk(root))
    assert [item.path for item in items] == [".hidden", "a/b/c", "a/z", "a.txt", "b"]
    assert [item.size for item in items] == [len(item.path) for item in items]
    assert not refused(root)


def test_an_empty_folder_has_nothing(root: Path) -> None:
    (root / "a/b").mkdir(parents=True)
    assert not found(root)


def test_links_are_refused_and_never_followed(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/inside").write_text("x")
    (root / "file").symlink_to(tmp_path / "secret")
    (root / "folder").symlink_to(tmp_path / "folder")
    (root / "dangling").symlink_to("/nowhere")
    (root / "self").symlink_to(".")
    assert refused(root) == dict.fromkeys(["dangling", "file", "folder", "self"], "a symbolic link")
    assert found(root).keys() == refused(root).keys()


def test_links_cannot_be_opened_at_any_step(root: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/inside").write_text("x")
    (root / "folder").symlink_to(tmp_path / "folder")
    (root / "file").symlink_to(tmp_path / "folder/inside")
    for path in ("file", "folder/inside"):
        with pytest.raises(OSError), opened(root, path):
            pass


def test_a_second_name_of_a_file_is_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("x")
    (root / "one").hardlink_to(tmp_path / "other")
    assert refused(root) == {"one": "a file with more than one hard link"}


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as made:
        yield made


def test_what_is_no_file_is_refused_and_not_waited_for(
    root: Path, server: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(root / "fifo")
    monkeypatch.chdir(root)
    server.bind("socket")
    assert refused(root) == dict.fromkeys(["fifo", "socket"], "a device, socket or pipe")
    for path in ("fifo", "socket"):
        with pytest.raises(OSError), opened(root, path):
            pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes devices")
def test_devices_are_refused(root: Path) -> None:
    os.mknod(root / "null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    assert refused(root) == {"null": "a device, socket or pipe"}


def test_folders_too_deep_are_refused_by_name(root: Path) -> None:
    made = os.open(root, os.O_RDONLY)
    for _ in range(5000):
        os.mkdir("d", dir_fd=made)
        inner = os.open("d", os.O_RDONLY, dir_fd=made)
        os.close(made)
        made = inner
    os.close(os.open("f", os.O_CREAT | os.O_WRONLY, dir_fd=made))
    os.close(made)
    before = open_descriptors()
    (path,) = refused(root)
    assert path == "/".join("d" * (DEEPEST + 1))
    assert open_descriptors() == before


def test_folders_that_are_not_too_deep_are_walked(root: Path) -> None:
    deep = root.joinpath(*"d" * DEEPEST)
    deep.mkdir(parents=True)
    (deep / "f").write_text("x")
    assert list(found(root)) == ["/".join(["d"] * DEEPEST + ["f"])]
    assert not refused(root)


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[31mb", " ", "-rf", "*", "é", "\\", "'", "x" * 255])
def test_odd_names_are_found_as_they_are(root: Path, name: str) -> None:
    (root / name).write_text("x")
    assert found(root) == {name: Found(path=name, size=1)}
    with opened(root, name) as descriptor:
        assert os.read(descriptor, 9) == b"x"


@pytest.mark.parametrize("name", [b"\xff", b"a\xe9.csv", b"\xed\xa0\x80"])
def test_names_that_are_not_utf_8_are_refused_by_name(root: Path, name: bytes) -> None:
    (root / os.fsdecode(name)).write_text("x")
    (root / "folder").mkdir()
    (root / "folder" / os.fsdecode(name)).mkdir()
    (root / "folder" / os.fsdecode(name) / "inside").write_text("x")
    shown = os.fsdecode(name)
    assert refused(root) == dict.fromkeys([f"folder/{shown}", shown], "named with bytes that are not UTF-8")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(tree=st.recursive(st.binary(max_size=4), lambda inner: st.dictionaries(names, inner, max_size=3), max_leaves=12))
def test_nothing_is_left_out_and_nothing_made_up(tmp_path_factory: pytest.TempPathFactory, tree: object) -> None:
    root = tmp_path_factory.mktemp("walked")
    expected: dict[str, bytes] = {}
    _make(root, tree if isinstance(tree, dict) else {}, "", expected)
    items = {item.path: item for item in walk(root)}
    whole = {path: data for path, data in expected.items() if _is_utf_8(path)}
    assert {path for path, item in items.items() if item.refused is None} == whole.keys()
    assert all(not _is_utf_8(path) for path, item in items.items() if item.refused)
    for path, data in whole.items():
        assert items[path].size == len(data)
        with opened(root, path) as descriptor:
            assert os.read(descriptor, 100) == data


def _make(folder: Path, tree: dict[bytes, object], prefix: str, expected: dict[str, bytes]) -> None:
    for name, inner in tree.items():
        path = folder / os.fsdecode(name)
        if isinstance(inner, dict):
            path.mkdir()
            _make(path, inner, f"{prefix}{path.name}/", expected)
        elif isinstance(inner, bytes):
            path.write_bytes(inner)
            expected[prefix + path.name] = inner


def _is_utf_8(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def test_a_folder_swapped_for_a_link_between_walk_and_opening_leads_nowhere(root: Path, tmp_path: Path) -> None:
    (root / "folder").mkdir()
    (root / "folder/file").write_text("mine")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/file").write_text("not mine")
    assert list(found(root)) == ["folder/file"]
    (root / "folder").rename(tmp_path / "moved")
    (root / "folder").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError), opened(root, "folder/file"):
        pass


def test_a_file_swapped_for_a_link_between_walk_and_opening_leads_nowhere(root: Path) -> None:
    (root / "file").write_text("mine")
    assert list(found(root)) == ["file"]
    (root / "file").unlink()
    (root / "file").symlink_to("/etc/passwd")
    with pytest.raises(OSError), opened(root, "file"):
        pass


def test_what_vanishes_while_it_is_walked_is_no_error(root: Path) -> None:
    for name in "abc":
        (root / name).mkdir()
        (root / name / "file").write_text("x")
    walking = walk(root)
    assert next(walking).path == "a/file"
    for name in "bc":
        (root / name / "file").unlink()
        (root / name).rmdir()
    assert list(walking) == []


def test_the_root_itself_may_not_be_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    with pytest.raises(OSError):
        list(walk(tmp_path / "link"))
