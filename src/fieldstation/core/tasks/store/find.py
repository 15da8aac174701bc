"""Finding tasks that a caller may see: those they asked for, and those about projects and data sets they may read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from fieldstation.core.people.service.access import Visible
from fieldstation.core.tasks.model import Level, Passed, Purpose, Task, TaskEvent, TaskFilter, TaskState
from fieldstation.core.tasks.store.tasks import COLUMNS, task_of
from fieldstation.db import Tx
from fieldstation.kernel.paging import PageRequest

_RECENT = 1000  # newest tasks of everybody that are looked at first, beside some for each that is wanted
_RECENT_EACH = 4
_FEW_DATASETS = 5000  # so many may be asked for their tasks one by one
_ONE = "SELECT {columns} FROM task t JOIN station_user u ON u.id = t.user_id WHERE t.id = :id AND {seen}"
_STATES = text("SELECT state, at, message FROM task_state WHERE task_id = :id ORDER BY place")
_EVENTS = text("""
    SELECT ordinal, level, text, at FROM task_event WHERE task_id = :id AND ordinal > :after
     ORDER BY ordinal LIMIT :limit
""")
_REMOVE = text("DELETE FROM task WHERE id = :id AND user_id = :user AND done")

# The columns in front of the id in the indexes of users, projects and purposes.
_SHELVES = """
    shelf AS (SELECT done, purpose FROM unnest(cast(:dones AS boolean[])) done CROSS JOIN
                                        unnest(cast(:purposes AS text[])) purpose)
"""
_ON_SHELF = "t.done = shelf.done AND t.purpose = shelf.purpose"
_FOUND = f"""
    SELECT {COLUMNS} FROM (SELECT id FROM found ORDER BY id DESC LIMIT :limit) page
      JOIN task t ON t.id = page.id JOIN station_user u ON u.id = t.user_id
     ORDER BY t.id DESC
"""


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What a caller sees: of their own the tasks of `purposes`, and those about things that they may read."""

    user_id: str
    purposes: frozenset[Purpose]
    projects: Visible
    datasets: Visible

    @property
    def values(self) -> Mapping[str, Any]:
        """What the conditions bind."""
        own = sorted(self.purposes)
        return {"me": self.user_id, "own": own, **self.projects.values, **self.datasets.values}

    @property
    def everything(self) -> bool:
        """Whether no task is hidden."""
        return self.projects.sql == self.datasets.sql == "true"

    @property
    def seen(self) -> str:
        """The condition on a task `t`."""
        if self.everything:
            return "true"
        return f"""(
            t.user_id = :me AND t.purpose = ANY(:own)
            OR t.project_id IS NOT NULL AND {self.projects.where("t.project_id")}
            OR t.purpose = 'dataset' AND {self.datasets.where("t.purpose_id")})
        """


def one(tx: Tx, task_id: str, sight: Sight) -> Task | None:
    """Read a task, if the caller sees it."""
    query = text(_ONE.format(columns=COLUMNS, seen=sight.seen))
    row = tx.one_or_none(query, {"id": task_id, **sight.values})
    return None if row is None else task_of(row)


def page(tx: Tx, sight: Sight, wanted: TaskFilter, request: PageRequest) -> Sequence[Task]:
    """Read one page and one row more, newest first, in one statement whose cost does not grow with all tasks."""
    statement, values = page_statement(sight, wanted, request)
    return [task_of(row) for row in tx.listed(text(statement), values)]


def page_statement(sight: Sight, wanted: TaskFilter, request: PageRequest) -> tuple[str, Mapping[str, Any]]:
    """Write the statement of a page, with what it binds."""
    conditions, values = _narrowed(wanted, request)
    if wanted.about is not None or wanted.context is not None:
        found = _few(sight, conditions, wanted)
    elif _of_projects(wanted):
        found = f"found AS ({_projects(sight, conditions, wanted)})"
    elif sight.everything:
        found = f"found AS ({_newest(conditions)})"
    else:
        found = _all_seen(sight, conditions, wanted)
    return f"WITH {_SHELVES}, {found} {_FOUND}", {**values, **sight.values}


def states(tx: Tx, task_id: str) -> Sequence[Passed]:
    """Read the states that a task went through, in order."""
    rows = tx.all(_STATES, {"id": task_id})
    return [Passed(state=TaskState(row.state), at=row.at, message=row.message) for row in rows]


def events(tx: Tx, task_id: str, after: int, limit: int) -> Sequence[TaskEvent]:
    """Read what was told about a task behind the ordinal `after`, in order."""
    rows = tx.all(_EVENTS, {"id": task_id, "after": after, "limit": limit})
    return [TaskEvent(ordinal=row.ordinal, level=Level(row.level), text=row.text, at=row.at) for row in rows]


def remove(tx: Tx, task_id: str, user_id: str) -> bool:
    """Remove a task of this user that is done, with all that was kept of it."""
    return bool(tx.execute(_REMOVE, {"id": task_id, "user": user_id}).rowcount)


