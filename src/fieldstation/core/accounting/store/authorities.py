"""Who was allowed to begin what, and the number that tells it."""

from sqlalchemy import text

from fieldstation.db import Tx

_GRANT = text("""
    INSERT INTO authority (product, purpose, thing, user_id) VALUES (:product, :purpose, :thing, :user_id)
    ON CONFLICT (thing, purpose) DO NOTHING
    RETURNING code
""")


def grant(tx: Tx, product: str, purpose: str, thing: str, user_id: str) -> int | None:
    """Note that a product pays for something that a user begins, and return the number; None when it was noted."""
    values = {"product": product, "purpose": purpose, "thing": thing, "user_id": user_id}
    found: int | None = tx.scalar(_GRANT, values)
    return found
