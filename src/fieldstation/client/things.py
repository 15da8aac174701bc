"""What a station answers, as frozen values. Sizes in bytes, times in seconds or aware; what is absent is None."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

Json = object  # any JSON value


@dataclass(frozen=True, kw_only=True)
class Me:
    """Who the credentials stand for, and what they may do station-wide."""

    id: str
    username: str
    operator: bool = False
    space: str | None = None
    scopes: Sequence[str] | None = None


@dataclass(frozen=True, kw_only=True)
class User:
    """A person of the station."""

    id: str
    username: str
    name: str | None = None
    operator: bool = False
    suspended: bool = False
    created: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Token:
    """A service token; `token` itself is told once, when it is made."""

    id: str
    name: str
    scopes: Sequence[str] | None = None
    created: datetime | None = None
    expires: datetime | None = None
    last_used: datetime | None = None
    token: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reasoning:
    """Why something is allowed or not."""

    allowed: bool
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Project:
    """A workspace with members."""

    id: str
    name: str
    owner: str | None = None
    created: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Member:
    """Who is what on a thing."""

    username: str
    role: str


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A data set; `latest` is the number of its newest version, 0 before the first."""

    id: str
    name: str
    title: str = ""
    description: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    latest: int = 0
    size: int = 0
    owner: str | None = None
    created: datetime | None = None
    changed: datetime | None = None
    trashed: datetime | None = None
    purge_after: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Version:
    """One immutable version of a data set."""

    id: str
    dataset_id: str
    number: int
    manifest_digest: str
    file_count: int
    size: int
    metadata: Mapping[str, Json] = field(default_factory=dict)
    author: str | None = None
    run_id: str | None = None
    created: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class FileEntry:
    """One file of a version."""

    path: str
    size: int
    sha256: str
    media_type: str | None = None
