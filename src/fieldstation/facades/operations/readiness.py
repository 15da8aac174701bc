"""Whether the station can serve, part by part."""

import shutil
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path

from fieldstation.db import Database, condition
from fieldstation.kernel.parts import Condition, Part

_AGAIN_SECONDS = 60.0
_KEPT_SECONDS = 0.5  # an answer; however many ask, the parts are looked at twice a second at most
_SILENT_SECONDS = 3.0  # of a database that took the question

Probe = Callable[[], str | None]


class EngineProbes:
    """What each engine says when it is tried: once at first, and again each minute while none works."""

    def __init__(self, probes: Mapping[str, Probe]) -> None:
        self._probes = dict(probes)
        self._lock = threading.Lock()
        self._findings: Mapping[str, str | None] | None = None
        self._found_at = 0.0

    def findings(self) -> Mapping[str, str | None]:
        """Return, by engine, None where it works, else what is missing and what to do."""
        with self._lock:
            if self._findings is None or self._worth_another_try():
                self._findings = {name: probe() for name, probe in self._probes.items()}
                self._found_at = time.monotonic()
            return self._findings

    def _worth_another_try(self) -> bool:
        works = self._findings is not None and None in self._findings.values()
        return not works and time.monotonic() - self._found_at > _AGAIN_SECONDS


class _DatabaseLook:
    """Looks at the database in a thread of its own, so that one which takes the question and stays silent holds nobody.

    While a look is without an answer there is no second one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked: Future[tuple[Part, ...]] | None = None

    def __call__(self) -> tuple[Part, ...]:
        """Return what the database says of itself, or that it says nothing."""
        asked = self._asked = self._asked or self._ask()
        try:
            parts = asked.result(_SILENT_SECONDS)
        except TimeoutError:
            return (_SILENT,)
        finally:
            if asked.done():
                self._asked = None
        return parts

    def _ask(self) -> "Future[tuple[Part, ...]]":
        asked: Future[tuple[Part, ...]] = Future()

        def look() -> None:
            try:
                asked.set_result(condition.readiness(self._database))
            except Exception as error:  # noqa: BLE001  top of the thread: whoever asked hears of it
                asked.set_exception(error)

        threading.Thread(target=look, name="readiness", daemon=True).start()
        return asked


_SILENT = Part(
    name="database",
    condition=Condition.DOWN,
    text=f"took the question and has not answered it for {_SILENT_SECONDS:.0f} seconds",
    next_step="look whether its server is overloaded, stopped, or holds a lock on its schema (a migration under way)",
    reason="database_silent",
)


class Readiness:
    """The parts that `/readyz` names: the database decides, the others only degrade."""

    def __init__(
        self,
        database: Database,
        engines: EngineProbes,
        data: Path,
        reserve_bytes: int,
        others: Callable[[], tuple[Part, ...]] = tuple,
    ) -> None:
        self._others = others
        self._database = _DatabaseLook(database)
        self._engines = engines
        self._data = data
        self._reserve_bytes = reserve_bytes
        self._lock = threading.Lock()
        self._seen: tuple[Part, ...] = ()
        self._seen_at = 0.0

    def parts(self) -> tuple[Part, ...]:
        """Look at every part, or return what was seen just now; takes some seconds at most."""
        with self._lock:
            if not self._seen or time.monotonic() - self._seen_at > _KEPT_SECONDS:
                self._seen = self._look()
                self._seen_at = time.monotonic()
            return self._seen

    def _look(self) -> tuple[Part, ...]:
        return (
            *self._database(),
            engine_part(self._engines.findings()),
            disk_part(self._data, self._reserve_bytes),
            *self._others(),
        )


def engine_part(findings: Mapping[str, str | None]) -> Part:
    """Judge the engines by what each of them said: one that works is enough to run tools."""
    working = [name for name, missing in findings.items() if missing is None]
    said = "; ".join(f"{name}: {missing}" for name, missing in findings.items() if missing is not None)
    if working:
        text = f"{', '.join(working)} works" + (f"; {said}" if said else "")
        return Part(name="engines", condition=Condition.OK, text=text)
    return Part(
        name="engines",
        condition=Condition.DEGRADED,
        text=f"no engine works, so runs wait and everything else is served. {said}".strip(),
        next_step="do what the engine says, or name another in FIELDSTATION_ENGINES; `fieldstation doctor` tries again",
        reason="no_engine",
    )


def disk_part(data: Path, reserve_bytes: int, name: str = "disk") -> Part:
    """Judge the room that is left where the data lie, against the reserve that uploads never touch."""
    free = shutil.disk_usage(data).free
    text = f"{free / (1 << 30):,.1f} GiB free in {data}"
    if free > reserve_bytes:
        return Part(name=name, condition=Condition.OK, text=text)
    return Part(
        name=name,
        condition=Condition.DEGRADED,
        text=f"{text}, which is below the reserve of {reserve_bytes >> 20} MiB: uploads are refused",
        next_step="free some space there, or lower FIELDSTATION_RESERVE_BYTES",
        reason="disk_full",
    )
