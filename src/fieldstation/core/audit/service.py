"""Writing the audit."""

from fieldstation.core.audit import store
from fieldstation.core.audit.model import Entry
from fieldstation.db import Tx
from fieldstation.kernel.logs import request_id


def record(tx: Tx, entry: Entry) -> None:
    """Append `entry` in the transaction of its deed: both become durable, or neither."""
    store.insert(tx, entry, request_id.get())
