"""Runs: written at submit, read by id and by page."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.core.people.service.access import Visible
from fieldstation.core.runs.model.values import Attempt, Run, RunInput, RunOutput
from fieldstation.core.runs.store.rows import RUN_COLUMNS, attempt_of, run_of
from fieldstation.db import Tx

_INSERT = text("""
    INSERT INTO run (id, project_id, user_id, username, name, tool_id, tool_name, tool_version, revision, parameters,
        resources, output_dataset_id, priority, state, reason, max_attempts, retry_on, soft_seconds, hard_seconds,
        grace_seconds, tag, image, reuse, reuse_key, reuse_parts, reused_from, rerun_of, request_id,
        created_at, queued_at, ended_at)
    VALUES (:id, :project_id, :user_id, :username, :name, :tool_id, :tool_name, :tool_version, :revision,
        cast(:parameters AS jsonb), cast(:resources AS jsonb), :output_dataset_id, :priority, :state, :reason,
        :max_attempts, :retry_on, :soft_seconds, :hard_seconds, :grace_seconds, :tag, :image, :reuse, :reuse_key,
        cast(:reuse_parts AS jsonb), :reused_from, :rerun_of, :request_id, station_now(), station_now(),
        CASE WHEN cast(:state AS text) = 'succeeded' THEN station_now() END)
""")
_INSERT_INPUTS = text("""
    INSERT INTO run_input (run_id, place, slot, version_id, dataset_id, number, manifest_digest, path, target)
    SELECT :run_id, place, slot, version_id, dataset_id, number, manifest_digest, path, target
      FROM jsonb_to_recordset(cast(:inputs AS jsonb)) AS row (place smallint, slot text, version_id text,
           dataset_id text, number integer, manifest_digest text, path text, target text)
""")
_BY_ID = text(f"SELECT {RUN_COLUMNS} FROM run r WHERE r.id = :id")
_ATTEMPTS = text("SELECT * FROM attempt WHERE run_id = :run_id ORDER BY number")
_REUSABLE = text(f"""
    SELECT {RUN_COLUMNS} FROM run r
     WHERE r.reuse_key = :key AND r.state = 'succeeded' AND r.reused_from IS NULL ORDER BY r.id DESC LIMIT :limit
""")
_LATEST_ALIKE = text("""
    SELECT id, reuse_parts FROM run
     WHERE tool_name = (SELECT name FROM tool WHERE id = :tool_id) AND tool_id = :tool_id
       AND state = 'succeeded' AND reused_from IS NULL AND id <> :id AND id < :id
     ORDER BY id DESC LIMIT 20
""")
_REUSE_PARTS = text("SELECT reuse, reuse_key, reuse_parts FROM run WHERE id = :id")
_SHARE_OUTPUT = text("""
    INSERT INTO run_output (run_id, version_id, dataset_id, number)
    VALUES (:run_id, :version_id, :dataset_id, :number)
""")
_MAKERS = text("""
    SELECT v.id AS version_id, v.run_id FROM version v WHERE v.id = ANY(:ids) AND v.run_id IS NOT NULL
