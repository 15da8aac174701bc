"""The dispatch loop: takes queued runs, makes their inputs ready, has the engine start them.

The intent is committed before the engine is called, with the attempt's id as the name it goes by; whoever comes
after a crash asks the engine which of these it knows.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.values import Claim, Holder
from fieldstation.core.runs.service.dispatch import Dispatching, Refusal
from fieldstation.db import Database
from fieldstation.kernel.errors import Unavailable
from fieldstation.kernel.logs import logger
from fieldstation.kernel.processes import is_dead, process_name
from fieldstation.ports.engine import Engine, EngineBusy, EngineRefused, Handle
from fieldstation.workers.alone import LEASE_SECONDS, Alone
from fieldstation.workers.health import Health
from fieldstation.workers.points import reached
from fieldstation.workers.staged import CannotStage
from fieldstation.workers.staging import Staging

log = logger(__name__)
_IDLE_SECONDS = 1.0
_TAKE_OVER_SECONDS = 5.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0  # seconds in which nothing is started on an engine that is busy
_STARTERS = 2  # launches at once; each mostly waits for the kernel


@dataclass(frozen=True, kw_only=True)
class Place:
    """One engine and how much runs there at once. `uids` is None where every run has the station's own uid."""

    name: str
    engine: Engine
    slots: int
    uids: range | None
    health: Health


def lease_of(engine: str) -> str:
    """Return the name of the lease whose holder dispatches on an engine."""
    return f"dispatch/{engine}"


