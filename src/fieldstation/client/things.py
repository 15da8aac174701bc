"""What a station answers, as frozen values. Sizes in bytes, times in seconds or aware; what is absent is None."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = object  # any JSON value
FINAL = frozenset({"succeeded", "failed", "canceled"})


@dataclass(frozen=True, kw_only=True)
class User:
    """A person of the station; `project` is the id of their own one, `suspended` since when they may do nothing
    and `suspension` why.

    Of the caller also `scopes`: what the token was narrowed to, None when it was not.
    """

    id: str
    username: str
    project: str
    operator: bool = False
    name: str | None = None
    email: str | None = None
    quota_bytes: int | None = None
    created: datetime | None = None
    suspended: datetime | None = None
    suspension: str | None = None
    scopes: Sequence[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Token:
    """A service token; `token`, the secret itself, is told once, when it is made."""

    id: str
    name: str
    created: datetime
    expires: datetime
    scopes: Sequence[str] | None = None
    token: str | None = None


@dataclass(frozen=True, kw_only=True)
class DeviceCode:
    """A sign-in that waits for a person: they open the address and compare `user_code`; over in `expires_in` seconds.

    `interval` are the seconds between two questions whether they did.
    """

    device_code: str = field(repr=False)
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_in: int
    interval: int


@dataclass(frozen=True, kw_only=True)
class Because:
    """One reason of a decision."""

    name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Whether somebody may do something, why, and what would help."""

    permission: str
    user: str
    allowed: bool
    because: Sequence[Because]
    thing: str | None = None
    next_step: str | None = None


@dataclass(frozen=True, kw_only=True)
class Project:
    """A workspace with members; `personal` marks the one that every user has, `public` what everybody sees.

    `unit` and `product` are the ids of who pays for it, and by which subscription.
    """

    id: str
    name: str
    owner: str
    created: datetime
    personal: bool = False
    public: bool = False
    unit: str | None = None
    product: str | None = None
    size_bytes: int = 0


@dataclass(frozen=True, kw_only=True)
class JobName:
    """One version of a job."""

    collection: str
    job: str
    version: str


@dataclass(frozen=True, kw_only=True)
class Launched:
    """A job that was launched: the ids of the instance and of the task that follows it."""

    id: str
    task: str
    command: str
    callback_token: str | None = None


@dataclass(frozen=True, kw_only=True)
class Instance:
    """A job that was launched; `phase` is pending, running, completed or failed, `coins` what it cost, as text."""

    id: str
    run: str
    task: str
    project: str
    launched_by: str
    name: str
    job: JobName
    title: str
    variables: Mapping[str, Json]
    command: str
    outputs: Mapping[str, Json]
    phase: str
    archived: bool
    launched_at: datetime
    debug: bool = False
    described: Sequence[str] = ()
    sub_path: str | None = None
    exit_code: int | None = None
    error: str | None = None
    rate: str | None = None
    cost: str | None = None
    coins: str | None = None
    started_at: datetime | None = None
    stopped_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ManagedFile:
    """Where a file of a project came from: a file of a version; `stage` is copying or done."""

    id: str
    dataset: str
    number: int
    path: str
    immutable: bool
    stage: str


@dataclass(frozen=True, kw_only=True)
class Saved:
    """The version that a file of a project became: ids of its data set and of itself, and its number."""

    dataset: str
    version: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Attached:
    """A file on its way into a project: ids of the managed file and of the task that tells when it is there."""

    file: str
    path: str
    task: str


@dataclass(frozen=True, kw_only=True)
class ProjectEntry:
    """A file or folder of a project, or (`other`) something that can only be removed; `size` is of files, in bytes."""

    path: str
    name: str
    kind: str
    modified: datetime
    size: int | None = None
    owner: str | None = None
    managed: ManagedFile | None = None


@dataclass(frozen=True, kw_only=True)
class Member:
    """Who is what on a thing; `name` is a username, `group:<name>` or `everyone`."""

    name: str
    role: str


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A data set; `latest` is the number of its newest version, 0 before the first, `size` that of all versions.

    `permissions` is what the caller may do with it; None in lists.
    """

    id: str
    name: str
    owner: str
    latest: int
    size: int
    created: datetime
    changed: datetime
    title: str = ""
    description: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    metadata_schema: Mapping[str, Json] | None = None
    trashed: datetime | None = None
    purge_after: datetime | None = None
    permissions: Sequence[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Version:
    """One immutable version of a data set (`dataset`, its id); `run` is the id of the run that made it, if one did."""

    id: str
    dataset: str
    number: int
    manifest_digest: str
    file_count: int
    size: int
    author: str
    created: datetime
    metadata: Mapping[str, Json] = field(default_factory=dict)
    run: str | None = None
    in_place: bool = False


@dataclass(frozen=True, kw_only=True)
class FileEntry:
    """One file of a version."""

    path: str
    size: int
    sha256: str
    media_type: str | None = None


@dataclass(frozen=True, kw_only=True)
class TreeEntry:
    """A file or a folder (its `path` ends with `/`) in a folder of a version.

    Of a folder, `files` and `size` are those of everything below it; with `more` there is more than was counted.
    """

    path: str
    kind: str
    size: int
    files: int | None = None
    more: bool = False
    sha256: str | None = None
    media_type: str | None = None


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A tool as its newest version describes it."""

    id: str
    name: str
    version: str
    title: str = ""
    description: str = ""
    namespace: str | None = None
    format: str = "native"
    revision: str | None = None
    definition: Mapping[str, Any] = field(default_factory=dict)
    text: str | None = None
    created: datetime | None = None
    published: datetime | None = None
    published_by: str | None = None


