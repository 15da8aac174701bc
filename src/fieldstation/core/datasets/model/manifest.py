"""Manifests: the files of a version, in one order, under one digest."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fieldstation.core.datasets.model.names import SHOWN_FAULTS, check_paths
from fieldstation.kernel.errors import Invalid, Problem

MAX_FILES = 20_000_000
_quote = json.JSONEncoder(ensure_ascii=False).encode  # of one text this is what RFC 8785 demands
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MEDIA_TYPE = re.compile(
    r"[A-Za-z0-9!#$&^_.+-]{1,100}/[A-Za-z0-9!#$&^_.+-]{1,100}(?: *; *[A-Za-z0-9-]+=[A-Za-z0-9_.\"-]+)*"
)


@dataclass(frozen=True, kw_only=True)
class FileEntry:
    """One file of a version: POSIX path, size in bytes, SHA-256 in hexadecimal; media type where it is known."""

    path: str
    size: int
    sha256: str
    media_type: str | None = None


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The files of a version sorted by the bytes of their paths, their size together, the digest that names them."""

    files: Sequence[FileEntry]
    size: int
    digest: str


def manifest_of(files: Sequence[FileEntry]) -> Manifest:
    """Check and sort files; raises Invalid, naming all faults.

    The digest is the SHA-256 over one line of canonical JSON each, `{"path":…,"sha256":…,"size":…}`.
    """
    check_paths([file.path for file in files])
    if faults := list(_faults(files)):
        raise Invalid(
            "some files are not described well",
            next_step="mend what `problems` lists",
            reason="file_entries",
            problems=faults[:SHOWN_FAULTS],
        )
    ordered = sorted(files, key=lambda file: file.path.encode())
    lines = [f'{{"path":{_quote(file.path)},"sha256":"{file.sha256}","size":{file.size}}}\n' for file in ordered]
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()
    return Manifest(files=ordered, size=sum(file.size for file in ordered), digest=digest)


def _faults(files: Sequence[FileEntry]) -> Iterator[Problem]:
    if len(files) > MAX_FILES:
        yield Problem(where="/files", text=f"are {len(files)}; one version holds {MAX_FILES}")
    for place, file in enumerate(files):
        if not _SHA256.fullmatch(file.sha256):
            yield Problem(where=f"/files/{place}/sha256", text="must be 64 hexadecimal digits in lower case")
        if file.size < 0:
            yield Problem(where=f"/files/{place}/size", text="must not be negative")
        if file.media_type is not None and not _MEDIA_TYPE.fullmatch(file.media_type):
            yield Problem(where=f"/files/{place}/media_type", text="is not a media type such as text/csv")
