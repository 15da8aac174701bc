"""Bringing the database to this release's schema (Alembic), and refusing what a newer release made."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from fieldstation.db.database import Database
from fieldstation.kernel.errors import Broken

_LOCK = 0x0F1E1D57  # any constant of ours: one migration at a time per database
_TAKE_LOCK = text("SELECT pg_advisory_xact_lock(:key)")
logging.getLogger("alembic").setLevel(logging.WARNING)  # who calls `upgrade` tells of the steps made


@dataclass(frozen=True, kw_only=True)
class Step:
    """One schema step still to be made."""

    revision: str
    title: str


def plan(database: Database) -> Sequence[Step]:
    """Return the steps that `upgrade` would make, first to last; Broken when the schema is newer than this release."""
    with database.alchemy() as connection:
        return _pending(connection)


def upgrade(database: Database, *, to: str | None = None) -> Sequence[Step]:
    """Make all missing steps in one transaction under a lock, so that two stations never migrate at once.

    Returns the steps made. When one fails, none is made. `to` names the last step to make, if not all.
    """
    with database.alchemy() as connection:
        connection.execute(_TAKE_LOCK, {"key": _LOCK})
        pending = _pending(connection)
        if to is not None:
            pending = [step for step in pending if step.revision <= to]
        if pending:
            _run(connection, pending[-1].revision)
        return pending


def _pending(connection: Connection) -> Sequence[Step]:
    order = _steps()
    revisions = [step.revision for step in order]
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in revisions:
        raise Broken(
            f"the database has schema {current}, which is newer than this release of Fieldstation knows",
            next_step="install the newer release again, or restore the backup made before the upgrade",
            reason="schema_newer",
        )
    return order[revisions.index(current) + 1 if current else 0 :]


@lru_cache(maxsize=1)
def _steps() -> Sequence[Step]:
    scripts = reversed(list(_scripts().walk_revisions()))
    return [Step(revision=one.revision, title=(one.doc or one.revision).splitlines()[0]) for one in scripts]


def _run(connection: Connection, target: str) -> None:
    scripts = _scripts()

    def steps(revision: Any, _context: MigrationContext) -> Any:
        return scripts._upgrade_revs(target, revision)  # noqa: SLF001  # as Alembic's own command does

    with EnvironmentContext(_config(), scripts, fn=steps) as environment:
        environment.configure(connection=connection, transactional_ddl=True)
        environment.run_migrations()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