def _narrowed(wanted: TaskFilter, request: PageRequest) -> tuple[str, dict[str, Any]]:
    """Return the conditions on a task `t` that no index leads to, and what all of the statement binds."""
    conditions = ["true"]
    values = {
        "limit": request.limit + 1,
        "recent": _RECENT + _RECENT_EACH * request.limit,
        "dones": [False] if wanted.exclude_done else [False, True],
        "purposes": sorted(wanted.purposes),
        "project": wanted.project,
        "unit": wanted.unit,
        "organisation": wanted.organisation,
        "about": wanted.about,
        "context": wanted.context,
    }
    if wanted.exclude_removal:
        conditions.append("NOT t.removal")
    if request.after:
        conditions.append("t.id < :before")
        values["before"] = request.after[0]
    return " AND ".join(conditions), values


def _newest(conditions: str, of: str = "") -> str:
    """Write the statement for the newest tasks of each shelf that fulfil the conditions; each by an index."""
    return f"""
        SELECT t.id FROM shelf CROSS JOIN LATERAL (
            SELECT t.id FROM task t WHERE {_ON_SHELF} AND {conditions} {of} ORDER BY t.id DESC LIMIT :limit) t
    """


def _of_projects(wanted: TaskFilter) -> str:
    """Return the condition on a project `p` of which alone tasks are wanted; "" where there is none."""
    conditions = []
    if wanted.project is not None:
        conditions.append("p.id = :project")
    if wanted.unit is not None:
        conditions.append("p.unit = :unit")
    if wanted.organisation is not None:
        conditions.append("p.unit IN (SELECT n.id FROM unit n WHERE n.organisation = :organisation)")
    return " AND ".join(conditions)


def _projects(sight: Sight, conditions: str, wanted: TaskFilter) -> str:
    """Write the statement for the newest tasks of each project that the caller may read."""
    chosen = _of_projects(wanted) or "true"
    newest = _newest(conditions, "AND t.project_id = p.id")
    return f"""
        SELECT t.id FROM project p CROSS JOIN LATERAL ({newest}) t WHERE {chosen} AND {sight.projects.where("p.id")}
    """


def _few(sight: Sight, conditions: str, wanted: TaskFilter) -> str:
    """Write the same for the tasks of one thing, or of one context."""
    chosen = ["t.purpose = ANY(:purposes)", "t.done = ANY(:dones)", conditions, sight.seen]
    if wanted.about is not None:
        chosen.append("t.purpose_id = :about")
    if wanted.context is not None:
        chosen.append("t.context = :context")
    if projects := _of_projects(wanted):
        chosen.append(f"{sight.projects.where('t.project_id')}")
        chosen.append(f"t.project_id IN (SELECT p.id FROM project p WHERE {projects})")
    return f"found AS (SELECT t.id FROM task t WHERE {' AND '.join(chosen)} ORDER BY t.id DESC LIMIT :limit)"


def _all_seen(sight: Sight, conditions: str, wanted: TaskFilter) -> str:
    """Write the same for all that the caller sees.

    Who sees much finds a page among the newest tasks of everybody. Who sees little gets the newest of each of the few
    things that they see; that part is left out where the first one was enough.
    """
    recent = f"""
        SELECT t.id FROM (SELECT * FROM task t WHERE {conditions} ORDER BY t.id DESC LIMIT :recent) t
         WHERE t.purpose = ANY(:purposes) AND t.done = ANY(:dones) AND {sight.seen}
         ORDER BY t.id DESC LIMIT :limit
    """
    rest = [_newest(conditions, "AND t.user_id = :me AND t.purpose = ANY(:own)"), _projects(sight, conditions, wanted)]
    if Purpose.DATASET in wanted.purposes:
        rest += _datasets(sight, conditions)
    gated = " UNION ".join(f"SELECT id FROM ({source}) t WHERE (SELECT lacking FROM short)" for source in rest)
    return f"""
        recent AS MATERIALIZED ({recent}),
        short AS MATERIALIZED (SELECT count(*) < :limit AS lacking FROM recent),
        readable AS MATERIALIZED (
            SELECT d.id FROM dataset d WHERE {sight.datasets.where("d.id")} LIMIT {_FEW_DATASETS + 1}),
        found AS (SELECT id FROM recent UNION {gated})
    """


def _datasets(sight: Sight, conditions: str) -> tuple[str, str]:
    """Write the statements for the tasks of data sets that the caller may read: of each where those are few, or of all.

    One of the two gives something. Where data sets are many, most of their tasks are seen by who sees most of them.
    """
    of_each = f"""
        SELECT t.id FROM readable CROSS JOIN LATERAL (
            SELECT t.id FROM task t
             WHERE t.purpose_id = readable.id AND t.purpose = 'dataset' AND t.done = ANY(:dones) AND {conditions}
             ORDER BY t.id DESC LIMIT :limit) t
         WHERE (SELECT count(*) <= {_FEW_DATASETS} FROM readable)
    """
    seen = f"AND t.purpose = 'dataset' AND {sight.datasets.where('t.purpose_id')}"
    of_all = f"""
        SELECT t.id FROM ({_newest(conditions, seen)}) t
         WHERE (SELECT count(*) > {_FEW_DATASETS} FROM readable)
    """
    return of_each, of_all
