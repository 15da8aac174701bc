"""What runs were given in confidence, sealed while their logs may still be read from where they run."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

_KEEP = text("""
    INSERT INTO run_given (run_id, sealed, tokens) VALUES (:run_id, :sealed, :tokens)
    ON CONFLICT (run_id) DO UPDATE SET sealed = excluded.sealed, tokens = run_given.tokens || excluded.tokens
""")
_SEALED = text("SELECT run_id, sealed FROM run_given WHERE run_id = ANY(:runs)")
_FORGET = text("DELETE FROM run_given WHERE run_id = ANY(:runs) RETURNING tokens")
# Of runs that ended where nobody collected them; run_given has few rows, one for each such run that is under way.
_LEFT = text("""
    SELECT g.run_id FROM run_given g JOIN run r ON r.id = g.run_id WHERE r.ended_at IS NOT NULL LIMIT :limit
""")


def keep(tx: Tx, run_id: str, sealed: bytes, tokens: Sequence[str]) -> None:
    """Keep what an attempt of a run was given, in place of what the one before was, and the tokens of both."""
    tx.execute(_KEEP, {"run_id": run_id, "sealed": sealed, "tokens": list(tokens)})


def sealed(tx: Tx, runs: Sequence[str]) -> Sequence[Any]:
    """Read what these runs were given."""
    return tx.all(_SEALED, {"runs": list(runs)})


def forget(tx: Tx, runs: Sequence[str]) -> Sequence[str]:
    """Forget what these runs were given; return the tokens among it."""
    return [token for row in tx.all(_FORGET, {"runs": list(runs)}) for token in row.tokens]


def left(tx: Tx, limit: int) -> Sequence[str]:
    """Read which runs have ended of which this is still kept."""
    return [row.run_id for row in tx.all(_LEFT, {"limit": limit})]