@dataclass(frozen=True, kw_only=True)
class PastTool:
    """What a version of a job was until it was loaded anew."""

    revision: str
    published: datetime
    ended: datetime
    published_by: str | None = None


@dataclass(frozen=True, kw_only=True)
class ToolVersion:
    """One version of a tool in a list."""

    version: str
    revision: str
    published: datetime | None = None
    published_by: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a run waits or failed, whose fault it is, and what to do; `message` is particular to this run."""

    reason: str
    text: str
    fault: str
    next_step: str
    message: str | None = None


@dataclass(frozen=True, kw_only=True)
class RunTool:
    """The tool of a run; `revision` is what runs."""

    id: str
    name: str
    version: str
    revision: str


@dataclass(frozen=True, kw_only=True)
class RunInput:
    """One thing that a run reads: a version or one file of it, seen at `target` inside."""

    slot: str
    dataset: str
    number: int
    version: str
    target: str
    path: str | None = None
    name: str | None = None
    title: str | None = None


@dataclass(frozen=True, kw_only=True)
class RunOutput:
    """The version that a run made."""

    dataset: str
    number: int
    version: str
    name: str | None = None
    title: str | None = None


@dataclass(frozen=True, kw_only=True)
class Run:
    """One execution of a tool."""

    id: str
    state: str
    tool: RunTool
    project: str
    submitted_by: str
    output_dataset: str | None = None
    created_at: datetime
    inputs: Sequence[RunInput] = ()
    parameters: Mapping[str, Json] = field(default_factory=dict)
    resources: Mapping[str, Json] = field(default_factory=dict)
    priority: int = 5
    attempts: int = 0
    name: str | None = None
    reason: Reason | None = None
    output: RunOutput | None = None
    exit_code: int | None = None
    output_name: str | None = None
    image: str | None = None  # of a container, pinned
    reused_from: str | None = None
    rerun_of: str | None = None
    tag: str | None = None
    cancel_requested_at: datetime | None = None
    queued_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    request: str | None = None

    @property
    def final(self) -> bool:
        """Whether the run will never change state again."""
        return self.state in FINAL


@dataclass(frozen=True, kw_only=True)
class LineageVersion:
    """A version in a graph of lineage; `files` says how many it has."""

    id: str
    dataset: str
    name: str
    number: int
    manifest_digest: str
    files: int
    size: int


@dataclass(frozen=True, kw_only=True)
class Edge:
    """`run` read `version` as `slot`, or made it, where `slot` is None."""

    run: str
    version: str
    slot: str | None = None


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """Versions and runs as a graph, as far as the caller may see it; `cut` when there is more."""

    versions: Sequence[LineageVersion]
    runs: Sequence[Run]
    edges: Sequence[Edge]
    cut: bool = False


@dataclass(frozen=True, kw_only=True)
class Side:
    """A file as one of two runs made it."""

    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One file of either of two runs; `change` says how they differ in it."""

    path: str
    change: str
    before: Side | None = None
    after: Side | None = None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The outputs of two runs beside each other; `identical` when both ended alike and every byte is the same."""

    identical: bool
    before: Run
    after: Run
    files: Sequence[Compared]


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to a run."""

    id: int
    at: datetime
    kind: str
    state: str | None = None
    attempt: int | None = None
    reason: str | None = None
    text: str | None = None


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Why a run waits; how many are before it, and how long it may take."""

    reason: str
    text: str
    next_step: str
    ahead: int | None = None
    estimate_seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class Reuse:
    """Whether a result was used again; if not, in what the nearest run differs."""

    wanted: bool
    text: str
    differs: Sequence[str] = ()
    reused_from: str | None = None
    nearest: str | None = None


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why a run is as it is."""

    run: Run
    reuse: Reuse
    waiting: Waiting | None = None
    ended: Reason | None = None
