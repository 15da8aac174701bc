"""Connections and transactions.

The outermost caller (a door's call, one step of a worker) opens a transaction with `with database.begin() as tx`
and hands it down as the first argument; services and stores never open, commit or roll back one.

Statements are SQLAlchemy `text` with named values, run by psycopg itself: that costs a third of what a SQLAlchemy
connection costs for each, and every run's way goes through some thirty of them.
"""

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

import psycopg
from psycopg.rows import namedtuple_row
from psycopg_pool import ConnectionPool, PoolTimeout
from sqlalchemy import Connection, TextClause, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from fieldstation.db.notes import Notes
from fieldstation.kernel.errors import FieldstationError, Invalid, Unavailable
from fieldstation.kernel.logs import logger

log = logger(__name__)
Result = TypeVar("Result")
Values = Mapping[str, Any]

_RETRYABLE = (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)  # safe to run again from the start
_NOW = text("SELECT station_now()")
_NAMED = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")
_CONNECTION_STATES = ("08", "57P01", "57P02", "57P03", "53300")
_WAIT_SECONDS = 5.0
_WAIT_WHILE_AWAY_SECONDS = 0.5


class Tx:
    """One open transaction. Stores run their statements on it; nobody below the opener ends it."""

    def __init__(self, connection: "psycopg.Connection[Any]", database: "Database") -> None:
        self._connection = connection
        self._database = database
        self._after_commit: list[Callable[[], None]] = []
        self._when_refused: list[Callable[[Tx], None]] = []
        self._news: dict[str, list[str]] = {}
        self._now: datetime | None = None

    def execute(
        self,
        statement: TextClause,
        values: Values | None = None,
        *,
        prepare: bool | None = None,
        binary: bool | None = None,
    ) -> "psycopg.Cursor[Any]":
        """Run one statement; the cursor tells `rowcount`.

        `prepare` False: it is planned for these values alone. `binary`: rows come as the database keeps them, which
        is half the work where they are large and of bytes.
        """
        if self._database.observe is not None:
            self._database.observe(statement.text)
        cursor = self._connection.cursor(row_factory=namedtuple_row)
        given = {} if values is None else values
        return cursor.execute(_placeholders(statement.text), given, prepare=prepare, binary=binary)

    def listed(self, statement: TextClause, values: Values | None = None, *, binary: bool = False) -> Sequence[Any]:
        """Run the query of a list that rights or filters narrow, and return all its rows.

        It is planned anew for its values: one plan for all of them reads the whole table for a caller who sees little
        (300 ms instead of 1 ms at a million data sets).
        """
        return self.execute(statement, values, prepare=False, binary=binary).fetchall()

    def all(self, statement: TextClause, values: Values | None = None) -> Sequence[Any]:
        """Run a query and return all its rows, with their columns as attributes."""
        return self.execute(statement, values).fetchall()

    def one(self, statement: TextClause, values: Values | None = None) -> Any:
        """Run a query that gives exactly one row."""
        (row,) = self.execute(statement, values).fetchall()
        return row

    def one_or_none(self, statement: TextClause, values: Values | None = None) -> Any:
        """Run a query that gives at most one row."""
        rows = self.execute(statement, values).fetchall()
        if len(rows) > 1:
            raise ValueError("more than one row where at most one was expected")
        return rows[0] if rows else None

    def scalar(self, statement: TextClause, values: Values | None = None) -> Any:
        """Run a query and return the first column of its first row, or None."""
        row = self.execute(statement, values).fetchone()
        return None if row is None else row[0]

    def now(self) -> datetime:
        """Return the database's time, the only time that decides; one answer per transaction.

        Tests move it with the setting `fieldstation.time_shift`.
        """
        if self._now is None:
            self._now = self.scalar(_NOW)
        return self._now

    def copy(self, target: str, rows: Iterator[Sequence[Any]]) -> None:
        """Stream rows into `target` (`table (column, …)`) by COPY, the fastest way in."""
        if self._database.observe is not None:
            self._database.observe(f"COPY {target}")
        with self._connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as stream:
            for row in rows:
                stream.write_row(row)

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run `action` once this transaction is durable; never when it fails. It must be quick and must not raise."""
        self._after_commit.append(action)

    def tell(self, kind: str, things: Iterable[str]) -> None:
        """Have whoever waits for news of these things told once this transaction is durable; never when it fails."""
        self._news.setdefault(kind, []).extend(things)

    def when_refused(self, work: "Callable[[Tx], None]") -> None:
        """Have `work` done in a transaction of its own if an error of ours ends this one: that it was refused stays."""
        self._when_refused.append(work)

    def refused(self) -> None:
        """Do what waits for a refusal; called once, by the opener, when nothing of this transaction is left."""
        if self._when_refused:
            other = Tx(self._connection, self._database)
            with self._connection.transaction():
                for work in self._when_refused:
                    work(other)
            other.finish()

    def finish(self) -> None:
        """Run what waits for the commit, and send the news; called once, by the opener."""
        for action in self._after_commit:
            action()
        if self._news:
            self._database.notes.send(self._news)


class Database:
    """A pool of connections to one PostgreSQL.

    `url` is a libpq or SQLAlchemy URL; `pool_size` bounds the connections of this process. `observe` is told every
    statement before it runs; `session` holds settings of PostgreSQL that connections opened from now on start with.
    """

    def __init__(self, url: str, *, pool_size: int = 16, name: str = "fieldstation") -> None:
        self.dsn = _libpq_url(url)
        self.url = self.dsn.replace("postgresql://", "postgresql+psycopg://", 1)
        self.notes = Notes(self.dsn)
        self.observe: Callable[[str], None] | None = None
        self.session: dict[str, str] = {}
        self._pool_size = pool_size
        self._options = {"application_name": name, "prepare_threshold": 2, "connect_timeout": 5, "autocommit": True}
        self._opening = threading.Lock()
        self._pool: ConnectionPool[psycopg.Connection[Any]] | None = None
        self._away_until = 0.0
        self._errors_told = 0  # failures to connect that were told as the database's absence

    @contextmanager
    def begin(self, *, wait_seconds: float = _WAIT_SECONDS) -> Iterator[Tx]:
        """Open a transaction, commit it at the end, roll it back on any error.

        It waits so long at most for a connection, and less while the database is known to be away.
        Raises Unavailable (passing) when the database is away or all its connections are taken, and Invalid when a
        value given holds a NUL character, which PostgreSQL keeps in no text.
        """
        with self._connection(wait_seconds) as connection:
            tx = Tx(connection, self)
            try:
                with connection.transaction():
                    yield tx
            except FieldstationError:
                tx.refused()
                raise
        tx.finish()

    @contextmanager
    def alone(self) -> Iterator[Tx]:
        """Yield a transaction for exactly one statement, which commits by itself: one round trip instead of three."""
        with self._connection() as connection:
            tx = Tx(connection, self)
            yield tx
        tx.finish()

    def retrying(self, work: Callable[[Tx], Result], *, attempts: int = 5) -> Result:
        """Run `work` in a transaction, again from the start after a deadlock or serialization failure."""
        for remaining in range(attempts - 1, -1, -1):
            try:
                with self.begin() as tx:
                    return work(tx)
            except _RETRYABLE:
                if not remaining:
                    raise
        raise AssertionError("unreachable")

    @contextmanager
    def alchemy(self) -> Iterator[Connection]:
        """Open a transaction on a SQLAlchemy connection of its own, for the schema's migrations and nothing else."""
        engine = create_engine(self.url, poolclass=NullPool)
        try:
            with engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            if isinstance(error.orig, psycopg.OperationalError) and is_disconnect(error.orig):
                raise _away(error.orig) from error
            raise

    def close(self) -> None:
        """Send the news that wait and give all connections back; the object can be used again afterwards."""
        self.notes.close()
        with self._opening:
            if self._pool is not None:
                self._pool.close()
                self._pool = None
                self._errors_told = 0

    @contextmanager
    def _connection(self, wait_seconds: float = _WAIT_SECONDS) -> "Iterator[psycopg.Connection[Any]]":
        wait = min(wait_seconds, _WAIT_WHILE_AWAY_SECONDS) if time.monotonic() < self._away_until else wait_seconds
        with self._told(), self._opened().connection(timeout=wait) as connection:
            yield connection
        self._away_until = 0.0

    def _opened(self) -> "ConnectionPool[psycopg.Connection[Any]]":
        if self._pool is None:
            with self._opening:
                if self._pool is None:
                    self._pool = ConnectionPool(
                        self.dsn,
                        kwargs={**self._options, "options": _options(self.session)},
                        min_size=1,
                        max_size=self._pool_size,
                        max_idle=300,
                        num_workers=1,
                        reconnect_timeout=0.5,
                        open=True,
                    )
        return self._pool

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell the driver's errors that a caller can act on in our words."""
        try:
            yield
        except PoolTimeout:
            raise self._no_connection() from None
        except psycopg.DataError as error:
            if error.sqlstate is None and "NUL" in str(error):
                raise Invalid("a text holds a NUL character", next_step="take it out", reason="nul") from error
            raise
        except psycopg.errors.DiskFull as error:
            raise Unavailable(
                "the disk of the station's database is full",
                next_step="try again once the operator has freed some space there",
                reason="disk_full",
            ) from error
        except psycopg.OperationalError as error:
            if not is_disconnect(error):
                raise
            self._away_until = time.monotonic() + _WAIT_SECONDS
            if self._pool is not None:
                self._pool.check()
            raise _away(error) from error

    def _no_connection(self) -> Unavailable:
        errors = self._pool.get_stats().get("connections_errors", 0) if self._pool is not None else 0
        fresh, self._errors_told = errors > self._errors_told, errors
        if not fresh and time.monotonic() >= self._away_until:
            return Unavailable("all database connections are in use", next_step="try again in a moment", reason="busy")
        self._away_until = time.monotonic() + _WAIT_SECONDS
        return _away(None)


