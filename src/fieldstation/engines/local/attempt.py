"""One attempt as this process follows it: from the recorder's start until none of its processes is left.

```
running ── the recorder is gone ──► emptying ── no process left ──► ended
```

The recorder (bubblewrap, or ours) writes down the run's first process and, last, its exit code. When it is gone,
whatever the run left behind is killed, and only when nothing lives the ending is settled and written down. Every step
can be taken again from what lies on disk, by another process, after a crash at any point.
"""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from fieldstation.engines.local import logs
from fieldstation.engines.local.cgroups.port import Group
from fieldstation.engines.local.curve import Curve
from fieldstation.engines.local.disk import DiskUse, measure
from fieldstation.engines.local.folder import Folder
from fieldstation.engines.local.identity import Process, hold, identify
from fieldstation.engines.local.inner import find_inner, stragglers
from fieldstation.engines.local.processes import has_children
from fieldstation.engines.local.records import Cancel, Ending, Kill, Launch, Status, now
from fieldstation.engines.local.sampling import Measured, disk_kill, measure_processes
from fieldstation.ports.engine import Breach, Observation, Phase, Sample, Stream, Usage

RETRY_SECONDS = 0.01  # for what cannot be waited for
SAMPLE_SECONDS = 0.25
_DETAIL_BYTES = 400
_RELEASED = Ending(
    phase=Phase.LOST,
    exit_code=None,
    canceled=False,
    breaches=frozenset(),
    detail="another process released this attempt",
    usage=Usage(),
    ended_at=datetime.max.replace(tzinfo=UTC),
)


