"""Data sets, versions and files as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from fieldstation.core.datasets.model.manifest import FileEntry, Manifest, manifest_of
from fieldstation.kernel.canonical import Json


@dataclass(frozen=True, kw_only=True)
class NewDataset:
    """A data set to be made. `schema` is a JSON Schema (2020-12) that the metadata of every version must satisfy.

    One that `awaits` the outputs of a run is listed once it has them. `unit` names who pays for its storage.
    """

    name: str
    title: str = ""
    description: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    schema: Mapping[str, Json] | None = None
    awaits: bool = False
    unit: str | None = None


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Which data set takes new files: its id, or the caller's own name for one, new or not.

    `unit` is the one that was named to pay for it; where none was, `usual_unit` pays for one that is made.
    """

    dataset: str
    unit: str | None = None
    usual_unit: str | None = None

    @property
    def payer(self) -> str | None:
        """Return the unit that shall pay for a data set that is made; None where it is the caller's own."""
        return self.unit or self.usual_unit


@dataclass(frozen=True, kw_only=True)
class Change:
    """What to change on a data set; None leaves a field as it is, an empty `schema` takes the schema off."""

    name: str | None = None
    title: str | None = None
    description: str | None = None
    labels: Mapping[str, str] | None = None
    schema: Mapping[str, Json] | None = None


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """One data set. `space` is the project whose names it shares, `owner` a user's id.

    `size` is what it counts on its owner's quota, in bytes: what versions carry over from earlier ones counts once.

    `latest` is the number of its newest version, 0 before the first. While `trashed` is set nobody can use it, and
    after `purge_after` its files may be removed for good; `purged` says that they were.
    """

    id: str
    name: str
    space: str
    owner: str
    title: str
    description: str
    labels: Mapping[str, str]
    schema: Mapping[str, Json] | None
    created: datetime
    changed: datetime
    latest: int
    size: int
    trashed: datetime | None
    purge_after: datetime | None
    purged: datetime | None


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a file lies that was registered in place, and how it looked then."""

    path: str
    location: str
    mtime_ns: int
    inode: int


@dataclass(frozen=True, kw_only=True)
class NewVersion:
    """A version to be published: its files, whose bytes are in the store and flushed, or (`sources`) lie in place.

    `carried` bytes of them the data set has already, in an earlier version: they count once on the owner's quota.

    `manifest` raises Invalid when the files cannot stand together. Many take a while.
    """

    dataset_id: str
    files: Sequence[FileEntry]
    metadata: Mapping[str, Json] = field(default_factory=dict)
    author_id: str
    run_id: str | None = None
    sources: Sequence[Source] = ()
    carried: int = 0

    @cached_property
    def manifest(self) -> Manifest:
        """The files checked, sorted and named by one digest."""
        return manifest_of(self.files)

    @property
    def charged(self) -> int:
        """Bytes that this version adds to what the data set's owner keeps."""
        placed = {source.path for source in self.sources}
        outside = sum(file.size for file in self.files if file.path in placed) if placed else 0
        return sum(file.size for file in self.files) - outside - self.carried


@dataclass(frozen=True, kw_only=True)
class Version:
    """One immutable version; `manifest_digest` names its files and their bytes, 64 hexadecimal digits."""

    id: str
    dataset_id: str
    number: int
    manifest_digest: str
    file_count: int
    size: int
    metadata: Mapping[str, Json]
    author: str
    run_id: str | None
    in_place: bool
    created: datetime


@dataclass(frozen=True, kw_only=True)
class VersionRef:
    """What a reference such as `rainfall@2:2021/may.csv` stands for; `path` is absent for the whole version."""

    version_id: str
    dataset_id: str
    dataset_name: str
    number: int
    manifest_digest: str
    file_count: int
    size: int
    path: str | None = None


@dataclass(frozen=True, kw_only=True)
class DatasetName:
    """What a data set is called; `title` is empty where it has none."""

    name: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Account:
    """What a person keeps: bytes `used` by versions, `reserved` by uploads under way, and the `quota` over both."""

    used: int
    reserved: int
    quota: int

    @property
    def free(self) -> int:
        """Bytes that may still be reserved."""
        return max(0, self.quota - self.used - self.reserved)


@dataclass(frozen=True, kw_only=True)
class Upload:
    """Bytes on their way in: `size` of them are reserved on the quota of `owner` until published, ended or expired.

    A `resumable` one is sent in pieces by `author`; once whole, `sha256` names its bytes.
    """

    id: str
    owner: str
    author: str
    size: int
    resumable: bool
    metadata: Mapping[str, str]
    sha256: str | None
    created: datetime
    expires: datetime
