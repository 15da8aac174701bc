"""The part of an engine that is the same wherever attempts are processes of this machine."""

import contextlib
import os
import platform
import resource
import shutil
import stat
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path, PurePosixPath

from fieldstation.engines.local import curve, logs
from fieldstation.engines.local.attempt import Attempt
from fieldstation.engines.local.cgroups.place import find_groups
from fieldstation.engines.local.cgroups.port import Group, Groups
from fieldstation.engines.local.folder import Folder, prepare_attempts
from fieldstation.engines.local.identity import identify
from fieldstation.engines.local.launch import Command, Files, started
from fieldstation.engines.local.probe import abandoned
from fieldstation.engines.local.records import Cancel, Launch, now
from fieldstation.engines.local.watcher import Watcher
from fieldstation.ports.engine import (
    DOOR_SOCKET,
    EngineBusy,
    EngineRefused,
    Handle,
    LimitKind,
    LogChunk,
    Observation,
    Phase,
    RunSpec,
    Sample,
    Stream,
    Traits,
)

NOBODY = 65534  # who a run is when the station is root and names nobody
_MAX_FILES = 65_536
_OOM_SCORE = "500"  # when the machine runs out of memory, runs go before the station
_SOCKET = PurePosixPath(DOOR_SOCKET).name
_STREAM_SLACK = 2  # a log may grow this many times its limit between two looks at it


class LocalEngine:
    """Starts, follows and removes attempts below one folder; what is started is for the concrete engine to say."""

    def __init__(self, attempts: Path, *, traits: Callable[[LimitKind], Traits]) -> None:
        self._folder = attempts.absolute()
        prepare_attempts(self._folder)
        self._groups: Groups | None = find_groups(self._folder)
        self._traits = traits(LimitKind.SAMPLED if self._groups is None else LimitKind.EXACT)
        self._attempts: dict[str, Attempt] = {}
        self._lock = threading.Lock()
        self._wakes: list[Callable[[], None]] = []
        self._watcher = Watcher(self._changed)
        for probe in abandoned(self._folder):
            with contextlib.suppress(EngineBusy):
                self.release(probe)

    @property
    def traits(self) -> Traits:
        """What this engine can do."""
        return self._traits

    def command(self, spec: RunSpec, folder: Folder) -> Command:
        """Return the recorder to start for a run; touches nothing. Raises EngineRefused."""
        raise NotImplementedError

    def furnish(self, spec: RunSpec, folder: Folder) -> None:
        """Put into the prepared folder what the run needs there besides its outputs."""

    def start_failure(self, stderr: str) -> int | None:
        """Return the exit code that a shell would give, when the recorder says that it could not start the program."""

    def submit(self, spec: RunSpec) -> Handle:
        """Start an attempt; see the port."""
        folder = Folder(self._folder, spec.attempt_id)
        command = self.command(spec, folder)
        try:
            return self._submit(spec, folder, command)
        except OSError as error:
            raise EngineBusy(f"attempt {spec.attempt_id} could not be started: {error}") from error

    def _submit(self, spec: RunSpec, folder: Folder, command: Command) -> Handle:
        with folder.locked():
            launch = folder.launch()
            if launch is None and folder.cancel() is not None:
                raise EngineRefused("canceled", "the attempt was canceled before it started")
            if launch is not None:
                return _handle(folder, launch)
            folder.prepare(*owner(spec), door=spec.door)
            self.furnish(spec, folder)
            attempt = self._start(spec, folder, command)
            with self._lock:
                self._attempts[spec.attempt_id] = attempt
        self._watcher.follow(attempt)
        return _handle(folder, attempt.launch)

    def observe(self, handles: Collection[Handle]) -> Sequence[Observation]:
        """Tell the phase of each attempt; see the port."""
        return [self._observe(handle.attempt_id) for handle in handles]

    def cancel(self, attempt_id: str, *, grace_seconds: float) -> None:
        """Ask the attempt to end; see the port."""
        folder = Folder(self._folder, attempt_id)
        with folder.locked():
            attempt = self._attempt(folder)
            if attempt is None:
                folder.record_cancel(Cancel(grace_seconds=grace_seconds))
                return
            attempt.cancel(grace_seconds)
        if not attempt.ended:
            self._watcher.follow(attempt)

    def outputs(self, attempt_id: str) -> Path:
        """Return the folder that the run saw as `/outputs`; see the port."""
        return Folder(self._folder, attempt_id).outputs

    @contextlib.contextmanager
    def door(self, attempt_id: str) -> Iterator[str]:
        """Hold the path of an attempt's socket; see the port.

        The program may put anything there, a link to another socket of this machine too: so it is opened as what it
        is, and named by that descriptor.
        """
        path = Folder(self._folder, attempt_id).door / _SOCKET
        try:
            descriptor = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise EngineBusy(f"attempt {attempt_id} does not listen") from error
        try:
            if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                raise EngineBusy(f"attempt {attempt_id} has something else than a socket at its door")
            yield f"/proc/self/fd/{descriptor}"
        finally:
            os.close(descriptor)

    def logs(self, attempt_id: str, stream: Stream, offset: int, limit: int) -> LogChunk:
        """Return up to `limit` bytes of a log from `offset`; see the port."""
        return logs.read(Folder(self._folder, attempt_id).log(stream), offset, limit)

    def samples(self, attempt_id: str) -> Sequence[Sample]:
        """Return what an attempt used over time so far; see the port."""
        return curve.read(Folder(self._folder, attempt_id).curve)

    def find(self, attempt_ids: Collection[str]) -> Sequence[Handle]:
        """Return a handle for each of these attempts that was ever started here and not released; see the port."""
        found = []
        for attempt_id in attempt_ids:
            folder = Folder(self._folder, attempt_id)
            launch = folder.launch()
            if launch is not None:
                found.append(_handle(folder, launch))
        return found

    def bar(self, attempt_id: str) -> Handle | None:
        """Return the handle of a started attempt, or refuse its start from now on; see the port."""
        folder = Folder(self._folder, attempt_id)
        with folder.locked():
            launch = folder.launch()
            if launch is not None:
                return _handle(folder, launch)
            folder.record_cancel(Cancel(grace_seconds=0))
            return None

    def release(self, attempt_id: str) -> None:
        """Forget an ended attempt; see the port."""
        folder = Folder(self._folder, attempt_id)
        if not folder.exists():
            return
        with folder.locked():
            attempt = self._attempt(folder)
            if attempt is not None:
                attempt.step()
                if not attempt.ended or not attempt.remove_group():
                    raise EngineBusy(f"a process of attempt {attempt_id} still lives")
            elif self._groups is not None and not self._groups.of(attempt_id).remove():
                raise EngineBusy(f"a process is in the groups of attempt {attempt_id}, which never started")
            with self._lock:
                self._attempts.pop(attempt_id, None)
            folder.remove()

    def on_change(self, wake: Callable[[], None]) -> None:
        """Have `wake` called soon after an attempt's phase changes."""
        self._wakes.append(wake)

    def close(self) -> None:
        """Stop following; attempts run on."""
        self._watcher.close()
        if self._groups is not None:
            self._groups.close()

    def _start(self, spec: RunSpec, folder: Folder, command: Command) -> Attempt:
        files = Files(status=folder.status_path, stdout=folder.log(Stream.STDOUT), stderr=folder.log(Stream.STDERR))
        group: Group | None = None
        pid = None
        try:
            group = self._groups.make(spec.attempt_id, spec.limits) if self._groups is not None else None
            with started(command, files, group.joins() if group else ()) as waiting:
                pid = waiting.pid
                identity = identify(pid)
                if identity is None:
                    raise EngineBusy("the first process of the attempt ended at once")
                _bound(pid, spec, exact=group is not None)
                folders = tuple(map(str, group.folders())) if group else ()
                launch = Launch(recorder=identity, started_at=now(), limits=spec.limits, groups=folders)
                folder.record_launch(launch)
                attempt = Attempt(folder, launch, group, self.start_failure, own_child=True)
                waiting.go()
        except BaseException:
            if pid is not None:
                os.waitpid(pid, 0)
            folder.forget_launch()
            if group is not None:
                group.remove()
            raise
        return attempt

    def _observe(self, attempt_id: str) -> Observation:
        folder = Folder(self._folder, attempt_id)
        attempt = self._attempt(folder)
        if attempt is not None:
            return attempt.observation()
        return Observation(attempt_id=attempt_id, phase=Phase.LOST, detail="nothing is known of this attempt here")

    def _attempt(self, folder: Folder) -> Attempt | None:
        """Return the attempt as followed here; one that another process started is adopted."""
        with self._lock:
            attempt = self._attempts.get(folder.attempt_id)
            if attempt is not None:
                return attempt
            launch = folder.launch()
            if launch is None:
                return None
            group = self._groups.open([*map(Path, launch.groups)]) if self._groups and launch.groups else None
            attempt = self._attempts[folder.attempt_id] = Attempt(folder, launch, group, self.start_failure)
        if not attempt.ended:
            self._watcher.follow(attempt)
        return attempt

    def _changed(self) -> None:
        for wake in self._wakes:
            wake()