class Attempt:
    """Follows one started attempt. All methods may be called from several threads."""

    def __init__(
        self,
        folder: Folder,
        launch: Launch,
        group: Group | None,
        start_failure: Callable[[str], int | None],
        *,
        own_child: bool = False,
    ) -> None:
        self.folder = folder
        self.launch = launch
        self._group = group
        self._start_failure = start_failure
        self._own_child = own_child  # and so must be collected by us
        self._lock = threading.RLock()
        self._ending = folder.ending()
        self._recorder = None if self._ending else hold(launch.recorder)
        self._inner: Process | None = None
        self._cancel = None if self._ending else folder.cancel()
        self._kill_at = time.monotonic() + self._cancel.grace_seconds if self._cancel else float("inf")
        self._asked = False
        self._sample_at = time.monotonic() + SAMPLE_SECONDS
        self._memory_peak: int | None = None
        self._processes: Measured | None = None  # where no group counts
        self._curve = Curve(folder.curve)
        self._sampled = Usage()

    @property
    def ended(self) -> bool:
        """Whether the ending is settled."""
        return self._ending is not None

    def descriptors(self) -> list[int]:
        """Return descriptors that become readable when a process of interest ends."""
        with self._lock:
            held = (self._recorder, self._inner)
            return [process.descriptor for process in held if process is not None and process.descriptor is not None]

    def observation(self) -> Observation:
        """Return what is known now."""
        ending = self._ending
        if ending is None:
            return Observation(
                attempt_id=self.folder.attempt_id,
                phase=Phase.RUNNING,
                usage=self._sampled,
                started_at=self.launch.started_at,
            )
        return Observation(
            attempt_id=self.folder.attempt_id,
            phase=ending.phase,
            exit_code=ending.exit_code,
            canceled=ending.canceled,
            breaches=ending.breaches,
            detail=ending.detail,
            usage=ending.usage,
            started_at=self.launch.started_at,
            ended_at=ending.ended_at,
        )

    def cancel(self, grace_seconds: float) -> None:
        """Write down the request and ask the run to end; nothing, when an exit code is there already."""
        with self._lock:
            if self.ended or self.folder.status().exit_code is not None or self._recorder is None:
                return
            self._cancel = Cancel(grace_seconds=grace_seconds)
            self.folder.record_cancel(self._cancel)
            self._kill_at = min(self._kill_at, time.monotonic() + grace_seconds)
            self._ask()

    def step(self) -> float:
        """Do what is due; return after how many seconds there may be more to do, without an event before."""
        with self._lock:
            if self.ended:
                return float("inf")
            if self._recorder_alive():
                return min(self._ask(), self._sample())
            if not self._empty():
                return RETRY_SECONDS
            self._settle()
            return float("inf")

    def remove_group(self) -> bool:
        """Remove the attempt's control groups; False while a process is left in them."""
        return self._group is None or self._group.remove()

    def close(self) -> None:
        """Let go of the processes; they go on."""
        with self._lock:
            for process in (self._recorder, self._inner):
                if process is not None:
                    process.close()

    def _ask(self) -> float:
        """Press on with a cancel: SIGTERM once the program is there to take it, SIGKILL after the grace."""
        if self._cancel is None:
            return float("inf")
        left = self._kill_at - time.monotonic()
        if left <= 0:
            self._kill()
            return RETRY_SECONDS
        inner = self._find_inner()
        if not self._asked and inner is not None and self._has_program(inner):
            self._asked = inner.signal_group(signal.SIGTERM)
        return left if self._asked else min(left, RETRY_SECONDS)

    def _has_program(self, inner: Process) -> bool:
        """Tell whether a signal to the group would meet the program, and not just a first process that ignores it."""
        return self.folder.status().pid_namespace is None or has_children(inner.pid)

    def _kill(self) -> None:
        """Kill the run, not its recorder, which then writes the exit code."""
        inner = self._find_inner()
        if inner is not None:
            inner.signal_group(signal.SIGKILL)
            inner.signal(signal.SIGKILL)

    def _find_inner(self, status: Status | None = None) -> Process | None:
        if self._inner is None:
            self._inner = find_inner(status or self.folder.status(), self.launch.recorder)
        return self._inner

    def _sample(self) -> float:
        started = time.monotonic()
        if started < self._sample_at:
            return self._sample_at - started
        kill = self._measure()
        if kill is not None and self.folder.status().exit_code is None:
            self.folder.record_kill(kill)
            self._kill()
        pause = max(SAMPLE_SECONDS, 10 * (time.monotonic() - started))
        self._sample_at = time.monotonic() + pause
        return pause

    def _measure(self) -> Kill | None:
        limits = self.launch.limits
        self._trim_logs()
        disk = self._measure_disk()
        kill = disk_kill(disk, limits)
        if kill is None and self._group is None and self._recorder is not None:
            inner = self._find_inner()
            scratch = inner.pid if inner is not None and self.folder.status().pid_namespace is not None else None
            self._processes = found = measure_processes(self._recorder.pid, scratch, limits)
            self._memory_peak = max(found.memory_bytes, self._memory_peak or 0)
            kill = found.kill
        self._sampled = self._usage(disk.bytes)
        self._draw(disk.bytes)
        return kill

    def _draw(self, disk_bytes: int) -> None:
        """Keep what is used now as a point of the curve, where one is due."""
        seconds = (now() - self.launch.started_at).total_seconds()
        if self._curve.due(seconds):
            memory = self._processes.memory_bytes if self._processes else None
            point = Sample(
                seconds=seconds,
                cpu_seconds=self._sampled.cpu_seconds,
                memory_bytes=memory if self._group is None else self._group.memory(),
                disk_bytes=disk_bytes,
            )
            self._curve.add(point)

    def _recorder_alive(self) -> bool:
        """Tell whether the recorder lives; a dead child of ours is collected, so that its pid is free again."""
        if self._recorder is None:
            return False
        if self._recorder.descriptor is not None and self._recorder.alive():
            return True
        if self._own_child:
            with contextlib.suppress(ChildProcessError):
                self._own_child = os.waitpid(self._recorder.pid, os.WNOHANG)[0] == 0
        return self._recorder.alive()

    def _empty(self) -> bool:
        """Kill whatever outlived the recorder; tell whether nothing is left."""
        status = self.folder.status()
        inner = self._find_inner(status)
        if inner is not None and inner.alive():
            inner.signal_group(signal.SIGKILL)
            inner.signal(signal.SIGKILL)
            return False
        left = self._members() if self._group is not None else []
        if not left and status.pid_namespace is None:
            left = stragglers(self.launch.recorder)
        for process in left:
            process.signal(signal.SIGKILL)
            process.close()
        return not left

    def _members(self) -> list[Process]:
        """Return holds on the processes of the control groups."""
        held = []
        for pid in self._group.pids() if self._group is not None else ():
            identity = identify(pid)
            process = None if identity is None else hold(identity)
            if process is not None:
                held.append(process)
        return held

    def _settle(self) -> None:
        """Write down how it ended, once, before the groups that hold the evidence are removed."""
        try:
            with self.folder.settling():
                self._ending = self.folder.ending() or self._judge()
                self.folder.record_ending(self._ending)
        except FileNotFoundError:
            self._ending = replace(_RELEASED, ended_at=now())
        self.close()
        self.remove_group()

    def _judge(self) -> Ending:
        """Weigh the evidence: an exit code, the recorder's word that nothing could start, our own kill, or none."""
        status, kill, cancel = self.folder.status(), self.folder.kill(), self.folder.cancel()
        last_words = "" if status.exit_code is not None else self._last_words()
        exit_code = self._start_failure(last_words) if status.exit_code is None else status.exit_code
        evidence = exit_code is not None or kill is not None or cancel is not None
        disk = self._measure_disk()
        return Ending(
            phase=Phase.EXITED if evidence else Phase.LOST,
            exit_code=exit_code,
            canceled=cancel is not None,
            breaches=self._breaches(kill, disk),
            detail=kill.detail if kill else last_words,
            usage=self._usage(disk.bytes),
            ended_at=self._ended_at(status),
        )

    def _breaches(self, kill: Kill | None, disk: DiskUse) -> frozenset[Breach]:
        met = {kill.breach} if kill else set()
        if disk_kill(disk, self.launch.limits):
            met.add(Breach.DISK)
        if self._trim_logs():
            met.add(Breach.LOG)
        return frozenset(met) | (self._group.breaches() if self._group is not None else frozenset())

    def _trim_logs(self) -> bool:
        """Bound both logs; tell whether one ever was over its limit."""
        limit = self.launch.limits.log_bytes
        over = [logs.trim(self.folder.log(stream), limit) for stream in Stream]
        return any(over)

    def _measure_disk(self) -> DiskUse:
        uses = [measure(place) for place in self.folder.writable()]
        return DiskUse(bytes=sum(use.bytes for use in uses), too_deep=any(use.too_deep for use in uses))

    def _usage(self, disk_bytes: int) -> Usage:
        if self._group is None:
            cpu_seconds = self._processes.cpu_seconds if self._processes else None
            return Usage(cpu_seconds=cpu_seconds, memory_peak_bytes=self._memory_peak, disk_bytes=disk_bytes)
        used = self._group.usage()
        return Usage(cpu_seconds=used.cpu_seconds, memory_peak_bytes=used.memory_peak_bytes, disk_bytes=disk_bytes)

    def _ended_at(self, status: Status) -> datetime:
        if status.exit_code is None:
            return now()
        return datetime.fromtimestamp(self.folder.status_path.stat().st_mtime, UTC)

    def _last_words(self) -> str:
        """Return the end of stderr: where a recorder could not start the program, it says why there."""
        with contextlib.suppress(FileNotFoundError), self.folder.log(Stream.STDERR).open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - _DETAIL_BYTES))
            return file.read().decode(errors="replace").strip()
        return ""
