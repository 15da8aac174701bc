"""What a person submitted and what became of it, by three indexes that hold nothing else."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from fieldstation.core.people.service.access import Visible
from fieldstation.core.runs.model.attention import RunNote
from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.states import State
from fieldstation.db import Tx

_NEVER_LOOKED = "interval '7 days'"  # how far back is unread for who never looked
_FAILED_SINCE = "interval '14 days'"
_COLUMNS = """r.id, r.name, r.tool_name, r.tool_version, r.state, r.reason, r.message, r.attempts, r.created_at,
       r.started_at, r.ended_at"""
_UNSEEN = "NOT EXISTS (SELECT 1 FROM run_seen s WHERE s.run_id = r.id)"
_LOOKED = text(f"""
    SELECT (SELECT l.at FROM run_look l WHERE l.user_id = :user) AS looked_at, coalesce(
           (SELECT l.at FROM run_look l WHERE l.user_id = :user), station_now() - {_NEVER_LOOKED}) AS since
""")
_LOOK = text("""
    INSERT INTO run_look (user_id, at) VALUES (:user, station_now())
    ON CONFLICT (user_id) DO UPDATE SET at = excluded.at
""")
_SEE = text("""
    INSERT INTO run_seen (run_id, at)
    SELECT r.id, station_now() FROM run r WHERE r.id = :id AND r.user_id = :user AND r.ended_at IS NOT NULL
    ON CONFLICT (run_id) DO NOTHING
""")


def looked(tx: Tx, user: str) -> tuple[datetime | None, datetime]:
    """Return when somebody last looked, and since when what ended is unread to them."""
    row = tx.one(_LOOKED, {"user": user})
    return row.looked_at, row.since


def look(tx: Tx, user: str) -> None:
    """Take note that somebody looked at what ended until now."""
    tx.execute(_LOOK, {"user": user})


def see(tx: Tx, user: str, run_id: str) -> None:
    """Take note that the submitter looked at a run that has ended; nothing for everybody else. Idempotent."""
    tx.execute(_SEE, {"user": user, "id": run_id})


def under_way(tx: Tx, user: str, visible: Visible, limit: int) -> Sequence[RunNote]:
    """Return the newest of somebody's runs that have not ended."""
    statement = text(f"""
        SELECT {_COLUMNS}, false AS unread FROM run r
         WHERE r.user_id = :user AND r.ended_at IS NULL AND {visible.where("r.project_id")}
         ORDER BY r.id DESC LIMIT :limit
    """)
    return _notes(tx.listed(statement, {"user": user, "limit": limit, **visible.values}))


def ended(tx: Tx, user: str, visible: Visible, since: datetime, limit: int) -> Sequence[RunNote]:
    """Return those of somebody's runs that ended last."""
    statement = text(f"""
        SELECT {_COLUMNS}, r.ended_at > :since AND {_UNSEEN} AS unread FROM run r
         WHERE r.user_id = :user AND r.ended_at IS NOT NULL AND {visible.where("r.project_id")}
         ORDER BY r.ended_at DESC, r.id DESC LIMIT :limit
    """)
    return _notes(tx.listed(statement, {"user": user, "since": since, "limit": limit, **visible.values}))


def unread(tx: Tx, user: str, visible: Visible, since: datetime, most: int) -> int:
    """Count somebody's runs that ended since and that they did not look at, up to `most`."""
    statement = text(f"""
        SELECT count(*) FROM (
            SELECT 1 FROM run r
             WHERE r.user_id = :user AND r.ended_at > :since AND {visible.where("r.project_id")} AND {_UNSEEN}
             LIMIT :most
        ) fresh
    """)
    rows = tx.listed(statement, {"user": user, "since": since, "most": most, **visible.values})
    return int(rows[0].count)


def failed(tx: Tx, user: str, visible: Visible, reasons: Sequence[Reason], limit: int) -> Sequence[RunNote]:
    """Return somebody's runs that failed of late for one of these reasons and that they did not look at."""
    statement = text(f"""
        SELECT {_COLUMNS}, true AS unread FROM run r
         WHERE r.user_id = :user AND r.state = 'failed' AND r.ended_at > station_now() - {_FAILED_SINCE}
           AND r.reason = ANY(:reasons) AND {visible.where("r.project_id")} AND {_UNSEEN}
         ORDER BY r.ended_at DESC, r.id DESC LIMIT :limit
    """)
    values = {"user": user, "reasons": [reason.value for reason in reasons], "limit": limit, **visible.values}
    return _notes(tx.listed(statement, values))


def _notes(rows: Sequence[Any]) -> Sequence[RunNote]:
    return [
        RunNote(
            **{
                **row._asdict(),
                "state": State(row.state),
                "reason": None if row.reason is None else Reason(row.reason),
            }
        )
        for row in rows
    ]