def owner(spec: RunSpec) -> tuple[int | None, int | None]:
    """Return the uid and gid that a run gets outside, None for the station's own. Raises EngineRefused."""
    if os.geteuid() != 0:
        if spec.uid not in (None, os.geteuid()):
            raise EngineRefused("uid_not_available", "only root can start a run under a uid of its own")
        return None, None
    uid = spec.uid or NOBODY
    return uid, spec.gid or uid


def dropped(argv: Sequence[str], spec: RunSpec) -> Sequence[str]:
    """Return argv as it is to be started so that, when the station is root, it runs as the run's own user."""
    uid, gid = owner(spec)
    if uid is None:
        return argv
    setpriv = shutil.which("setpriv") or "setpriv"
    return [setpriv, f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--", *argv]


def _bound(pid: int, spec: RunSpec, *, exact: bool) -> None:
    """Put on the waiting process what all that comes after it inherits."""
    if platform.system() != "Linux":
        return
    limits = spec.limits
    longest = max(limits.disk_bytes, _STREAM_SLACK * limits.log_bytes) + 4096
    _limit(pid, resource.RLIMIT_FSIZE, longest)
    _limit(pid, resource.RLIMIT_CORE, 0)
    _limit(pid, resource.RLIMIT_NOFILE, _MAX_FILES)
    with contextlib.suppress(PermissionError):
        Path(f"/proc/{pid}/oom_score_adj").write_text(_OOM_SCORE)
    if exact:
        return
    _limit(pid, resource.RLIMIT_DATA, 2 * limits.memory_bytes + (64 << 20))
    if os.geteuid() == 0 and spec.uid:
        _limit(pid, resource.RLIMIT_NPROC, limits.pids + 8)
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(pid, cores[: max(1, -int(-limits.cpu // 1))])


def _limit(pid: int, kind: int, value: int) -> None:
    soft, hard = (
        value if bound == resource.RLIM_INFINITY else min(value, bound) for bound in resource.prlimit(pid, kind)
    )
    resource.prlimit(pid, kind, (soft, hard))


def _handle(folder: Folder, launch: Launch) -> Handle:
    return Handle(attempt_id=folder.attempt_id, reference=str(launch.recorder))
