"""Which runs took a version."""

from collections.abc import Sequence

from sqlalchemy import text

from fieldstation.core.people.service.access import Visible
from fieldstation.core.runs.model.values import Run
from fieldstation.core.runs.store.rows import RUN_COLUMNS, run_of
from fieldstation.db import Tx
from fieldstation.kernel.paging import PageRequest

_LAST = "~"  # compares greater than every id


def page(tx: Tx, version_id: str, visible: Visible, request: PageRequest) -> Sequence[Run]:
    """Return a page of the visible runs that took a version (and one more), newest first; index (version, run)."""
    query = text(f"""
        SELECT {RUN_COLUMNS} FROM (
            SELECT DISTINCT i.run_id FROM run_input i JOIN run r ON r.id = i.run_id
             WHERE i.version_id = :version_id AND i.run_id < :before AND {visible.where("r.project_id")}
             ORDER BY i.run_id DESC LIMIT :limit) taken
          JOIN run r ON r.id = taken.run_id ORDER BY r.id DESC
    """)
    values = {
        "version_id": version_id,
        "before": request.after[0] if request.after else _LAST,
        "limit": request.limit + 1,
        **visible.values,
    }
    return [run_of(row) for row in tx.listed(query, values)]
