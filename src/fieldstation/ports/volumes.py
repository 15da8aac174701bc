"""Where the folders of projects lie: a file system that runs and people write to, each project below one folder."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol


class EntryKind(StrEnum):
    """What an entry of a folder is."""

    FOLDER = "folder"
    FILE = "file"
    OTHER = "other"  # a link, device, socket or pipe, or a name that is not UTF-8: shown, and nothing else


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of a folder: its name, size in bytes, when its bytes last changed, and the uid that owns it.

    `shared` is the same number for all names of one file that has several, None where it has but this one.
    """

    name: str
    kind: EntryKind
    size: int
    modified: datetime
    uid: int
    shared: int | None = None


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Who files of a project belong to outside; None where the station cannot give files away."""

    uid: int | None
    gid: int | None


class VolumeFault(StrEnum):
    """Why a step on a volume did nothing."""

    MISSING = "missing"
    EXISTS = "exists"
    NOT_A_FOLDER = "not_a_folder"
    NOT_A_FILE = "not_a_file"
    INSIDE_ITSELF = "inside_itself"
    NOT_ALLOWED = "not_allowed"  # the file system refuses it to the station
    TOO_LONG = "too_long"


class VolumeRefused(Exception):
    """A step did nothing; `path` is what it met, relative to the project."""

    def __init__(self, fault: VolumeFault, path: str) -> None:
        super().__init__(f"{fault}: {path}")
        self.fault = fault
        self.path = path


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A file that has its name now; `replaced` is the size in bytes of the one that had it, None when none had."""

    entry: Entry
    replaced: int | None


class VolumeSink(Protocol):
    """Takes the bytes of one file; nobody sees it before it is placed. Use one thread at a time."""

    def write(self, data: bytes) -> None:
        """Append bytes. Raises StoreFull."""

    def place(
        self, path: str, owner: Owner, *, replace: bool, fixed: bool = False, modified: datetime | None = None
    ) -> Placed:
        """Give the file its name, whole and at once, making folders that are missing. Raises VolumeRefused.

        It changed last when it was written, or where it was kept elsewhere meanwhile, when `modified` says.
        The bytes of a `fixed` file are read by the owner's group and written by nobody but the station.
        Without `replace` whatever has the name stays and EXISTS is raised; of two at once one comes first.
        """

    def abort(self) -> None:
        """Throw away what was written and not placed. Idempotent."""


class Volumes(Protocol):
    """The folders of projects. Paths are relative to a project's folder, `/` between names, "" the folder itself.

    No step follows a link, whoever put it there and whenever. All methods may be called from several threads and
    processes at once, and beside programs that write. They raise VolumeRefused, and OSError when the disk fails.
    """

    def create(self, project: str, owner: Owner) -> None:
        """Make the folder of a project, readable and writable by its group. Idempotent."""

    def remove(self, project: str) -> None:
        """Remove the folder of a project with all that is in it. Idempotent, and goes on where it was cut off."""

    def folder(self, project: str) -> Path:
        """Return where a project's folder lies, for mounting."""

    def entries(self, project: str, folder: str, *, after: str | None, limit: int) -> Sequence[Entry]:
        """Return up to `limit` entries, folders first and then by name, behind the key `after` (see `key_of`)."""

    def entry(self, project: str, path: str) -> Entry:
        """Return one entry."""

    def open(self, project: str, path: str) -> tuple[int, Entry]:
        """Open a plain file for reading; the descriptor is the caller's to close."""

    def sink(self, project: str) -> VolumeSink:
        """Open a new file. Raises StoreFull."""

    def make_folder(self, project: str, path: str, owner: Owner) -> None:
        """Make a folder, and those above that are missing; one that is there is left as it is."""

    def move(self, project: str, source: str, target: str, owner: Owner) -> None:
        """Give a file or folder another name; EXISTS when something has it. Folders above that are missing are made."""

    def link(self, project: str, source: str, target: str, owner: Owner, *, replace: bool = False) -> None:
        """Give a file another name beside its own, or each file below a folder one below `target`; no byte is copied.

        Folders that are missing are made; of a folder, names that begin with a dot are left out. A name that the file
        has already is left as it is; EXISTS when another has it, unless it may be replaced.
        """

    def remove_entry(self, project: str, path: str, kind: EntryKind) -> None:
        """Remove what is there, a folder with all that is in it; it is gone at once, its space soon after."""

    def walk(self, project: str, folder: str) -> Iterator[tuple[str, Entry]]:
        """Yield everything below a folder with its path, in no order."""

    def tidy(self, seconds: float) -> bool:
        """Remove what was taken away and what the dead left half written, for so long; tell if more is left."""


def key_of(entry: Entry) -> str:
    """Return what `entries` sorts by."""
    return f"{0 if entry.kind is EntryKind.FOLDER else 1}{entry.name}"
