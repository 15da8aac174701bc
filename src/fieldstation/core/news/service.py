"""`News`: the events that a caller may see, as they come and of late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fieldstation.core.news import store
from fieldstation.core.people.model import Caller, Kind, Permission, within_scopes
from fieldstation.core.people.service import Access
from fieldstation.db import Tx

_STEP = 500  # events looked at in one step of a follower
WINDOW = 20_000  # how far back `newest` looks


@dataclass(frozen=True, kw_only=True, order=True)
class Position:
    """A place between events; nothing is ever added before it."""

    xid: int
    id: int


@dataclass(frozen=True, kw_only=True)
class NewsItem:
    """One event: `thing` is the id of what it happened to, `body` what its kind says of it."""

    position: Position
    at: datetime
    kind: str
    thing: str
    body: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Step:
    """What lay behind a position: `more` when there may be more at once behind `position`."""

    items: Sequence[NewsItem]
    position: Position
    more: bool


class News:
    """Tells callers what happens to what they may see: runs of their projects, data sets, units, what is theirs alone.

    Operators hear all.
    """

    def __init__(self, access: Access) -> None:
        self._access = access

    def here(self, tx: Tx, _caller: Caller) -> Position:
        """Return the position of now."""
        row = store.here(tx)
        return Position(xid=row.xid, id=row.id)

    def behind(self, tx: Tx, caller: Caller, position: Position) -> Step:
        """Return what happened behind a position, in an order without gaps; a step looks at a bounded number."""
        condition, values = self._visible(caller)
        rows = store.behind(tx, (position.xid, position.id), condition, values, _STEP)
        last = Position(xid=rows[-1].xid, id=rows[-1].id) if rows else position
        return Step(items=[_item(row) for row in rows if row.seen], position=last, more=len(rows) == _STEP)

    def newest(self, tx: Tx, caller: Caller, limit: int) -> Sequence[NewsItem]:
        """Return the newest events, newest first, of the last WINDOW that happened at the station."""
        condition, values = self._visible(caller)
        return [_item(row) for row in store.newest(tx, condition, values, WINDOW, limit)]

    def _visible(self, caller: Caller) -> tuple[str, Mapping[str, Any]]:
        projects = self._access.visible(caller, Permission.PROJECT_READ, Kind.PROJECT)
        datasets = self._access.visible(caller, Permission.DATASET_READ, Kind.DATASET)
        units = self._access.visible(caller, Permission.UNIT_USE, Kind.UNIT)
        organisations = self._access.visible(caller, Permission.ORGANISATION_USE, Kind.ORGANISATION)
        seen = (projects, datasets, units, organisations)
        condition = " OR ".join(one.where("e.audience") for one in seen)
        if within_scopes(caller, Permission.PROJECT_READ):
            condition += " OR e.audience = :me"
        if not caller.operator:
            condition = f"e.audience IS NOT NULL AND ({condition})"
        values = {name: value for one in seen for name, value in one.values.items()}
        return condition, {"me": caller.user_id, **values}


def _item(row: Any) -> NewsItem:
    position = Position(xid=row.xid, id=row.id)
    return NewsItem(position=position, at=row.at, kind=row.kind, thing=row.thing, body=row.body)
