"""What runs do that work in projects, as it was written at their submit."""

from fieldstation.core.runs.model.plan import Plan, read_plan
from fieldstation.core.runs.store import runs as store
from fieldstation.db import Tx


def plan_of(tx: Tx, run_id: str) -> Plan:
    """Return what this run does, which must be one that works in a project."""
    return read_plan(store.plan(tx, run_id))
