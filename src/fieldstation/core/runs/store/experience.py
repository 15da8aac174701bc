"""What runs of a tool took before."""

from typing import Any

from sqlalchemy import text

from fieldstation.core.people.service.access import Visible
from fieldstation.core.runs.model.quote import Experience, Spread
from fieldstation.core.runs.store.find import newest
from fieldstation.db import Tx

LAST = 100  # so many runs are looked at

_SUCCEEDED = ("r.tool_name = :name", "r.tool_id = :tool_id", "r.state = 'succeeded'", "r.reused_from IS NULL")
_FIGURES = ("seconds", "output_bytes", "memory_bytes", "cpu_seconds")
_SPREADS = ", ".join(
    f"percentile_cont(cast('{{0.5,0.9}}' AS float8[])) WITHIN GROUP (ORDER BY {figure}) AS {figure}"
    for figure in _FIGURES
)


def experience(tx: Tx, tool_id: str, name: str, visible: Visible) -> Experience:
    """Return what the last runs of a tool took that succeeded, were no reuse, and are visible."""
    chosen = newest("r.id, r.attempts, r.started_at, r.ended_at", _SUCCEEDED, visible)
    row = tx.one(
        text(f"""
            SELECT count(*) AS runs, {_SPREADS} FROM (
                SELECT cast(extract(epoch FROM last.ended_at - last.started_at) AS float8) AS seconds,
                       cast(a.usage ->> 'memory_peak_bytes' AS float8) AS memory_bytes,
                       cast(a.usage ->> 'cpu_seconds' AS float8) AS cpu_seconds,
                       (SELECT cast(coalesce(sum(v.size), 0) AS float8) FROM run_output o
                          JOIN version v ON v.id = o.version_id WHERE o.run_id = last.id) AS output_bytes
                  FROM ({chosen}) last LEFT JOIN attempt a ON a.run_id = last.id AND a.number = last.attempts
            ) took
        """),
        {"tool_id": tool_id, "name": name, "limit": LAST, **visible.values},
    )
    return Experience(runs=row.runs, **{figure: _spread(getattr(row, figure)) for figure in _FIGURES})


def _spread(parts: Any) -> Spread | None:
    return None if parts is None or parts[0] is None else Spread(median=parts[0], p90=parts[1])
