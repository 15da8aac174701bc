"""Single files that become versions of data sets, and the stages in which the station makes them ready.

formatting ─► loading ─► done
     │           │         │
     └───────────┴──► failed ─► deleting
                           done ─► deleting
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fieldstation.core.datasets.model.names import NAME_LENGTH, name_fault, path_fault
from fieldstation.core.datasets.model.values import Version
from fieldstation.kernel.errors import Invalid
from fieldstation.ports.storage import Stored

EXTRA_LENGTH = 10_000
_ROOM_FOR_NUMBER = 10
_UNWANTED = re.compile(r"[^a-z0-9._-]+")


class Stage(StrEnum):
    """What is done with a version now."""

    FORMATTING = "formatting"  # it is checked for being what it is said to be
    LOADING = "loading"  # what it holds is made findable
    DONE = "done"
    FAILED = "failed"  # it is kept as it came
    DELETING = "deleting"  # nobody can use it any more; its bytes go

    @property
    def final(self) -> bool:
        """Whether nothing is under way, so that the version may be removed."""
        return self in (Stage.DONE, Stage.FAILED)


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """One file that shall become a version: its bytes, in the store and flushed, and what was said about it.

    `dataset_id` names the data set that gets a version more, None makes one; `unit` is the id of the unit that it
    belongs to; `source` says where it came from; `extra_variables` and `skip_load` are kept for the steps of its type.
    """

    stored: Stored
    file_name: str
    media_type: str
    unit: str
    dataset_id: str | None = None
    source: str = ""
    project: str | None = None
    skip_load: bool = False
    extra_variables: str | None = None


@dataclass(frozen=True, kw_only=True)
class Received:
    """A version that a file became, and the task that makes it ready."""

    version: Version
    task_id: str


@dataclass(frozen=True, kw_only=True)
class Due:
    """A version to be made ready: the stage it is in, its file, and what was said about how to read that."""

    version_id: str
    stage: Stage
    media_type: str
    file_name: str
    sha256: str
    skip_load: bool
    extra_variables: str | None


@dataclass(frozen=True, kw_only=True)
class SingleFile:
    """A version of one file, as it came by any way; `owner` is a username.

    What was not received by itself, but sent as a version of files, is done and has no unit. `removed` says when it
    was removed, or its data set put into the trash, `removed_by` by whom. `authorisation` is the number of the
    authority to keep it, None where nobody pays.
    """

    dataset_id: str
    dataset_name: str
    owner: str
    labels: Mapping[str, str]
    version_id: str
    number: int
    published: datetime
    size: int
    file_name: str
    media_type: str
    stage: Stage
    unit: str | None
    source: str
    extra_variables: str | None
    removed: datetime | None
    removed_by: str | None
    authorisation: int | None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which versions of one file are wanted; None: all. A label of None is wanted with any value.

    `username` leaves data sets that the user owns or edits.
    """

    removed_too: bool = False
    dataset_id: str | None = None
    username: str | None = None
    media_type: str | None = None
    owners: Collection[str] | None = None
    editors: Collection[str] | None = None
    labels: Mapping[str, str | None] | None = None


def checked_file_name(name: str) -> str:
    """Return the name of a file that becomes a version; raises Invalid (`file_names`)."""
    fault = "contains '/'" if "/" in name else path_fault(name)
    if fault:
        raise Invalid(f"the file name {ascii(name)[:120]} {fault}", next_step="give another", reason="file_names")
    return name


def name_for(file_name: str, taken: Collection[str] = ()) -> str:
    """Return the name of a data set made from a file of this name, other than those `taken`."""
    base = base_name(file_name)
    if base not in taken:
        return base
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


def base_name(file_name: str) -> str:
    """Return the name that a data set made from a file of this name has, while nobody took it."""
    plain = _UNWANTED.sub("-", file_name.lower()).lstrip("._-")[: NAME_LENGTH - _ROOM_FOR_NUMBER].rstrip("-") or "data"
    return plain if name_fault(plain) is None else f"file-{plain}"[: NAME_LENGTH - _ROOM_FOR_NUMBER]