""")

_KEEP_PLAN = text("INSERT INTO run_plan (run_id, plan) VALUES (:run_id, cast(:plan AS jsonb))")
_PLAN = text("SELECT plan FROM run_plan WHERE run_id = :run_id")
_ANY_OPEN_OF = text("SELECT EXISTS (SELECT 1 FROM run WHERE user_id = :user AND ended_at IS NULL)")
_ANY_OPEN = text("SELECT EXISTS (SELECT 1 FROM run WHERE project_id = :project AND ended_at IS NULL)")

ALL = Visible(sql="true", values={})


def insert_run(tx: Tx, values: Mapping[str, Any], inputs: Sequence[RunInput]) -> None:
    """Write a new run with its inputs; `values` has the columns by name, JSON ones as plain values."""
    encoded = {name: json.dumps(value) if name in _JSON else value for name, value in values.items()}
    tx.execute(_INSERT, encoded)
    if inputs:
        rows = [{"place": place, **_plain(item)} for place, item in enumerate(inputs)]
        tx.execute(_INSERT_INPUTS, {"run_id": values["id"], "inputs": json.dumps(rows)})


def run_by_id(tx: Tx, run_id: str) -> Run | None:
    """Return one run."""
    row = tx.one_or_none(_BY_ID, {"id": run_id})
    return None if row is None else run_of(row)


def runs_by_ids(tx: Tx, run_ids: Sequence[str], visible: Visible = ALL) -> Mapping[str, Run]:
    """Return these runs by id, those whose project is visible."""
    query = text(f"SELECT {RUN_COLUMNS} FROM run r WHERE r.id = ANY(:ids) AND {visible.where('r.project_id')}")
    return {row.id: run_of(row) for row in tx.all(query, {"ids": list(run_ids), **visible.values})}


def attempts_of(tx: Tx, run_id: str) -> Sequence[Attempt]:
    """Return all attempts of a run, first to last."""
    return [attempt_of(row) for row in tx.all(_ATTEMPTS, {"run_id": run_id})]


def reusable(tx: Tx, key: str, limit: int = 20) -> Sequence[Run]:
    """Return succeeded runs with this reuse key, newest first."""
    return [run_of(row) for row in tx.all(_REUSABLE, {"key": key, "limit": limit})]


def latest_alike(tx: Tx, tool_id: str, run_id: str) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """Return (id, parts of the reuse key) of the last succeeded runs of a tool before this run."""
    return [(row.id, row.reuse_parts) for row in tx.all(_LATEST_ALIKE, {"tool_id": tool_id, "id": run_id})]


def reuse_parts(tx: Tx, run_id: str) -> tuple[bool, str | None, Mapping[str, Any]]:
    """Return whether reuse was wanted, the key, and its parts."""
    row = tx.one_or_none(_REUSE_PARTS, {"id": run_id})
    assert row is not None
    return row.reuse, row.reuse_key, row.reuse_parts


def share_output(tx: Tx, run_id: str, output: RunOutput) -> None:
    """Give a run the output of the run that it was reused from."""
    tx.execute(
        _SHARE_OUTPUT,
        {
            "run_id": run_id,
            "version_id": output.version_id,
            "dataset_id": output.dataset_id,
            "number": output.number,
        },
    )


def makers(tx: Tx, version_ids: Sequence[str]) -> Mapping[str, str]:
    """Return the run that made each of these versions, where one did."""
    return {row.version_id: row.run_id for row in tx.all(_MAKERS, {"ids": list(version_ids)})}


def readers(tx: Tx, version_ids: Sequence[str], limit: int, visible: Visible) -> Sequence[str]:
    """Return the runs that read these versions, those whose project is visible, newest first."""
    query = text(f"""
        SELECT DISTINCT r.id FROM run_input i JOIN run r ON r.id = i.run_id
         WHERE i.version_id = ANY(:ids) AND {visible.where("r.project_id")} ORDER BY r.id DESC LIMIT :limit
    """)
    return [row.id for row in tx.all(query, {"ids": list(version_ids), "limit": limit, **visible.values})]


def _plain(item: RunInput) -> Mapping[str, Any]:
    return {name: getattr(item, name) for name in RunInput.__dataclass_fields__}


_JSON = frozenset({"parameters", "resources", "reuse_parts"})


def any_open(tx: Tx, project_id: str) -> bool:
    """Tell whether a run of this project has not ended."""
    found: bool = tx.scalar(_ANY_OPEN, {"project": project_id})
    return found


def any_open_of(tx: Tx, user_id: str) -> bool:
    """Tell whether a run of this user has not ended; index (user_id, id) of those."""
    found: bool = tx.scalar(_ANY_OPEN_OF, {"user": user_id})
    return found


def keep_plan(tx: Tx, run_id: str, plan: Mapping[str, Any]) -> None:
    """Write what a run does that works in its project."""
    tx.execute(_KEEP_PLAN, {"run_id": run_id, "plan": json.dumps(plan)})


def plan(tx: Tx, run_id: str) -> Mapping[str, Any]:
    """Read what `keep_plan` wrote."""
    found: Mapping[str, Any] = tx.scalar(_PLAN, {"run_id": run_id})
    return found