def is_disconnect(error: psycopg.Error) -> bool:
    """Tell whether the server went away (or never was there), so that the same work may succeed later."""
    return error.sqlstate is None or error.sqlstate.startswith(_CONNECTION_STATES)


def _away(error: psycopg.Error | None) -> Unavailable:
    log.warning("database away", error=str(error).strip().splitlines()[:1] if error else "no connection could be made")
    return Unavailable(
        "the station's database does not answer", next_step="try again in a few seconds", reason="database_away"
    )


def _options(session: Mapping[str, str]) -> str:
    """Write settings as libpq's `options`, in which a blank inside a value is escaped."""
    escaped = {name: value.replace("\\", "\\\\").replace(" ", "\\ ") for name, value in session.items()}
    return " ".join(f"-c {name}={value}" for name, value in escaped.items())


@lru_cache(maxsize=4096)
def _placeholders(statement: str) -> Any:
    """Write SQLAlchemy's `:name` as psycopg's `%(name)s`; `::` casts stay."""
    return _NAMED.sub(r"%(\1)s", statement.replace("%", "%%")).encode()


def _libpq_url(url: str) -> str:
    for prefix in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql://" + url[len(prefix) :]
    raise ValueError("FIELDSTATION_DATABASE_URL must start with postgresql://")
