"""The one statement that writes audit rows."""

import json

from sqlalchemy import text

from fieldstation.core.audit.model import Entry
from fieldstation.db import Tx

# Whoever acts as the actor; the transaction knows, so that nothing in between has to.
_IMPERSONATOR = """
    CASE WHEN coalesce(current_setting('fieldstation.impersonator', true), '') = '' THEN cast('{}' AS jsonb)
         ELSE jsonb_build_object('impersonator', current_setting('fieldstation.impersonator')) END"""
_INSERT = text(f"""
    INSERT INTO audit (actor, deed, thing, request, body)
    VALUES (:actor, :deed, :thing, :request, cast(:body AS jsonb) || {_IMPERSONATOR})
""")


def insert(tx: Tx, entry: Entry, request: str) -> None:
    """Append one row; `request` is the id of the request that the deed belongs to, or empty."""
    values = {
        "actor": entry.actor,
        "deed": entry.deed,
        "thing": entry.thing,
        "request": request,
        "body": json.dumps(entry.body),
    }
    tx.execute(_INSERT, values)
