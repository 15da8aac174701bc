"""tar read as it arrives, in whatever pieces."""

import contextlib
import io
import tarfile
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstation.facades.kit.tars import Tar
from fieldstation.kernel.errors import Invalid

FORMATS = [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]
LONG = "/".join(["folder" * 10] * 4) + "/" + "n" * 120
FILES = {"a.txt": b"1", "empty": b"", "x/block": b"b" * 512, "x/more": b"m" * 1025, "täg/日本.csv": b"2", LONG: b"long"}


class Kept:
    """Takes members and remembers them."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.links: dict[str, str] = {}
        self.refused: dict[str, str] = {}
        self._path = ""

    def open(self, path: str) -> "Kept":
        self._path = path
        self.files[path] = b""
        return self

    def write(self, data: bytes) -> None:
        self.files[self._path] += data

    def close(self) -> None:
        self._path = ""

    def whole(self, files: Sequence[tuple[str, bytes]]) -> None:
        self.files |= dict(files)

    def link(self, path: str, target: str) -> None:
        self.links[path] = target

    def refuse(self, path: str, kind: str) -> None:
        self.refused[path] = kind


def archive(files: Mapping[str, bytes], form: int = tarfile.PAX_FORMAT, *others: tarfile.TarInfo) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=form) as tar:
        for path, data in files.items():
            info = tarfile.TarInfo(path)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for info in others:
            tar.addfile(info)
    return made.getvalue()


def read(data: bytes, piece: int = 1 << 20) -> Kept:
    kept = Kept()
    tar = Tar(kept)
    for place in range(0, len(data), piece):
        tar.feed(data[place : place + piece])
    tar.close()
    return kept


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("piece", [1, 100, 512, 513, 1 << 20])
def test_all_formats_in_all_pieces(form: int, piece: int) -> None:
    files = FILES if form != tarfile.USTAR_FORMAT else {path: data for path, data in FILES.items() if path != LONG}
    assert read(archive(files, form), piece).files == files


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from("abcdefgh"), st.binary(max_size=2000)), st.integers(1, 3000))
def test_any_files_in_any_pieces(files: dict[str, bytes], piece: int) -> None:
    assert read(archive(files), piece).files == files


def test_what_is_no_file() -> None:
    def special(name: str, kind: bytes, link: str = "") -> tarfile.TarInfo:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, link
        return info

    kept = read(
        archive(
            {"./a": b"1"},
            tarfile.GNU_FORMAT,
            special("./", tarfile.DIRTYPE),
            special("folder", tarfile.DIRTYPE),
            special("soft", tarfile.SYMTYPE, "/etc/passwd"),
            special("hard", tarfile.LNKTYPE, "./a"),
            special("pipe", tarfile.FIFOTYPE),
            special("disk", tarfile.BLKTYPE),
        )
    )
    assert kept.files == {"a": b"1"}
    assert kept.links == {"hard": "a"}
    assert kept.refused == {"soft": "a symbolic link", "pipe": "a FIFO", "disk": "a device"}


@pytest.mark.parametrize("cut", [0, 100, 512, 600, 1024])
def test_truncated(cut: int) -> None:
    with pytest.raises(Invalid) as caught:
        read(archive({"a": b"x" * 600})[:cut])
    assert caught.value.reason == "truncated"


def test_what_is_no_tar() -> None:
    for data in (b"PK\3\4" + b"x" * 2000, b"\x1f\x8b" * 600):
        with pytest.raises(Invalid) as caught:
            read(data)
        assert caught.value.reason == "tar"


@settings(max_examples=200)
@given(st.integers(0, 1535), st.integers(0, 255))
def test_damage_is_refused_or_harmless(place: int, value: int) -> None:
    data = bytearray(archive({"a": b"x" * 100}, tarfile.PAX_FORMAT))
    data[place] = value
    with contextlib.suppress(Invalid):
        read(bytes(data))


def test_sizes_beyond_octal() -> None:
    info = tarfile.TarInfo("big")
    info.size = 9 << 30
    head = info.tobuf(tarfile.GNU_FORMAT)
    kept = Kept()
    tar = Tar(kept)
    tar.feed(head + b"begin")
    assert kept.files == {"big": b"begin"}
    with pytest.raises(Invalid):
        tar.close()


@pytest.mark.parametrize("size", ["²", "-1", "9" * 5000])
def test_sizes_that_are_no_numbers(size: str) -> None:
    record = f"size={size}\n".encode()
    length = len(record) + 1
    while len(str(length)) + 1 + len(record) != length:
        length = len(str(length)) + 1 + len(record)
    extended = str(length).encode() + b" " + record
    info = tarfile.TarInfo("extended")
    info.type, info.size = tarfile.XHDTYPE, len(extended)
    with pytest.raises(Invalid, match="size"):
        read(info.tobuf(tarfile.USTAR_FORMAT) + extended + bytes(-len(extended) % 512))
