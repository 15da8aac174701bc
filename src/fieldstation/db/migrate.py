"""Bringing the database to this release's schema (Alembic), and refusing what a newer release made."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from fieldstation.db.database import Database
from fieldstation.kernel.errors import Broken

_LOCK = 0x0F1E1D57  # any constant of ours: one migration at a time per database


@dataclass(frozen=True, kw_only=True)
class Step:
    """One schema step still to be made."""

    revision: str
    title: str


def plan(database: Database) -> Sequence[Step]:
    """Return the steps that `upgrade` would make, first to last; Broken when the schema is newer than this release."""
    with _connection(database) as connection:
        return _pending(connection)


def upgrade(database: Database) -> Sequence[Step]:
    """Make all missing steps in one transaction under a lock, so that two stations never migrate at once."""
    with _connection(database) as connection, connection.begin():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        pending = _pending(connection)
        if pending:
            _run(connection)
        return pending


def _pending(connection: Connection) -> Sequence[Step]:
    scripts = _scripts()
    current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision: script for script in scripts.walk_revisions()}
    if current is not None and current not in known:
        raise Broken(
            f"the database has schema {current}, which is newer than this release of Fieldstation knows",
            next_step="install the newer release again, or restore the backup made before the upgrade",
            reason="schema_newer",
        )
    order = list(reversed(list(scripts.walk_revisions())))
    made = [script.revision for script in order].index(current) + 1 if current else 0
    return [Step(revision=script.revision, title=(script.doc or "").splitlines()[0]) for script in order[made:]]


def _run(connection: Connection) -> None:
    scripts = _scripts()

    def steps(revision: str, _context: object) -> object:
        return scripts._upgrade_revs("head", revision)  # noqa: SLF001  (the call Alembic's own `upgrade` makes)

    with EnvironmentContext(_config(), scripts, fn=steps) as environment:
        environment.configure(connection=connection, transactional_ddl=True)
        environment.run_migrations()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _connection(database: Database) -> Connection:
    return create_engine(database.url, pool_size=1).connect()
