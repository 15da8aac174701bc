"""What the database tells about itself: does it answer, is its schema ours, is it durable, what lies undelivered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from fieldstation.db import steps
from fieldstation.db.database import Database, Tx
from fieldstation.kernel.errors import FieldstationError, Unavailable
from fieldstation.kernel.parts import Condition, Part

OLDEST_VERSION = 15
_WAIT_SECONDS = 1.0  # whoever asks whether the station is ready wants the answer now
_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")

_SETTINGS = text("""
    SELECT name, setting FROM pg_settings
     WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'server_version', 'server_version_num')
""")
_BACKLOG = text("""
    SELECT consumer, count(*) FILTER (WHERE NOT dead) AS waiting, count(*) FILTER (WHERE dead) AS dead
      FROM delivery GROUP BY consumer ORDER BY consumer
""")
_STRAYS = text("SELECT count(*) FROM (SELECT FROM event_default LIMIT 10000) AS strays")


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """Deliveries to one consumer inside the station: those still to come, and those given up."""

    consumer: str
    waiting: int
    dead: int


def backlog(tx: Tx) -> Sequence[Backlog]:
    """Return how much lies undelivered, by consumer; one pass over a table that is empty as a rule."""
    return [Backlog(consumer=row.consumer, waiting=row.waiting, dead=row.dead) for row in tx.all(_BACKLOG)]


def readiness(database: Database) -> tuple[Part, ...]:
    """Return what decides whether requests can be served; cheap enough to be asked every second."""
    try:
        with database.begin(wait_seconds=_WAIT_SECONDS) as tx:
            pending = steps.lacking(tx)
    except Unavailable as error:
        # All connections taken for a moment is load, not absence.
        condition = Condition.DEGRADED if error.reason == "busy" else Condition.DOWN
        return (_part("database", condition, error),)
    except FieldstationError as error:
        return (_ok("database", "answers"), _part("schema", Condition.DOWN, error))
    return (_ok("database", "answers"), _schema(pending))


def examination(database: Database) -> tuple[Part, ...]:
    """Return everything that `doctor` says about the database."""
    ready = readiness(database)
    if any(part.condition is Condition.DOWN for part in ready):
        return ready
    with database.begin() as tx:
        settings = {row.name: row.setting for row in tx.all(_SETTINGS)}
        return (*ready, _version(settings), _durability(settings), _deliveries(backlog(tx)), _months(tx))


def _schema(pending: Sequence[steps.Step]) -> Part:
    if not pending:
        return _ok("schema", "is this release's")
    return Part(
        name="schema",
        condition=Condition.DOWN,
        text=f"{len(pending)} steps behind this release, first {pending[0].revision}: {pending[0].title}",
        next_step="fieldstation migrate",
        reason="migrations_pending",
    )


def _version(settings: Mapping[str, str]) -> Part:
    shown = f"PostgreSQL {settings['server_version']}"
    if int(settings["server_version_num"]) >= OLDEST_VERSION * 10_000:
        return _ok("database version", shown)
    return Part(
        name="database version",
        condition=Condition.DEGRADED,
        text=f"{shown} is older than the oldest supported, {OLDEST_VERSION}",
        next_step=f"move the database to PostgreSQL {OLDEST_VERSION} or newer",
        reason="database_version",
    )


def _durability(settings: Mapping[str, str]) -> Part:
    off = [name for name in _DURABLE if settings[name] == "off"]
    if not off:
        return _ok("durability", "fsync, full_page_writes and synchronous_commit are on")
    return Part(
        name="durability",
        condition=Condition.DEGRADED,
        text=f"{', '.join(off)} off: a crash of the machine can lose or spoil what was acknowledged",
        next_step="turn them on in postgresql.conf and restart the database",
        reason="not_durable",
    )


def _deliveries(lying: Sequence[Backlog]) -> Part:
    dead = [one for one in lying if one.dead]
    if not dead:
        return _ok("deliveries", f"{sum(one.waiting for one in lying)} waiting, none given up")
    return Part(
        name="deliveries",
        condition=Condition.DEGRADED,
        text="given up after repeated failures: " + ", ".join(f"{one.dead} to {one.consumer}" for one in dead),
        next_step="read the column `error` of the table `delivery`, mend the cause; the station's log has each failure",
        reason="dead_deliveries",
    )


def _months(tx: Tx) -> Part:
    strays = tx.scalar(_STRAYS)
    if not strays:
        return _ok("event months", "every event lies in its month")
    return Part(
        name="event months",
        condition=Condition.DEGRADED,
        text=f"{strays} events or more lie outside the months made for them and cannot be dropped by month",
        next_step="fieldstation migrate",
        reason="event_months",
    )


def _ok(name: str, text_: str) -> Part:
    return Part(name=name, condition=Condition.OK, text=text_)


def _part(name: str, condition: Condition, error: FieldstationError) -> Part:
    return Part(name=name, condition=condition, text=error.text, next_step=error.next_step, reason=error.reason)
