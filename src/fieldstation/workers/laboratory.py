"""Programs of the station's own that read what strangers wrote: each an attempt in the sandbox, with bounds.

They are attempts of no run: their names follow from the operation that needs them, so that who takes an operation over
ends what the one before left running.
"""

import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from fieldstation.kernel.errors import Broken, Unavailable
from fieldstation.ports.engine import (
    Breach,
    Engine,
    EngineBusy,
    EngineRefused,
    Handle,
    Limits,
    Mount,
    Observation,
    Phase,
    RunSpec,
    Stream,
)

LOOK_SECONDS = 0.1
_MOST_SAID = 20_000  # bytes of stderr that are told
_GONE_SECONDS = 60.0
_ROOT = "/reading"


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What programs are given: an interpreter, their own package, and the packages that they import."""

    interpreter: Path  # a folder with bin/python3
    programs: Path  # a folder with the package
    package: str
    packages: Sequence[Path] = ()


@dataclass(frozen=True, kw_only=True)
class Order:
    """A program to run on one file; the file's path is the first argument behind `verb`, if there is one."""

    name: str  # of the attempt: the same for the same operation
    program: str
    file: Path
    arguments: Sequence[str]
    verb: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    seconds: float = 3600.0


class Reading:
    """A program at work; `outputs` is where it writes, which nobody trusts."""

    def __init__(self, engine: Engine, handle: Handle, seconds: float) -> None:
        self.outputs = engine.outputs(handle.attempt_id)
        self._engine = engine
        self._handle = handle
        self._until = time.monotonic() + seconds
        self._seconds = seconds

    def ended(self) -> int | None:
        """Return the exit code once it ended, None before.

        Raises Unavailable when it was lost, and Broken when it met a bound of memory, disk or time.
        """
        (seen,) = self._engine.observe([self._handle])
        if seen.phase is Phase.LOST:
            raise Unavailable(
                "the reading of the file was lost with the machine or its sandbox",
                next_step="nothing: it is begun again",
                reason="reading_lost",
            )
        if seen.phase is Phase.RUNNING:
            if time.monotonic() > self._until:
                raise _bound(f"it takes more than {self._seconds:.0f} seconds")
            return None
        if seen.exit_code != 0 and seen.breaches:
            raise _bound(_met(seen))
        return seen.exit_code

    def wait(self, check: Callable[[], None]) -> int:
        """Wait for its end, calling `check` meanwhile; returns the exit code."""
        while (code := self.ended()) is None:
            check()
            time.sleep(LOOK_SECONDS)
        return code

    def said(self) -> str:
        """Return the last line of what it said on stderr: the whole of a fault, or the end of a program's own."""
        chunk = self._engine.logs(self._handle.attempt_id, Stream.STDERR, 0, _MOST_SAID)
        return (chunk.data.decode("utf-8", "replace").strip().splitlines() or [""])[-1]

    def open(self, name: str) -> int:
        """Open a file that the program wrote, and nothing that it may have put in the place of one."""
        path = self.outputs / name
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise Broken("a reading left something that is no file", next_step="tell the operator", reason="reading")
        return descriptor

    def read(self, name: str, most_bytes: int) -> bytes:
        """Return what the program wrote into a file; Broken when that is more than it was asked for."""
        with os.fdopen(self.open(name), "rb") as opened:
            data = opened.read(most_bytes + 1)
        if len(data) > most_bytes:
            raise Broken("a reading wrote more than was asked for", next_step="tell the operator", reason="reading")
        return data


class Laboratory:
    """Runs such programs; `bench` is asked for each time, as what is installed may change; may raise Unavailable."""

    def __init__(self, engine: Engine | None, bench: Callable[[], Bench]) -> None:
        self._engine = engine
        self._make = bench

    @contextmanager
    def reading(self, order: Order) -> Iterator[Reading]:
        """Start a program; at the end nothing of it is left. Raises Unavailable where nothing can be started."""
        if self._engine is None:
            raise Unavailable(
                "no engine of this station can read files for it",
                next_step="ask the operator for the engine `sandbox`; fieldstation doctor tells what it lacks",
                reason="no_engine",
            )
        bench = self._make()
        self._clear(self._engine, order.name)
        try:
            handle = self._engine.submit(_spec(self._engine, bench, order))
        except EngineRefused as refused:
            raise Broken(f"the file cannot be read: {refused.text}", next_step="tell the operator") from refused
        except EngineBusy as busy:
            raise Unavailable(str(busy), next_step="nothing: it is tried again", reason="engine_busy") from busy
        try:
            yield Reading(self._engine, handle, order.seconds)
        finally:
            self._clear(self._engine, order.name)

    def _clear(self, engine: Engine, name: str) -> None:
        """End and forget what runs under this name, if anything does."""
        until = time.monotonic() + _GONE_SECONDS
        while found := engine.find([name]):
            (seen,) = engine.observe(found)
            if seen.phase is Phase.RUNNING:
                engine.cancel(name, grace_seconds=0.0)
            else:
                try:
                    engine.release(name)
                    return
                except EngineBusy:
                    pass
            if time.monotonic() > until:
                raise Unavailable(
                    "a reading that was given up does not end", next_step="nothing: it is tried again", reason="busy"
                )
            time.sleep(LOOK_SECONDS)


def _spec(engine: Engine, bench: Bench, order: Order) -> RunSpec:
    def located(target: str) -> str:
        return engine.locate(order.name, target)

    package = f"{_ROOT}/programs/{bench.package}"
    file = f"{_ROOT}/file/{PurePosixPath(order.file.name)}"
    mounts = [
        Mount(source=bench.interpreter, target=f"{_ROOT}/python"),
        Mount(source=bench.programs / bench.package, target=package),
        Mount(source=order.file, target=file),
        *(Mount(source=one, target=f"{_ROOT}/packages/{one.name}") for one in bench.packages),
    ]
    path = ":".join(located(target).rstrip("/") for target in (f"{_ROOT}/programs", f"{_ROOT}/packages"))
    python = f"{located(f'{_ROOT}/python')}/bin/python3"
    verb = [order.verb] if order.verb else []
    fixed = {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return RunSpec(
        attempt_id=order.name,
        image="host:",
        argv=[python, "-s", "-m", f"{bench.package}.{order.program}", *verb, located(file), *order.arguments],
        environment={**fixed, **order.environment},
        mounts=mounts,
        limits=order.limits,
    )


def _met(seen: Observation) -> str:
    names = {Breach.MEMORY: "memory", Breach.DISK: "disk", Breach.PIDS: "processes", Breach.LOG: "log"}
    return f"it takes too much {' and '.join(sorted(names[one] for one in seen.breaches))}"


def _bound(fault: str) -> Broken:
    return Broken(
        f"the file cannot be read within the bounds that the station sets: {fault}",
        next_step="send it in smaller files",
        reason="reading_bound",
    )