class Dispatch:
    """Starts runs on one engine. One process at a time does this for each engine."""

    def __init__(
        self,
        database: Database,
        dispatching: Dispatching,
        staging: Staging,
        place: Place,
        wake_watch: Callable[[], None],
    ) -> None:
        self._database = database
        self._dispatching = dispatching
        self._staging = staging
        self._place = place
        self._wake_watch = wake_watch
        self._holder = Holder(
            engine=place.name,
            name=process_name(),
            lease_seconds=LEASE_SECONDS,
            containers="oci" in place.engine.traits.image_kinds,
        )
        self._alone = Alone(database, lease_of(place.name))
        self._starters = ThreadPoolExecutor(_STARTERS, thread_name_prefix="start")
        self._take_over_at = 0.0
        self._released = False
        self._start_at = 0.0
        self._pause = _FIRST_PAUSE

    def step(self) -> float:
        """Start what can be started; returns how long there is nothing to do."""
        if self._alone.held() is None:
            return _IDLE_SECONDS
        if time.monotonic() >= self._take_over_at:
            self._recover()
            self._take_over_at = time.monotonic() + _TAKE_OVER_SECONDS
        if not self._engine_works():
            return _IDLE_SECONDS
        if (pause := self._start_at - time.monotonic()) > 0:
            return min(pause, _IDLE_SECONDS)
        with self._database.begin() as tx:
            claims = self._dispatching.claim(tx, self._holder, slots=self._place.slots, uids=self._place.uids)
        if not claims:
            return _IDLE_SECONDS
        reached("after intent")
        if self._start_all(claims):
            return 0.0
        return _IDLE_SECONDS  # either no slot is free or nothing more is queued; news of either wakes this loop

    def _engine_works(self) -> bool:
        """Tell whether runs can start here; what is queued is held while no engine works, and queued again after."""
        works = self._place.health.works(self._place.name)
        if works and not self._released:
            with self._database.begin() as tx:
                self._dispatching.engine_is_back(tx)
            self._released = True
        elif not works and self._place.health.none_works():
            with self._database.begin() as tx:
                self._dispatching.hold_for_engine(tx)
            self._released = False
        return works

    def close(self) -> None:
        """Give the right to dispatch back."""
        self._starters.shutdown(wait=True)
        self._alone.release()

    def _start_all(self, claims: Sequence[Claim]) -> bool:
        """Start these attempts; returns whether some were refused, so that their slots are free again."""
        sure_until = time.monotonic() + LEASE_SECONDS / 2
        results = list(self._starters.map(lambda claim: self._start(claim, sure_until), claims))
        starts = [result for result in results if isinstance(result, tuple)]
        refusals = [result for result in results if isinstance(result, Refusal)]
        reached("after start")
        if starts:
            self._record(starts)
        if refusals:
            with self._database.begin() as tx:
                self._dispatching.refuse(tx, refusals)
        self._pace(busy=any(refusal.again for refusal in refusals))
        return bool(refusals)

    def _pace(self, *, busy: bool) -> None:
        """Have a busy engine left alone for a while, longer each time; what it gave back would only come back."""
        if busy:
            self._start_at = time.monotonic() + self._pause
        self._pause = min(2 * self._pause, _LONGEST_PAUSE) if busy else _FIRST_PAUSE

    def _start(self, claim: Claim, sure_until: float) -> tuple[Claim, Handle] | Refusal:
        if claim.barred is not None:
            return _refusal(claim, *claim.barred)
        try:
            spec = self._staging.prepare(claim, self._place.engine)
            if time.monotonic() > sure_until and not self._still_ours(claim):
                return _refusal(claim, Reason.ENGINE_FAILED, "making its inputs ready took too long", again=True)
            return claim, self._place.engine.submit(spec)
        except CannotStage as error:
            return _refusal(claim, error.reason, error.text)
        except EngineRefused as error:
            return _refusal(claim, _reason_of(error), error.text)
        except (EngineBusy, Unavailable) as error:
            return _refusal(claim, Reason.WAITING_FOR_SLOTS, str(error), again=True)
        except Exception as error:  # the top of one run's start: its fault must not keep others from starting
            log.exception("start failed", run=claim.run_id, attempt=claim.attempt_id, request=claim.run.request_id)
            return _refusal(claim, Reason.ENGINE_FAILED, type(error).__name__)

    def _still_ours(self, claim: Claim) -> bool:
        with self._database.begin() as tx:
            return bool(self._dispatching.renew(tx, self._holder, [claim.attempt_id]))

    def _record(self, starts: Sequence[tuple[Claim, Handle]]) -> None:
        with self._database.begin() as tx:
            ours = self._dispatching.started(
                tx, [(claim.attempt_id, claim.fence, handle.reference) for claim, handle in starts]
            )
            over = self._dispatching.over(tx, [claim.attempt_id for claim, _ in starts if claim.attempt_id not in ours])
        for claim, _ in starts:
            if claim.attempt_id in ours:
                log.info("started", run=claim.run_id, attempt=claim.attempt_id, request=claim.run.request_id)
            else:  # whoever took it finds it at the engine and adopts it
                log.warning("attempt was taken over while it started", attempt=claim.attempt_id)
        for handle in self._place.engine.find(over):
            log.error("attempt started after its end", attempt=handle.attempt_id)
            self._place.engine.cancel(handle.attempt_id, grace_seconds=0)
        self._wake_watch()

    def _recover(self) -> None:
        """Decide on attempts that nobody starts: adopt what the engine knows, give back what never started.

        Their dispatcher is gone, or is this one and a step failed after the claim: between steps it starts none.
        """
        with self._database.begin() as tx:
            holders = self._dispatching.holders(tx, self._place.name)
            dead = [name for name in holders if name == self._holder.name or is_dead(name)]
            taken = self._dispatching.take_over(tx, self._holder, dead)
        if not taken:
            return
        barred = [(item, self._place.engine.bar(item.attempt_id)) for item in taken]
        known = {item.attempt_id: handle for item, handle in barred if handle is not None}
        gone = [item for item, handle in barred if handle is None]
        with self._database.begin() as tx:
            adopted = [
                (item.attempt_id, item.fence, known[item.attempt_id].reference)
                for item in taken
                if item.attempt_id in known
            ]
            if adopted:
                self._dispatching.started(tx, adopted)
            if gone:
                self._dispatching.refuse(
                    tx,
                    [
                        Refusal(
                            attempt_id=item.attempt_id,
                            run_id=item.run_id,
                            number=item.number,
                            fence=item.fence,
                            reason=Reason.NODE_LOST,
                            text="the station stopped before it was started",
                            again=True,
                        )
                        for item in gone
                    ],
                )
        log.info("took over", adopted=len(adopted), given_back=len(gone))
        self._wake_watch()


def _refusal(claim: Claim, reason: Reason, text: str | None, *, again: bool = False) -> Refusal:
    return Refusal(
        attempt_id=claim.attempt_id,
        run_id=claim.run_id,
        number=claim.number,
        fence=claim.fence,
        reason=reason,
        text=text,
        again=again,
    )


def _reason_of(error: EngineRefused) -> Reason:
    try:
        return Reason(error.reason)
    except ValueError:
        return Reason.ENGINE_FAILED
