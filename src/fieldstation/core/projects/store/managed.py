"""Rows of managed files."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

_COLUMNS = """f.id, f.project, f.path, f.dataset_id, f.number, f.version_id, f.source_path, f.user_id, f.media_type,
    f.immutable, f.compressed, f.stage, f.placed, f.size, f.modified,
    (SELECT p.code FROM authority p WHERE p.thing = f.id) AS authorisation"""
_INSERT = text("""
    INSERT INTO project_file (id, project, path, dataset_id, number, version_id, source_path, user_id, media_type,
        immutable, compressed, stage)
    VALUES (:id, :project, :path, :dataset_id, :number, :version_id, :source_path, :user_id, :media_type,
        :immutable, :compressed, 'copying')
    ON CONFLICT DO NOTHING
    RETURNING id
""")
_BY_ID = text(f"SELECT {_COLUMNS} FROM project_file f WHERE f.id = :id")
_AT = text(f"""
    SELECT {_COLUMNS} FROM project_file f
     WHERE f.project = :project AND f.stage <> 'failed' AND f.path = ANY(:paths)
""")
_OF_PROJECTS = text(f"""
    SELECT {_COLUMNS} FROM project_file f WHERE f.project = ANY(:projects) AND f.stage <> 'failed' ORDER BY f.path
""")
_ALL_DONE = text(f"""
    SELECT {_COLUMNS} FROM project_file f WHERE f.project = :project AND f.stage = 'done' ORDER BY f.path
""")
_BELOW = text("""
    SELECT EXISTS (SELECT 1 FROM project_file WHERE project = :project AND (path = :path OR starts_with(path, :below)))
""")
_PLACING = text("UPDATE project_file SET placed = true WHERE id = :id RETURNING id")
_CAME = text("UPDATE project_file SET stage = 'done', size = :size, modified = :modified WHERE id = :id")
_GIVE_WAY = text("""
    DELETE FROM project_file WHERE project = :project AND path = :path AND placed AND (:replaced OR NOT immutable)
""")
_FORGET = text("DELETE FROM project_file WHERE id = :id AND path = :path")
_FIND_AGAIN = text("""
    UPDATE project_file f SET path = :target WHERE f.id = :id AND f.path = :path
       AND NOT EXISTS (SELECT 1 FROM project_file other WHERE other.project = f.project AND other.path = :target
                          AND other.stage <> 'failed')
""")
_STAGE = text("UPDATE project_file SET stage = :stage WHERE id = :id")
_DROP = text("""
    DELETE FROM project_file
     WHERE project = :project AND (path = :path OR starts_with(path, :below))
""")
_MOVE = text("""
    UPDATE project_file SET path = :target || substr(path, length(:source) + 1)
     WHERE project = :project AND (path = :source OR starts_with(path, :below))
""")


def insert(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Write a file that is to be copied; False when one is managed under its path."""
    return tx.scalar(_INSERT, values) is not None


def by_id(tx: Tx, file_id: str) -> Any:
    """Read one managed file."""
    return tx.one_or_none(_BY_ID, {"id": file_id})


def at(tx: Tx, project: str, paths: Sequence[str]) -> Sequence[Any]:
    """Read the managed files of these paths."""
    return tx.all(_AT, {"project": project, "paths": list(paths)}) if paths else []


def of_projects(tx: Tx, projects: Sequence[str]) -> Sequence[Any]:
    """Read all managed files of projects."""
    return tx.all(_OF_PROJECTS, {"projects": list(projects)})


def all_done(tx: Tx, project: str) -> Sequence[Any]:
    """Read the managed files that came into a project."""
    return tx.all(_ALL_DONE, {"project": project})


def any_below(tx: Tx, project: str, path: str) -> bool:
    """Tell whether a file of this path, or one below it, is managed."""
    return bool(tx.scalar(_BELOW, {"project": project, "path": path, "below": f"{path}/"}))


def placing(tx: Tx, file_id: str) -> bool:
    """Note that the file gets its name now: whatever has it from here on is this file; False when it was detached."""
    return tx.scalar(_PLACING, {"id": file_id}) is not None


def came(tx: Tx, file_id: str, size: int, modified: datetime) -> None:
    """Note that the file is there, and what it is known by."""
    tx.execute(_CAME, {"id": file_id, "size": size, "modified": modified})


def give_way(tx: Tx, project: str, path: str, *, replaced: bool) -> None:
    """Forget the managed file that had this path before something else took it; an unchangeable one if replaced."""
    tx.execute(_GIVE_WAY, {"project": project, "path": path, "replaced": replaced})


def forget(tx: Tx, file_id: str, path: str) -> None:
    """Forget a managed file, unless it was moved meanwhile."""
    tx.execute(_FORGET, {"id": file_id, "path": path})


def find_again(tx: Tx, file_id: str, path: str, target: str) -> None:
    """Note where a managed file lies now that was not moved meanwhile, unless another is managed there."""
    tx.execute(_FIND_AGAIN, {"id": file_id, "path": path, "target": target})


def to_stage(tx: Tx, file_id: str, stage: str) -> None:
    """Note how far a file is."""
    tx.execute(_STAGE, {"id": file_id, "stage": stage})


def drop(tx: Tx, project: str, path: str) -> None:
    """Forget the managed file of this path and those below it."""
    tx.execute(_DROP, {"project": project, "path": path, "below": f"{path}/"})


def move(tx: Tx, project: str, source: str, target: str) -> None:
    """Follow a move of a file or folder to where nothing was; what is said to be managed there is no more."""
    tx.execute(_DROP, {"project": project, "path": target, "below": f"{target}/"})
    tx.execute(_MOVE, {"project": project, "source": source, "target": target, "below": f"{source}/"})
