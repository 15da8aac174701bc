"""What moves workflows that run: which have something to do, how far their steps are, and what became of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

_DUE = text("""
    SELECT r.id, r.name, r.project, r.user_id, r.document, r.variables, r.debug, r.stopped_by, r.due_at, u.username,
           r.error_number, r.error
      FROM running_workflow r JOIN station_user u ON u.id = r.user_id
     WHERE r.ended_at IS NULL
       AND (r.due_at <= station_now() OR EXISTS (
            SELECT 1 FROM running_step s JOIN instance i ON i.id = s.instance_id JOIN run n ON n.id = i.run_id
             WHERE s.running_id = r.id AND s.ended_at IS NULL AND n.ended_at IS NOT NULL))
     ORDER BY r.id LIMIT :limit
""")
_STEPS = text("""
    SELECT s.id, s.running_id, s.name, s.replica, s.replicas, s.state, s.variables, s.links, s.lands, s.made,
           s.instance_id, i.outputs, i.run_id, n.state AS run_state, n.exit_code, n.message, n.reason,
           i.ended_at IS NOT NULL AS told
      FROM running_step s LEFT JOIN instance i ON i.id = s.instance_id LEFT JOIN run n ON n.id = i.run_id
     WHERE s.running_id = ANY(:ids) ORDER BY s.id
""")
_LOCK = text("SELECT stopped_by FROM running_workflow WHERE id = :id AND ended_at IS NULL FOR UPDATE")
_ADD = text("""
    INSERT INTO running_step (id, running_id, name, replica, replicas, state, variables, links, lands, instance_id,
        error_number, error, ended_at)
    VALUES (:id, :running_id, :name, :replica, :replicas, :state, cast(:variables AS json), cast(:links AS json),
        cast(:lands AS json), :instance_id, :error_number, :error, CASE WHEN :state <> 'running' THEN station_now() END)
    ON CONFLICT (running_id, name, replica) DO NOTHING
    RETURNING id
""")
_DUE_NOW = text("UPDATE running_workflow SET due_at = station_now() WHERE id = :id RETURNING due_at")
_STEP_ENDED = text("""
    UPDATE running_step SET state = :state, made = cast(:made AS json), error_number = :error_number, error = :error,
           ended_at = station_now()
     WHERE id = :id AND ended_at IS NULL
    RETURNING id
""")
_FAILING = text("""
    UPDATE running_workflow SET error_number = :number, error = :error, due_at = station_now()
     WHERE id = :id AND error_number = 0
""")
_ENDED = text("""
    UPDATE running_workflow SET state = :state, ended_at = station_now(), due_at = NULL
     WHERE id = :id AND ended_at IS NULL
    RETURNING id
""")
_REST = text("UPDATE running_workflow SET due_at = NULL WHERE id = :id AND due_at = :seen")
_LATER = text("""
    UPDATE running_workflow SET due_at = station_now() + :seconds * interval '1 second'
     WHERE id = :id AND ended_at IS NULL
""")


def due(tx: Tx, limit: int) -> Sequence[Any]:
    """Read workflows that have something to do."""
    return tx.all(_DUE, {"limit": limit})


def steps(tx: Tx, ids: Sequence[str]) -> Sequence[Any]:
    """Read the steps of these, each beside its run."""
    return tx.all(_STEPS, {"ids": list(ids)})


def lock(tx: Tx, running_id: str) -> Any:
    """Keep others from changing one; None when it has ended."""
    return tx.one_or_none(_LOCK, {"id": running_id})


def add_step(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Write a step; False when this replica of it is there."""
    return tx.scalar(_ADD, values) is not None


def step_ended(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Note how a step ended; False when that was noted before."""
    return tx.scalar(_STEP_ENDED, values) is not None


def failing(tx: Tx, running_id: str, number: int, error: str) -> None:
    """Note what ends a workflow early, unless something did before."""
    tx.execute(_FAILING, {"id": running_id, "number": number, "error": error})


def due_now(tx: Tx, running_id: str) -> Any:
    """Have a workflow be looked at until somebody says that it may rest; returns since when."""
    return tx.scalar(_DUE_NOW, {"id": running_id})


def ended(tx: Tx, running_id: str, state: str) -> bool:
    """Note how a workflow ended; False when that was noted before."""
    return tx.scalar(_ENDED, {"id": running_id, "state": state}) is not None


def rest(tx: Tx, running_id: str, seen: Any) -> None:
    """Have nothing to do until something happens; `seen` is when there was something, so that no news is lost."""
    tx.execute(_REST, {"id": running_id, "seen": seen})


def later(tx: Tx, running_id: str, seconds: float) -> None:
    """Have one be looked at again after so many seconds."""
    tx.execute(_LATER, {"id": running_id, "seconds": seconds})
