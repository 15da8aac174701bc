"""Instances: written at launch, read by id and by page."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.core.people.service import Visible
from fieldstation.db import Tx

LAST = "~"  # compares greater than every id
_COLUMNS = """i.id, i.run_id, i.task_id, i.removal_task, i.project, i.name, i.job, i.collection, i.job_name,
    i.job_version, i.title, i.nextflow, cast(i.specification AS text) AS written, i.outputs,
    i.command, i.rate, i.cost, i.coins, i.launched_at,
    i.archived_at IS NOT NULL AS archived, coalesce(i.debug, '0') <> '0' AS debug,
    i.step, r.username AS owner, r.message, r.reason, r.exit_code, r.started_at,
    (SELECT a.code FROM authority a WHERE a.thing = i.id) AS authorisation,
    i.described, CASE WHEN r.ended_at IS NOT NULL AND i.ended_at IS NULL THEN 'collecting' ELSE r.state END AS state,
    CASE WHEN i.ended_at IS NOT NULL THEN r.ended_at END AS ended_at,
    coalesce(i.token_ends_at > station_now(), i.token_hash IS NOT NULL) AS token_valid"""
_FROM = "FROM instance i JOIN run r ON r.id = i.run_id"
_BY_ID = text(f"SELECT {_COLUMNS} {_FROM} WHERE i.id = :id AND i.removed_at IS NULL")
_INSERT = text("""
    INSERT INTO instance (id, run_id, task_id, project, user_id, name, job, collection, job_name, job_version, title,
        nextflow, specification, outputs, command, debug, callback_url, callback_context, token_hash, rate, step)
    VALUES (:id, :run_id, :task_id, :project, :user_id, :name, :job, :collection, :job_name, :job_version, :title,
        :nextflow, cast(:specification AS jsonb), cast(:outputs AS json), :command, :debug, :callback_url,
        :callback_context, :token_hash, :rate, :step)
    ON CONFLICT DO NOTHING
    RETURNING id
""")
_ARCHIVE = text("""
    UPDATE instance SET archived_at = CASE WHEN :archived THEN coalesce(archived_at, station_now()) END WHERE id = :id
""")
_REMOVE = text("""
    UPDATE instance SET removed_at = station_now(), removal_task = :task, token_hash = NULL, token_ends_at = NULL
     WHERE id = :id AND removed_at IS NULL
    RETURNING id
""")
_DROP_TOKEN = text("""
    UPDATE instance SET token_hash = NULL, token_ends_at = NULL WHERE id = :id AND token_hash = :hash RETURNING id
""")
_BY_TOKEN = text("""
    SELECT i.project, i.user_id FROM instance i
     WHERE i.token_hash = :hash AND i.project = :project AND i.removed_at IS NULL
       AND (i.token_ends_at IS NULL OR i.token_ends_at > station_now())
""")
_DESCRIBE = text("UPDATE instance SET described = :files WHERE id = :id")
_EXECUTION = text("""
    SELECT i.project, i.user_id, i.collection, i.job_name, i.job_version, i.specification, i.outputs, r.username,
           p.plan ->> 'project' AS mounted, p.plan ->> 'directory' AS directory
      FROM instance i JOIN run r ON r.id = i.run_id JOIN run_plan p ON p.run_id = r.id WHERE i.id = :id
""")
_OLD = text("""
    SELECT id, user_id, project FROM instance WHERE removed_at IS NULL AND archived_at IS NULL
       AND coalesce(debug, '0') = '0'
       AND ended_at < station_now() - :seconds * interval '1 second' ORDER BY ended_at LIMIT :limit
""")


def insert(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Write a new instance; False when its token is in use."""
    encoded = {
        name: json.dumps(value) if name in ("specification", "outputs") else value for name, value in values.items()
    }
    return tx.scalar(_INSERT, encoded) is not None


def by_id(tx: Tx, instance_id: str) -> Any:
    """Read one instance that was not removed, with its run."""
    return tx.one_or_none(_BY_ID, {"id": instance_id})


def page(tx: Tx, projects: Sequence[str] | None, before: str, limit: int, visible: Visible) -> Sequence[Any]:
    """Read up to `limit` instances, newest first, of these projects or of all that are visible.

    The newest of each project come from its index, so that the cost does not grow with other people's instances.
    """
    chosen = "p.id = ANY(:projects)" if projects is not None else "true"
    statement = f"""
        SELECT {_COLUMNS}
          FROM (SELECT n.* FROM project p CROSS JOIN LATERAL (
                    SELECT * FROM instance o WHERE o.project = p.id AND o.removed_at IS NULL AND o.id < :before
                     ORDER BY o.id DESC LIMIT :limit) n
                 WHERE p.removed_at IS NULL AND {chosen} AND {visible.where("p.id")}
                 ORDER BY n.id DESC LIMIT :limit) i
          JOIN run r ON r.id = i.run_id ORDER BY i.id DESC
    """
    values = {"before": before, "limit": limit, **visible.values}
    return tx.all(text(statement), values if projects is None else {**values, "projects": list(projects)})


def archive(tx: Tx, instance_id: str, *, archived: bool) -> None:
    """Keep an instance for ever, or as long as others."""
    tx.execute(_ARCHIVE, {"id": instance_id, "archived": archived})


def remove(tx: Tx, instance_id: str, task: str) -> bool:
    """Take an instance out of sight; False when it was before."""
    return tx.scalar(_REMOVE, {"id": instance_id, "task": task}) is not None


def drop_token(tx: Tx, instance_id: str, hashed: bytes) -> bool:
    """End a token; False when it is not that instance's."""
    return tx.scalar(_DROP_TOKEN, {"id": instance_id, "hash": hashed}) is not None


def by_token(tx: Tx, hashed: bytes, project: str) -> Any:
    """Read the project and the user of the instance whose token this is, while it is good."""
    return tx.one_or_none(_BY_TOKEN, {"hash": hashed, "project": project})


def old(tx: Tx, seconds: float, limit: int) -> Sequence[Any]:
    """Read instances that ended so long ago and that nobody keeps."""
    return tx.all(_OLD, {"seconds": seconds, "limit": limit})


def execution(tx: Tx, instance_id: str) -> Any:
    """Read what was run in an instance, by whom, where it started, and what its author says of its outputs."""
    return tx.one(_EXECUTION, {"id": instance_id})


def describe(tx: Tx, instance_id: str, files: Sequence[str]) -> None:
    """Write which files were written beside the outputs."""
    tx.execute(_DESCRIBE, {"id": instance_id, "files": list(files)})
