"""Where a run's process lives: the contract between the station and every engine.

The station decides from `Traits`, never from an engine's name. Ids of attempts are made by the station before the
engine is called, so that after a crash `find` tells what is already running. An engine knows nothing of databases,
doors or features; `fieldstation.testing.engine` holds the test class that every engine inherits.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

DOOR_FOLDER = "/door"
DOOR_SOCKET = "/door/socket"
MOST_SAMPLES = 240  # of one attempt, however long it runs


class Isolation(StrEnum):
    """How well an engine keeps a program from everything that is not its own."""

    STRONG = "strong"  # namespaces or a container: may run what nobody reviewed
    SITE = "site"  # as the site's scheduler does it
    NONE = "none"  # a plain process


class LimitKind(StrEnum):
    """How limits on memory, processor, disk and processes are kept."""

    EXACT = "exact"  # by the kernel
    SAMPLED = "sampled"  # measured each 250 ms, then killed


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What an engine can do; fixed for the life of the process."""

    isolation: Isolation
    limits: LimitKind
    image_kinds: frozenset[str]  # of `host`, `station`, `oci`
    own_uid: bool = False  # each attempt runs under a uid of its own
    network: bool = False  # can grant a network
    ports: bool = False  # can run applications that listen
    gpu: bool = False
    shares_files: bool = True  # sees the station's file system: inputs are mounted, not sent
    survives_restart: bool = True  # attempts live on when the station dies


@dataclass(frozen=True, kw_only=True)
class Mount:
    """`source` on the station's machine appears as `target` (absolute) in the run; read-only unless `writable`."""

    source: Path
    target: str
    writable: bool = False


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What an attempt may use. Bytes, processor cores, processes. Wall time is the station's to keep."""

    cpu: float = 1.0
    memory_bytes: int = 1 << 30
    disk_bytes: int = 4 << 30  # of /outputs
    pids: int = 256
    log_bytes: int = 64 << 20  # of stdout and stderr each; beyond it first and last 8 MiB are kept


@dataclass(frozen=True, kw_only=True)
class RunSpec:
    """Everything an engine needs to start one attempt.

    `argv` is a list and never meets a shell. `image` is `host:`, `station:` or `oci:` and the digest of the
    configuration of an image that this station has unpacked, such as `oci:sha256:…`.
    The program starts in `directory`: `/outputs`, an empty writable folder that the engine makes, or a folder below a
    mount. `uid` and `gid` are who it is outside (None: the station itself), `umask` what its files hide from others.
    With `door` it may write in `/door`, where it listens on the Unix socket `/door/socket` (see `Engine.door`).
    `secrets` reach the environment, and `files` (content by absolute path) are seen by the program, which can only read
    them; neither is ever written to disk or shown.
    """

    attempt_id: str
    image: str
    argv: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    mounts: Sequence[Mount] = ()
    limits: Limits = field(default_factory=Limits)
    uid: int | None = None
    gid: int | None = None
    umask: int = 0o022
    directory: str = "/outputs"
    network: bool = False
    door: bool = False


@dataclass(frozen=True, kw_only=True)
class Handle:
    """What an engine needs to find an attempt again; `reference` is the engine's own, plain text, storable."""

    attempt_id: str
    reference: str


class Phase(StrEnum):
    """Where an attempt is, as its engine sees it."""

    RUNNING = "running"
    EXITED = "exited"  # no process left, and there is evidence of how it ended
    LOST = "lost"  # no process left and no evidence: never to be taken for success


