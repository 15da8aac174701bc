"""Finding runs by what is known of them, newest first, and counting them by state and reason."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from fieldstation.core.people.service.access import Visible
from fieldstation.core.runs.model.find import Group, RunFilter
from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.model.values import Run
from fieldstation.core.runs.store.rows import RUN_COLUMNS, run_of
from fieldstation.db import Tx
from fieldstation.kernel.ids import first_id
from fieldstation.kernel.paging import PageRequest

MOST_OF_A_STATE = 10_000  # counted of each state where all runs are looked at
MOST_NARROWED = 10_000  # counted of all states together where a filter or one's rights leave fewer

_COLUMNS = {
    "state": "r.state",
    "reason": "r.reason",
    "tool": "r.tool_name",
    "project": "r.project_id",
    "submitted_by": "r.username",
}
_SLACK = timedelta(hours=1)  # how far the clock that makes ids may be from the database's


def newest(columns: str, conditions: Sequence[str], visible: Visible, *, of_project: bool = False) -> str:
    """Write the statement for the newest runs `r` that fulfil all conditions and are visible; it binds `:limit`.

    Someone who sees few projects gets the newest of each through its index, so that the cost does not grow with
    other people's runs. `columns` have `r.id`; `of_project`: the conditions name one project.
    """
    where = " AND ".join(["true", *conditions])
    chosen = f"SELECT {columns} FROM run r WHERE {where}"
    if visible.sql == "true" or of_project:
        return f"{chosen} AND {visible.where('r.project_id')} ORDER BY r.id DESC LIMIT :limit"
    return f"""
        SELECT r.* FROM project p CROSS JOIN LATERAL (
            {chosen} AND r.project_id = p.id ORDER BY r.id DESC LIMIT :limit
        ) r WHERE {visible.where("p.id")} ORDER BY r.id DESC LIMIT :limit
    """


def page_of_runs(tx: Tx, page: PageRequest, visible: Visible, wanted: RunFilter) -> Sequence[Run]:
    """Return a page of runs (and one more), newest first."""
    conditions, values = _narrowed(wanted)
    if page.after:
        conditions.append("r.id < :after")
        values["after"] = page.after[0]
    statement = newest(RUN_COLUMNS, conditions, visible, of_project=wanted.project is not None)
    return [run_of(row) for row in tx.all(text(statement), {"limit": page.limit + 1, **values, **visible.values})]


def groups(tx: Tx, visible: Visible, wanted: RunFilter) -> Sequence[Group]:
    """Count runs by state and reason, most frequent first.

    Where all runs are looked at, the newest of each state are counted; where few are, the newest of all.
    """
    conditions, values = _narrowed(wanted)
    wide = visible.sql == "true" and not set(values) - {"state", "reason"}
    most = MOST_OF_A_STATE if wide else MOST_NARROWED
    if wide:
        states = [wanted.state] if wanted.state else list(State)
        chosen = newest("r.id, r.state, r.reason", [*conditions, "r.state = known.state"], visible)
        source = f"unnest(cast(:states AS text[])) AS known (state) CROSS JOIN LATERAL ({_numbered(chosen)}) found"
        values = {**values, "states": [state.value for state in states]}
    else:
        chosen = newest("r.id, r.state, r.reason", conditions, visible, of_project=wanted.project is not None)
        source = f"({_numbered(chosen)}) found"
    rows = tx.all(
        text(f"""
            SELECT found.state, found.reason, count(*) FILTER (WHERE place <= :most) AS runs, max(place) AS last
              FROM {source} GROUP BY found.state, found.reason ORDER BY runs DESC, found.state, found.reason
        """),
        {"limit": most + 1, "most": most, **values, **visible.values},
    )
    cut = {row.state for row in rows if row.last > most}
    return [
        Group(
            state=State(row.state),
            reason=None if row.reason is None else Reason(row.reason),
            count=row.runs,
            more=row.state in cut if wide else bool(cut),
        )
        for row in rows
        if row.runs
    ]


def _numbered(statement: str) -> str:
    return f"SELECT state, reason, row_number() OVER (ORDER BY id DESC) AS place FROM ({statement}) newest"


def _narrowed(wanted: RunFilter) -> tuple[list[str], dict[str, Any]]:
    """Return the conditions and what they bind. Ids sort by time, so that a time is found by them, with some slack."""
    values = {name: found for name in _COLUMNS if (found := getattr(wanted, name)) is not None}
    conditions = [f"{_COLUMNS[name]} = :{name}" for name in values]
    if wanted.since is not None:
        conditions += ["r.created_at >= :since", "r.id >= :since_id"]
        values |= {"since": wanted.since, "since_id": first_id("run", wanted.since, -_SLACK)}
    if wanted.until is not None:
        conditions += ["r.created_at < :until", "r.id < :until_id"]
        values |= {"until": wanted.until, "until_id": first_id("run", wanted.until, _SLACK)}
    return conditions, values
