"""Tasks begun, moved and told about, any number in a fixed number of statements.

What moves them is planned each time: one task or ten thousand come with the same statement.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.core.tasks.model import (
    MOST_EVENTS,
    MOST_MOVES,
    Level,
    Move,
    NewEvent,
    NewTask,
    Purpose,
    Task,
    TaskState,
    before,
    kept_text,
)
from fieldstation.db import Tx

COLUMNS = """
    t.id, t.user_id, u.username, t.purpose, t.purpose_id, t.purpose_version, t.project_id, t.removal, t.context,
    t.state, t.exit_code, t.events, t.created_at, t.done_at
"""
_MORE = "there was more to tell than is kept of one task"

_BEGIN = text(f"""
    WITH row AS (
        SELECT * FROM jsonb_to_recordset(cast(:tasks AS jsonb)) AS row (
            id text, user_id text, purpose text, purpose_id text, purpose_version integer, project_id text,
            removal boolean, context text, work text, payload jsonb)
    ), t AS (
        INSERT INTO task (id, user_id, purpose, purpose_id, purpose_version, project_id, removal, context,
                          state, done, moves, events, created_at)
        SELECT id, user_id, purpose, purpose_id, purpose_version, project_id, removal, context,
               'pending', false, 1, 0, station_now()
          FROM row
        RETURNING *
    ), stated AS (
        INSERT INTO task_state (task_id, place, state, at) SELECT id, moves, state, created_at FROM t
    ), queued AS (
        INSERT INTO operation (task_id, user_id, work, payload, request_id, due_at, fence, failures, deaths)
        SELECT id, user_id, work, payload, :request, station_now(), 0, 0, 0 FROM row WHERE work IS NOT NULL
    )
    SELECT {COLUMNS} FROM t JOIN station_user u ON u.id = t.user_id ORDER BY t.id
""")
_MOVE = text(f"""
    WITH moved AS (
        UPDATE task SET state = row.state, done = row.done, exit_code = row.exit_code, moves = task.moves + 1,
               done_at = CASE WHEN row.done THEN station_now() END
          FROM jsonb_to_recordset(cast(:moves AS jsonb))
               AS row (id text, state text, done boolean, exit_code integer, message text, allowed jsonb)
         WHERE task.id = row.id AND row.allowed ? task.state AND (task.moves < {MOST_MOVES} OR row.done)
        RETURNING task.id, task.moves, task.state, row.message
    )
    INSERT INTO task_state (task_id, place, state, at, message)
    SELECT id, moves, state, station_now(), message FROM moved
    RETURNING task_id
""")
_COUNTED = text("SELECT id, events FROM task WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE")
_TELL = text("""
    WITH row AS (
        SELECT * FROM jsonb_to_recordset(cast(:events AS jsonb))
            AS row (task_id text, ordinal integer, level text, text text)
    ), counted AS (
        UPDATE task SET events = last.ordinal
          FROM (SELECT task_id, max(ordinal) AS ordinal FROM row GROUP BY task_id) last WHERE task.id = last.task_id
    )
    INSERT INTO task_event (task_id, ordinal, level, text, at)
    SELECT task_id, ordinal, level, text, station_now() FROM row
    ON CONFLICT (task_id, ordinal) DO UPDATE SET level = excluded.level, text = excluded.text, at = excluded.at
""")
# So many tasks that their events are not too many for one transaction either.
_FORGET = text("""
    WITH old AS (
        SELECT id, sum(events) OVER (ORDER BY done_at, id) - events AS before
          FROM (SELECT id, done_at, events FROM task
                 WHERE done AND done_at < station_now() - :days * interval '1 day'
                 ORDER BY done_at, id LIMIT :limit) oldest
    )
    DELETE FROM task WHERE id IN (SELECT id FROM old WHERE before < :events) RETURNING id
""")


def begin(tx: Tx, tasks: Sequence[tuple[str, str, NewTask]], request: str) -> Sequence[Task]:
    """Write (id, user, task) as pending, with the operations of those that have work; in the order of their ids."""
    rows = [
        {
            "id": task_id,
            "user_id": user_id,
            "purpose": new.purpose,
            "purpose_id": new.purpose_id,
            "purpose_version": new.purpose_version,
            "project_id": new.project,
            "removal": new.removal,
            "context": new.context,
            "work": new.work,
            "payload": dict(new.payload),
        }
        for task_id, user_id, new in tasks
    ]
    return [task_of(row) for row in tx.all(_BEGIN, {"tasks": json.dumps(rows), "request": request})]


def move(tx: Tx, moves: Sequence[Move]) -> set[str]:
    """Move tasks, each once; returns those that moved."""
    rows = [
        {
            "id": one.task_id,
            "state": one.state,
            "done": one.state.final,
            "exit_code": one.exit_code,
            "message": None if one.message is None else kept_text(one.message),
            "allowed": before(one.state),
        }
        for one in sorted(moves, key=lambda one: one.task_id)
    ]
    return {row.task_id for row in tx.listed(_MOVE, {"moves": json.dumps(rows)})}


def tell(tx: Tx, events: Sequence[NewEvent]) -> set[str]:
    """Write events in their order behind those of each task; returns the tasks that are there and had room."""
    ids = sorted({event.task_id for event in events})
    counts = {row.id: row.events for row in tx.listed(_COUNTED, {"ids": ids})}
    rows = _placed(events, counts)
    if rows:
        tx.execute(_TELL, {"events": json.dumps(list(rows.values()))}, prepare=False)
    return {task_id for task_id, _ in rows}


def forget(tx: Tx, days: int, limit: int, events: int) -> int:
    """Forget tasks that were done so many days ago, oldest first, about so many `events` at most; returns how many."""
    return tx.execute(_FORGET, {"days": days, "limit": limit, "events": events}).rowcount


def _placed(events: Iterable[NewEvent], counts: dict[str, int]) -> dict[tuple[str, int], dict[str, Any]]:
    """Give each event its ordinal, counting on from `counts`; tasks that are full, or not in it, get none."""
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    for event in events:
        last = counts.get(event.task_id, MOST_EVENTS)
        if last >= MOST_EVENTS:
            continue
        ordinal = last if event.replace_prior and last else last + 1
        full = ordinal == MOST_EVENTS
        level, told = (Level.WARNING, _MORE) if full else (event.level, kept_text(event.text))
        rows[event.task_id, ordinal] = {"task_id": event.task_id, "ordinal": ordinal, "level": level, "text": told}
        counts[event.task_id] = ordinal
    return rows


def task_of(row: Any) -> Task:
    """Build a task from a row of COLUMNS."""
    return Task(
        id=row.id,
        user_id=row.user_id,
        username=row.username,
        purpose=Purpose(row.purpose),
        purpose_id=row.purpose_id,
        purpose_version=row.purpose_version,
        project=row.project_id,
        removal=row.removal,
        context=row.context,
        state=TaskState(row.state),
        exit_code=row.exit_code,
        events=row.events,
        created_at=row.created_at,
        done_at=row.done_at,
    )
