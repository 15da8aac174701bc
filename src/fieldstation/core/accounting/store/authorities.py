"""Who was allowed to begin what, and the numbers that tell it."""

from collections.abc import Mapping, Sequence

from sqlalchemy import text

from fieldstation.db import Tx

_GRANT = text("""
    INSERT INTO authority (product, purpose, thing, user_id) VALUES (:product, :purpose, :thing, :user_id)
    ON CONFLICT (thing, purpose) DO NOTHING
    RETURNING code
""")
_CODES = text("SELECT thing, code FROM authority WHERE thing = ANY(:things)")


def grant(tx: Tx, product: str, purpose: str, thing: str, user_id: str) -> int | None:
    """Note that a product pays for something that a user begins, and return the number; None when it was noted."""
    values = {"product": product, "purpose": purpose, "thing": thing, "user_id": user_id}
    found: int | None = tx.scalar(_GRANT, values)
    return found


def codes(tx: Tx, things: Sequence[str]) -> Mapping[str, int]:
    """Read the numbers of the authorities for these things; those that nobody pays for have none."""
    return {row.thing: row.code for row in tx.all(_CODES, {"things": list(things)})} if things else {}
