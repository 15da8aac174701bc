"""Where the parts of an image are read from: an archive of `docker save` and its like, or a folder of an OCI layout."""

import gzip
import hashlib
import json
import shutil
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from .faults import Malformed

_GZIP = b"\x1f\x8b"
_MOST_TEXT = 8 << 20  # bytes of an index, a manifest or a configuration
_MOST_MEMBERS = 100_000
_PIECE = 1 << 20
MOST_BYTES = 64 << 30  # of an archive without its compression


class Source(Protocol):
    """Parts of an image by their paths inside."""

    def open(self, path: str) -> BinaryIO:
        """Open a part for reading; Malformed when it is not there."""

    def has(self, path: str) -> bool:
        """Tell whether a part is there."""


class FolderSource:
    """The parts lie in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, path: str) -> bool:
        """Tell whether a part is there."""
        return (self._folder / path).is_file()

    def open(self, path: str) -> BinaryIO:
        """Open a part for reading; Malformed when it is not there."""
        if not self.has(path):
            raise Malformed(f"{path} is missing")
        return (self._folder / path).open("rb")


class ArchiveSource:
    """The parts lie in a tar archive; one that is compressed is first written out to `scratch`."""

    def __init__(self, file: Path, scratch: Path) -> None:
        with file.open("rb") as begun:
            packed = begun.read(2) == _GZIP
        self._file = _written_out(file, scratch) if packed else file
        self._members: dict[str, tarfile.TarInfo] = {}
        try:
            self._archive = tarfile.open(self._file, mode="r:")  # noqa: SIM115  # open as long as the program runs
            for member in self._archive:
                if len(self._members) == _MOST_MEMBERS:
                    raise Malformed(f"the archive has more than {_MOST_MEMBERS} members")
                self._members[member.name.removeprefix("./")] = member
        except tarfile.TarError as error:
            raise Malformed(f"this is no archive of an image: {error}") from error

    def has(self, path: str) -> bool:
        """Tell whether a part is there."""
        return self._found(path) is not None

    def open(self, path: str) -> BinaryIO:
        """Open a part for reading; Malformed when it is not there."""
        member = self._found(path)
        opened = None if member is None else self._archive.extractfile(member)
        if opened is None:
            raise Malformed(f"{path} is missing in the archive")
        return opened  # type: ignore[return-value]  # it reads as any binary file does

    def _found(self, path: str) -> tarfile.TarInfo | None:
        """Return the member, through the one link that older archives put in the place of a layer they have twice."""
        member = self._members.get(path)
        if member is not None and member.issym():
            member = self._members.get(_beside(path, member.linkname))
        return member if member is not None and member.isreg() else None


def read_text(source: Source, path: str) -> bytes:
    """Return the bytes of a part that is a text."""
    with source.open(path) as opened:
        data = opened.read(_MOST_TEXT + 1)
    if len(data) > _MOST_TEXT:
        raise Malformed(f"{path} has more than {_MOST_TEXT} bytes")
    return data


def read_object(data: bytes, name: str) -> Mapping[str, Any]:
    """Return the JSON object that a part holds."""
    try:
        found = json.loads(data)
    except ValueError as error:
        raise Malformed(f"{name} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise Malformed(f"{name} is no JSON object")
    return found


def read_blob(source: Source, digest: str) -> bytes:
    """Return the bytes of a blob that is a text, having compared them with its digest."""
    data = read_text(source, blob_path(digest))
    if (found := f"sha256:{hashlib.sha256(data).hexdigest()}") != digest:
        raise Malformed(f"the blob {digest} has the digest {found}")
    return data


def blob_path(digest: str) -> str:
    """Return where a layout keeps a blob."""
    kind, _, value = digest.partition(":")
    if kind != "sha256" or len(value) != 64 or set(value) - set("0123456789abcdef"):
        raise Malformed(f"{digest[:100]!r} is no SHA-256 digest")
    return f"blobs/sha256/{value}"


def _beside(path: str, target: str) -> str:
    parts: list[str] = path.split("/")[:-1]
    for part in target.split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", ".", ".."):
            parts.append(part)
    return "/".join(parts)


def _written_out(file: Path, scratch: Path) -> Path:
    total = 0
    try:
        with gzip.open(file, "rb") as packed, scratch.open("wb") as plain:
            while data := packed.read(_PIECE):
                total += len(data)
                if total > MOST_BYTES:
                    raise Malformed(f"the archive has more than {MOST_BYTES} bytes without its compression")
                plain.write(data)
    except (EOFError, gzip.BadGzipFile, OSError) as error:
        shutil.rmtree(scratch, ignore_errors=True)
        raise Malformed(f"the archive cannot be read: {error}") from error
    return scratch
