"""What a project is, and what lies in it."""

from dataclasses import dataclass
from datetime import datetime

from fieldstation.core.datasets.model import path_fault
from fieldstation.kernel.errors import Invalid
from fieldstation.ports.volumes import Entry, EntryKind, Owner


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project; `owner` is the username of who made it, `personal` marks the one every user has.

    `public`: everybody sees it. `size_bytes` is what was measured last, with what came through doors since. `unit` is
    the id of the unit that pays for it by `product`, None where nobody does.
    """

    id: str
    name: str
    owner: str
    personal: bool
    public: bool
    unit: str | None
    product: str | None
    size_bytes: int
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Ground:
    """A project as its files need it: its id, who new files belong to outside, and whose account they count to.

    `product` is the id of the one that pays for them, None where nobody does.
    """

    project: str
    owner: Owner
    account: str
    product: str | None = None


@dataclass(frozen=True, kw_only=True)
class Payer:
    """Who pays for work in a project (`product`), and for data sets that its files become (`unit`); None: nobody."""

    unit: str | None
    product: str | None


@dataclass(frozen=True, kw_only=True)
class Due:
    """A project that is to be measured: what it is said to hold, and a mark that each change of its row changes."""

    project: str
    before: int
    mark: str


@dataclass(frozen=True, kw_only=True)
class ProjectFile:
    """One entry of a project's folder: its path in the project, and the username of who it belongs to, if known."""

    path: str
    entry: Entry
    owner: str | None


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What a file is known by while nobody writes to it, whatever it is called: its bytes, and when they changed."""

    size: int
    modified: datetime


def mark_of(entry: Entry) -> Mark | None:
    """Return what a file is known by; None for what is no plain file."""
    return Mark(size=entry.size, modified=entry.modified) if entry.kind is EntryKind.FILE else None


def file_path(path: str, what: str = "path") -> str:
    """Return the path of a file or folder in a project, as written by people: `/` before or after it means nothing.

    Raises Invalid, naming the fault; `what` is what the request calls it.
    """
    plain = path.strip("/")
    fault = path_fault(plain)
    if fault is not None:
        raise Invalid(f"{what} {ascii(path)[:120]} {fault}", next_step="give another name", reason="file_names")
    return plain


def folder_path(path: str, what: str = "folder") -> str:
    """Return the path of a folder, "" for the project's own; raises Invalid as `file_path` does."""
    return file_path(path, what) if path.strip("/") else ""
