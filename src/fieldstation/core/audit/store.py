"""The one statement that writes audit rows."""

import json

from sqlalchemy import text

from fieldstation.core.audit.model import Entry
from fieldstation.db import Tx

_INSERT = text("""
    INSERT INTO audit (actor, deed, thing, request, body)
    VALUES (:actor, :deed, :thing, :request, cast(:body AS jsonb))
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
