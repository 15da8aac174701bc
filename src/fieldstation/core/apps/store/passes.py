"""The ways into applications: tickets that count once, and the sessions that they become."""

from typing import Any

from sqlalchemy import text

from fieldstation.core.people.service.access import Lasting
from fieldstation.db import Tx

_KEEP = text("""
    INSERT INTO app_pass (hash, app_id, user_id, ticket, expires_at)
    VALUES (:hash, :app, :user, :ticket, station_now() + :seconds * interval '1 second')
""")
_REDEEM = text("""
    DELETE FROM app_pass p USING app a
     WHERE p.hash = :hash AND p.ticket AND a.id = p.app_id AND a.run_id = :run
    RETURNING p.app_id, p.user_id, p.expires_at > station_now() AS good
""")
_SWEEP = text("""
    DELETE FROM app_pass WHERE hash IN (SELECT hash FROM app_pass WHERE expires_at <= station_now() LIMIT :limit)
""")


def keep(tx: Tx, hashed: bytes, app_id: str, user_id: str, seconds: float, *, ticket: bool) -> None:
    """Keep the hash of a secret that opens an application to a user for so long."""
    values = {"hash": hashed, "app": app_id, "user": user_id, "ticket": ticket, "seconds": seconds}
    tx.execute(_KEEP, values)


def redeem(tx: Tx, hashed: bytes, run_id: str) -> Any:
    """Use a ticket up; returns whose it was and for which application, None where it is not one for this run."""
    row = tx.one_or_none(_REDEEM, {"hash": hashed, "run": run_id})
    return row if row is not None and row.good else None


def way(tx: Tx, run_id: str, hashed: bytes, lasting: Lasting) -> Any:
    """Read the way into an application with this session, while its user may run in its project."""
    statement = text(f"""
        SELECT a.run_id, a.strips, t.engine, t.id AS attempt_id
          FROM app_pass p JOIN app a ON a.id = p.app_id
          JOIN attempt t ON t.run_id = a.run_id AND t.state = 'running'
         WHERE p.hash = :hash AND NOT p.ticket AND p.expires_at > station_now()
           AND a.run_id = :run AND a.removed_at IS NULL AND {lasting.where("p.user_id", "a.project")}
    """)
    return tx.one_or_none(statement, {"hash": hashed, "run": run_id})


def sweep(tx: Tx, limit: int) -> int:
    """Forget a batch of those that are over; returns how many."""
    return tx.execute(_SWEEP, {"limit": limit}).rowcount