class Breach(StrEnum):
    """A limit that an attempt met, each with evidence of its own (never an exit code alone)."""

    MEMORY = "memory"  # the kernel's out-of-memory count, or our own kill
    DISK = "disk"
    PIDS = "pids"
    LOG = "log"


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What an attempt has used so far; None where the engine cannot tell."""

    cpu_seconds: float | None = None
    memory_peak_bytes: int | None = None
    disk_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What an attempt had used by one moment, `seconds` after its start; None where the engine cannot tell.

    `cpu_seconds` are those of all processors so far, `memory_bytes` what was resident then, `disk_bytes` what lay in
    /outputs then.
    """

    seconds: float
    cpu_seconds: float | None = None
    memory_bytes: int | None = None
    disk_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What an engine knows of one attempt at one moment. `exit_code` is 128 + n for a program ended by signal n.

    `canceled`: the engine sent the signal of a `cancel` before it saw an exit code; without it the program ended by
    itself, whatever was asked later. `detail` is a line for the operator, such as why a program could not start.
    """

    attempt_id: str
    phase: Phase
    exit_code: int | None = None
    canceled: bool = False
    breaches: frozenset[Breach] = frozenset()
    detail: str = ""
    usage: Usage = field(default_factory=Usage)
    started_at: datetime | None = None
    ended_at: datetime | None = None


class Stream(StrEnum):
    """The two logs of an attempt."""

    STDOUT = "stdout"
    STDERR = "stderr"


@dataclass(frozen=True, kw_only=True)
class LogChunk:
    """Bytes of a log from `offset` (of the original stream); `skipped` bytes before them were dropped by the limit."""

    offset: int
    data: bytes
    skipped: int = 0


class EngineRefused(Exception):
    """The engine will not start this attempt, now or later; `reason` is a run reason such as `image_not_found`."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text


class EngineBusy(Exception):
    """The engine cannot start this attempt now (no room, daemon away); the same may work later."""


class Engine(Protocol):
    """One place where attempts run. All methods may be called from several threads at once."""

    @property
    def traits(self) -> Traits:
        """What this engine can do."""

    def probe(self) -> str | None:
        """Run the engine's own recipe with `true`; return None when it works, else what is missing and what to do."""

    def locate(self, attempt_id: str, target: str) -> str:
        """Return the path under which the run sees `target` (a mount's target, `/outputs` or a path below one).

        Engines that mount return `target` itself. Known before `submit`, so that argv can be written with it.
        """

    def submit(self, spec: RunSpec) -> Handle:
        """Start an attempt. Return means: it is recorded where `find` sees it, and its process starts or started.

        A second submit of the same attempt id starts nothing and returns the same handle; an attempt that `cancel`
        or `bar` named before is refused. Raises EngineRefused or EngineBusy; after either, nothing runs.
        """

    def observe(self, handles: Collection[Handle]) -> Sequence[Observation]:
        """Tell the phase of each attempt, in any order, one each. An EXITED or LOST attempt has no process left."""

    def cancel(self, attempt_id: str, *, grace_seconds: float) -> None:
        """Ask the attempt to end: SIGTERM to its process group, SIGKILL to all after the grace; does not wait.

        Also of an attempt never submitted: after return, a late submit of it is refused. Idempotent.
        """

    def outputs(self, attempt_id: str) -> Path:
        """Return the folder that the run saw as `/outputs`; only of use once the attempt has no process left."""

    def door(self, attempt_id: str) -> AbstractContextManager[str]:
        """Hold the path of the Unix socket at which an attempt with a door listens, to be connected to meanwhile.

        It is that attempt's own socket, whatever it put in its place. Raises EngineBusy while there is none.
        """

    def logs(self, attempt_id: str, stream: Stream, offset: int, limit: int) -> LogChunk:
        """Return up to `limit` bytes of a log from `offset`; empty at the end."""

    def samples(self, attempt_id: str) -> Sequence[Sample]:
        """Return what an attempt used over time so far, at most `MOST_SAMPLES`, in order and at even distances.

        The first is taken about a second after the start, so that a short attempt has none. Readable while logs are.
        """

    def find(self, attempt_ids: Collection[str]) -> Sequence[Handle]:
        """Return a handle for each of these attempts that was ever started here and not released, running or ended."""

    def bar(self, attempt_id: str) -> Handle | None:
        """Return the handle of an attempt that `find` would find; of any other, refuse every later submit.

        A submit at the same time either comes first and is found, or is refused. What runs is left alone. Idempotent.
        """

    def release(self, attempt_id: str) -> None:
        """Forget an ended attempt: return means no process, folder, cgroup or other trace of it is left. Idempotent.

        Raises EngineBusy while a process of it lives; then nothing was removed.
        """

    def on_change(self, wake: Callable[[], None]) -> None:
        """Have `wake` called soon after an attempt's phase changes. It may also be called for no reason."""

    def close(self) -> None:
        """Stop the engine's own threads; attempts run on where `survives_restart`."""
