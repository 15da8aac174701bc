"""Callbacks that are still to be made, those of one instance in order."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

_ADD = text("""
    INSERT INTO callback (instance_id, url, body)
    SELECT i.id, i.callback_url,
           jsonb_build_object('job_status', cast(:status AS text), 'state_transition_time',
                              to_char(station_now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                              'instance_id', i.id, 'task_id', i.task_id)
           || CASE WHEN i.callback_context IS NULL THEN '{}'::jsonb
                   ELSE jsonb_build_object('callback_context', i.callback_context) END
           || cast(:more AS jsonb)
      FROM instance i WHERE i.id = :id AND i.callback_url IS NOT NULL
""")
_TAKE_TURN = text("SELECT pg_advisory_xact_lock(hashtext('fieldstation.callbacks'))")
_CLAIM = text("""
    UPDATE callback SET holder = :holder, fence = nextval('fence'),
           lease_expires = station_now() + :seconds * interval '1 second'
     WHERE id = (SELECT c.id FROM callback c
                  WHERE c.dead_at IS NULL AND c.due_at <= station_now()
                    AND (c.lease_expires IS NULL OR c.lease_expires <= station_now())
                    AND NOT EXISTS (SELECT 1 FROM callback earlier WHERE earlier.dead_at IS NULL
                                       AND earlier.instance_id = c.instance_id AND earlier.id < c.id)
                    AND c.host NOT IN (SELECT busy.host FROM callback busy WHERE busy.dead_at IS NULL
                                          AND busy.lease_expires > station_now())
                    AND (:patient OR c.host NOT IN (SELECT bad.host FROM callback bad WHERE bad.dead_at IS NULL
                                                       AND bad.failures > 0))
                  ORDER BY c.due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, instance_id, url, body, failures, fence,
           (SELECT task_id FROM instance i WHERE i.id = instance_id) AS task
""")
_SENT = text("DELETE FROM callback WHERE id = :id AND fence = :fence")
_LATER = text("""
    UPDATE callback SET failures = failures + 1, error = :error, lease_expires = NULL,
           due_at = station_now() + :seconds * interval '1 second'
     WHERE id = :id AND fence = :fence
""")
_DEAD = text("""
    UPDATE callback SET dead_at = station_now(), error = :error WHERE id = :id AND fence = :fence RETURNING id
""")
_FORGET = text("""
    DELETE FROM callback WHERE id IN (SELECT id FROM callback WHERE dead_at < station_now() - interval '90 days'
                                       LIMIT 5000)
""")


def add(tx: Tx, instance_id: str, status: str, more: Mapping[str, Any] | None = None) -> None:
    """Have an instance's callback told its status, where it wants to be told."""
    tx.execute(_ADD, {"id": instance_id, "status": status, "more": json.dumps(more or {})})


def claim(tx: Tx, holder: str, seconds: float, *, patient: bool) -> Any:
    """Take the callback that is due for longest, for so long, to a host that none is on its way to; None without one.

    Unless `patient`, also none to a host that did not hear one that is still to be made. Claims take turns: two at
    once would not see each other's hosts.
    """
    tx.execute(_TAKE_TURN)
    return tx.one_or_none(_CLAIM, {"holder": holder, "seconds": seconds, "patient": patient})


def sent(tx: Tx, callback_id: int, fence: int) -> None:
    """Strike off a callback that was made."""
    tx.execute(_SENT, {"id": callback_id, "fence": fence})


def later(tx: Tx, callback_id: int, fence: int, seconds: float, error: str) -> None:
    """Put a callback back that failed."""
    tx.execute(_LATER, {"id": callback_id, "fence": fence, "seconds": seconds, "error": error})


def dead(tx: Tx, callback_id: int, fence: int, error: str) -> bool:
    """Give a callback up; False when it was not ours any more."""
    return tx.scalar(_DEAD, {"id": callback_id, "fence": fence, "error": error}) is not None


def forget(tx: Tx) -> None:
    """Remove some of those that were given up long ago."""
    tx.execute(_FORGET)
