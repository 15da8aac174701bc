"""The watch loop: learns from the engine which processes ended, and stops those whose time or owner says so."""

import time
from collections.abc import Callable, Sequence

from fieldstation.core.runs.model.values import Exit, Running
from fieldstation.core.runs.service.watch import Watching, due, next_deadline, pending
from fieldstation.db import Database
from fieldstation.kernel.logs import logger
from fieldstation.ports.engine import Engine, Handle, Observation, Phase, Usage
from fieldstation.workers.alone import Alone
from fieldstation.workers.points import reached

log = logger(__name__)
_IDLE_SECONDS = 1.0
_REPEAT_STOPS_SECONDS = 5.0


class Watch:
    """Watches one engine. One process at a time does this for each engine."""

    def __init__(
        self, database: Database, watching: Watching, name: str, engine: Engine, wake_others: Callable[[], None]
    ) -> None:
        self._database = database
        self._watching = watching
        self._name = name
        self._engine = engine
        self._wake_others = wake_others
        self._alone = Alone(database, f"watch/{name}")
        self._repeat_at = 0.0

    def step(self) -> float:
        """Record exits and send due signals; returns how long nothing is due."""
        if self._alone.held() is None:
            return _IDLE_SECONDS
        with self._database.alone() as tx:
            running = self._watching.running(tx, self._name)
        gone = self._record(self._engine.observe([Handle(attempt_id=one.id, reference=one.handle) for one in running]))
        self._stop([one for one in running if one.id not in gone])
        deadline = next_deadline(running)
        return _IDLE_SECONDS if deadline is None else max(0.0, min(_IDLE_SECONDS, deadline))

    def close(self) -> None:
        """Give the right to watch back."""
        self._alone.release()

    def _stop(self, running: Sequence[Running]) -> None:
        """Record and send what is due; send again what was recorded long ago, now and then."""
        stops = list(due(running))
        if stops:
            with self._database.begin() as tx:
                recorded = self._watching.stopping(tx, stops)
            stops = [stop for stop in stops if stop.attempt_id in recorded]
        if time.monotonic() >= self._repeat_at:
            self._repeat_at = time.monotonic() + _REPEAT_STOPS_SECONDS
            stops += pending(running)
        for stop in stops:
            log.info("stopping", attempt=stop.attempt_id, why=stop.reason, grace_seconds=stop.grace_seconds)
            self._engine.cancel(stop.attempt_id, grace_seconds=stop.grace_seconds)

    def _record(self, observations: Sequence[Observation]) -> set[str]:
        """Record how attempts ended; returns those, of which the engine may have to forget all from now on."""
        exits = [_exit_of(item) for item in observations if item.phase is not Phase.RUNNING]
        if exits:
            with self._database.begin() as tx:
                self._watching.exited(tx, exits)
            reached("after exit")
            self._wake_others()
        return {one.attempt_id for one in exits}


def _exit_of(observation: Observation) -> Exit:
    return Exit(
        attempt_id=observation.attempt_id,
        lost=observation.phase is Phase.LOST,
        stopped=observation.canceled,
        exit_code=observation.exit_code,
        breaches=frozenset(breach.value for breach in observation.breaches),
        usage=_plain(observation.usage),
    )


def _plain(usage: Usage) -> dict[str, float | int]:
    fields = {
        "cpu_seconds": usage.cpu_seconds,
        "memory_peak_bytes": usage.memory_peak_bytes,
        "disk_bytes": usage.disk_bytes,
    }
    return {name: value for name, value in fields.items() if value is not None}
