"""The steps of the schema: which there are, and which a database still lacks; read without the tool that runs them."""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy import text

from fieldstation.db.database import Database, Tx
from fieldstation.kernel.errors import Broken

_FILES = Path(__file__).parent / "migrations" / "versions"
_NAME = re.compile(r"v(\d{4})_\w+")

_IS_NEW = text("SELECT to_regclass('alembic_version') IS NULL")
_CURRENT = text("SELECT version_num FROM alembic_version")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the schema; `revision` is its place in the one order there is."""

    revision: str
    title: str


def plan(database: Database) -> Sequence[Step]:
    """Return the steps that the database lacks, first to last; Broken when its schema is newer than this release."""
    with database.begin() as tx:
        return lacking(tx)


def lacking(tx: Tx) -> Sequence[Step]:
    """Return the same inside a transaction that somebody else opened."""
    return missing(None if tx.scalar(_IS_NEW) else tx.scalar(_CURRENT))


def missing(current: str | None) -> Sequence[Step]:
    """Return the steps after `current`, first to last; Broken when this release does not know it."""
    steps = all_steps()
    if current is None:
        return steps
    revisions = [step.revision for step in steps]
    if current not in revisions:
        raise Broken(
            f"the database has schema {current}, which is newer than this release of Fieldstation knows",
            next_step="install the newer release again, or restore the backup made before the upgrade",
            reason="schema_newer",
        )
    return steps[revisions.index(current) + 1 :]


@lru_cache(maxsize=1)
def all_steps() -> Sequence[Step]:
    """Return every step of this release, first to last, from the names and first lines of their files."""
    files = sorted((name[1], path) for path in _FILES.glob("v*.py") if (name := _NAME.fullmatch(path.stem)))
    return [Step(revision=revision, title=_title(path)) for revision, path in files]


def _title(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text())) or path.stem).splitlines()[0]
