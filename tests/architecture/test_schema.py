"""Migrations are written by hand: the database they make must be the one that `tables` modules describe."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

import fieldstation.core
import fieldstation.db
from fieldstation.db import Database, metadata

# Read and written only by the statements in fieldstation.db, which need no table objects.
GROUND = {"lease", "event", "event_default", "delivery", "door_number", "alembic_version"}
TELLS = {"news", "recognition"}  # features that keep nothing of their own
FEATURES = sorted({module.name for module in iter_modules(fieldstation.core.__path__)} - TELLS)


def _described(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    return kind != "table" or name not in GROUND


@pytest.mark.parametrize("feature", FEATURES)
def test_feature_describes_its_tables(feature: str) -> None:
    import_module(f"fieldstation.core.{feature}.tables")


def test_migrated_database_equals_the_tables(database: Database) -> None:
    for feature in FEATURES:
        import_module(f"fieldstation.core.{feature}.tables")
    engine = create_engine(database.url)
    try:
        with engine.connect() as connection:
            options = {"compare_type": True, "include_object": _described}
            differences = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    finally:
        engine.dispose()
    listed = "\n".join(f"  {difference}" for difference in differences)
    assert not differences, f"make the migration and core/*/tables.py say the same:\n{listed}"


def test_migrations_are_one_chain_in_the_order_of_their_numbers() -> None:
    folder = Path(fieldstation.db.__file__).parent / "migrations" / "versions"
    names = sorted(path.stem for path in folder.glob("v*.py"))
    numbers = [name[1:5] for name in names]
    assert numbers == [f"{number:04d}" for number in range(1, len(names) + 1)]
    for name, number, before in zip(names, numbers, [None, *numbers], strict=False):
        step = import_module(f"fieldstation.db.migrations.versions.{name}")
        assert (step.revision, step.down_revision) == (number, before), name
