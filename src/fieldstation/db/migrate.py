"""Bringing the database to this release's schema (Alembic)."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from fieldstation.db.database import Database
from fieldstation.db.steps import Step, missing

_LOCK = 0x0F1E1D57  # any constant of ours: one migration at a time per database
_TAKE_LOCK = text("SELECT pg_advisory_xact_lock(:key)")

logging.getLogger("alembic").setLevel(logging.WARNING)  # who calls `upgrade` tells of the steps made


def upgrade(database: Database, *, to: str | None = None) -> Sequence[Step]:
    """Make all missing steps in one transaction under a lock, so that two stations never migrate at once.

    Returns the steps made. When one fails, none is made. `to` names the last step to make, if not all. Broken when
    the schema is newer than this release.
    """
    with database.alchemy() as connection:
        connection.execute(_TAKE_LOCK, {"key": _LOCK})
        current = MigrationContext.configure(connection).get_current_revision()
        wanted = [step for step in missing(current) if to is None or step.revision <= to]
        if wanted:
            _run(connection, wanted[-1].revision)
        return wanted


def scripts() -> ScriptDirectory:
    """Return the steps as Alembic sees them."""
    return ScriptDirectory.from_config(_config())


def _run(connection: Connection, target: str) -> None:
    found = scripts()

    def steps(revision: Any, _context: MigrationContext) -> Any:
        return found._upgrade_revs(target, revision)  # noqa: SLF001  # as Alembic's own command does

    with EnvironmentContext(_config(), found, fn=steps) as environment:
        environment.configure(connection=connection, transactional_ddl=True)
        environment.run_migrations()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
