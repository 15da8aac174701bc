"""Connections and transactions.

The outermost caller (a door's call, one step of a worker) opens a transaction with `with database.begin() as tx`
and hands it down as the first argument; services and stores never open, commit or roll back one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Connection, CursorResult, Executable, Row, create_engine, text
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from fieldstation.kernel.errors import Invalid, Unavailable
from fieldstation.kernel.logs import logger

log = logger(__name__)
Result = TypeVar("Result")

_RETRYABLE = ("40001", "40P01")  # serialization failure, deadlock: safe to run again from the start
_NOW = text("SELECT clock_timestamp() + coalesce(current_setting('fieldstation.time_shift', true), '0')::interval")


class Tx:
    """One open transaction. Stores run their statements on it; nobody below the opener ends it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._after_commit: list[Callable[[], None]] = []
        self._now: datetime | None = None

    @property
    def connection(self) -> Connection:
        """The connection itself, for the schema's migrations and nothing else."""
        return self._connection

    def execute(
        self, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """Run one statement; a sequence of value sets runs it once for each, batched."""
        return self._connection.execute(statement, values)

    def all(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Sequence[Row[Any]]:
        """Run a query and return all its rows."""
        return self._connection.execute(statement, values).all()

    def one_or_none(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Row[Any] | None:
        """Run a query that gives at most one row."""
        return self._connection.execute(statement, values).one_or_none()

    def scalar(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Any:
        """Run a query and return the first column of its first row, or None."""
        return self._connection.execute(statement, values).scalar()

    def now(self) -> datetime:
        """Return the database's time, the only time that decides; one answer per transaction.

        Tests move it with the setting `fieldstation.time_shift`.
        """
        if self._now is None:
            self._now = self.scalar(_NOW)
        return self._now

    def copy(self, target: str, rows: Iterator[Sequence[Any]]) -> None:
        """Stream rows into `target` (`table (column, …)`) by COPY, the fastest way in."""
        raw = self._connection.connection.driver_connection
        assert isinstance(raw, psycopg.Connection)
        with raw.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as stream:
            for row in rows:
                stream.write_row(row)

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run `action` once this transaction is durable; never when it fails. It must be quick and must not raise."""
        self._after_commit.append(action)

    def finish(self) -> None:
        """Run what waits for the commit; called once, by the opener."""
        for action in self._after_commit:
            action()


class Database:
    """A pool of connections to one PostgreSQL.

    `url` is a libpq or SQLAlchemy URL; `pool_size` bounds the connections of this process.
    """

    def __init__(self, url: str, *, pool_size: int = 16, name: str = "fieldstation") -> None:
        self.url = _sqlalchemy_url(url)
        self.dsn = self.url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._engine = create_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=5,
            pool_recycle=1800,
            connect_args={"application_name": name, "prepare_threshold": 2, "connect_timeout": 5},
        )

    @contextmanager
    def begin(self) -> Iterator[Tx]:
        """Open a transaction, commit it at the end, roll it back on any error.

        Raises Unavailable (passing) when the database is away or all its connections are taken, and Invalid when a
        value given holds a NUL character, which PostgreSQL keeps in no text.
        """
        try:
            with self._engine.connect() as connection:
                tx = Tx(connection)
                with connection.begin():
                    yield tx
            tx.finish()
        except PoolTimeout:
            raise Unavailable(
                "all database connections are in use", next_step="try again in a moment", reason="busy"
            ) from None
        except OperationalError as error:
            if is_disconnect(error):
                raise _away(error) from error
            raise
        except DataError as error:
            if _refused_by_the_driver(error):
                raise Invalid("a text holds a NUL character", next_step="take it out", reason="nul") from error
            raise

    def retrying(self, work: Callable[[Tx], Result], *, attempts: int = 5) -> Result:
        """Run `work` in a transaction, again from the start after a deadlock or serialization failure."""
        for remaining in range(attempts - 1, -1, -1):
            try:
                with self.begin() as tx:
                    return work(tx)
            except DBAPIError as error:
                if not remaining or getattr(error.orig, "sqlstate", None) not in _RETRYABLE:
                    raise
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Give all connections back; the object can be used again afterwards (as after a fork)."""
        self._engine.dispose()


def is_disconnect(error: DBAPIError) -> bool:
    """Tell whether the server went away (or never was there), so that the same work may succeed later."""
    state = getattr(error.orig, "sqlstate", None)
    return (
        error.connection_invalidated
        or state is None
        or state.startswith("08")
        or state in ("57P01", "57P02", "57P03", "53300")
    )


def _refused_by_the_driver(error: DataError) -> bool:
    return isinstance(error.orig, psycopg.DataError) and "NUL" in str(error.orig) and error.orig.sqlstate is None


def _away(error: DBAPIError) -> Unavailable:
    log.warning("database away", error=str(error.orig).strip().splitlines()[:1])
    return Unavailable(
        "the station's database does not answer", next_step="try again in a few seconds", reason="database_away"
    )


def _sqlalchemy_url(url: str) -> str:
    for prefix in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    raise ValueError("FIELDSTATION_DATABASE_URL must start with postgresql://")
