"""The log of calls that people made at a door: noted when a call ends, written soon after, kept for 90 days."""

import json
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.people.service.access import Access
from fieldstation.core.people.store import accounts as account_store
from fieldstation.core.people.store import api_calls as store
from fieldstation.core.people.store import users as user_store
from fieldstation.db import Tx
from fieldstation.kernel.errors import NotFound
from fieldstation.kernel.paging import Page, PageRequest, page_of

KEPT_DAYS = 90
MOST = 10_000  # calls told at once: the latest of the time asked for
_WAITING = 10_000  # while the database is away; what comes then drives the oldest out
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class ApiCall:
    """A call that ended; `params` and `body` hold no secrets, `impersonator` is who acted as the user (an id)."""

    user_id: str
    method: str
    path: str
    began: datetime
    duration_ns: int
    status_code: int
    params: Mapping[str, str]
    body: Mapping[str, str]
    impersonator: str | None = None


@dataclass(frozen=True, kw_only=True)
class KeptCall:
    """The same as it is told; `impersonator` is a username."""

    method: str
    path: str
    began: datetime
    duration_ns: int
    status_code: int
    params: Mapping[str, str]
    body: Mapping[str, str]
    impersonator: str | None


@dataclass(frozen=True, kw_only=True)
class PagedCall:
    """A call in a list of those of several people: `username` is whose it was."""

    id: int
    username: str
    call: KeptCall


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Whose calls, of which time: the caller's own, those of `user` (by name), or of `everybody`."""

    user: str | None = None
    everybody: bool = False
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Told:
    """What waits to be written: calls, and who was seen."""

    calls: Sequence[ApiCall]
    seen: Sequence[str]


class Waiting:
    """Calls that a door told of and nobody wrote yet; from any thread. `wake` is called when there are some."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: deque[ApiCall] = deque(maxlen=_WAITING)
        self._known: tuple[date, set[str]] = (date.min, set())
        self._seen: set[str] = set()
        self.wake: Callable[[], None] = lambda: None

    def called(self, call: ApiCall) -> None:
        """Have a call be kept."""
        with self._lock:
            self._calls.append(call)
        self.wake()

    def seen(self, user_id: str, today: date) -> None:
        """Have a user be seen today; costs nothing when they were already."""
        with self._lock:
            if self._known[0] != today:
                self._known = (today, set())
            if user_id in self._known[1]:
                return
            self._known[1].add(user_id)
            self._seen.add(user_id)
        self.wake()

    def take(self, limit: int) -> Told:
        """Take what waits, at most `limit` calls."""
        with self._lock:
            calls = [self._calls.popleft() for _ in range(min(limit, len(self._calls)))]
            seen, self._seen = sorted(self._seen), set()
        return Told(calls=calls, seen=seen)

    def give_back(self, told: Told) -> None:
        """Have what could not be written wait again."""
        with self._lock:
            room = _WAITING - len(self._calls)
            self._calls.extendleft(reversed(told.calls[-room:] if room else []))
            self._seen.update(told.seen)


class ApiLog:
    """Keeps calls and tells everybody their own; `waiting` is what a door of this process told of."""

    def __init__(self) -> None:
        self.waiting = Waiting()

    def keep(self, tx: Tx, told: Told) -> None:
        """Keep calls, and who was seen."""
        for call in told.calls:
            values = {**vars(call), "params": _written(call.params), "body": _written(call.body)}
            store.keep(tx, values)
        if told.seen:
            account_store.seen(tx, told.seen)

    def list(self, tx: Tx, caller: Caller, since: datetime | None, until: datetime | None) -> Sequence[KeptCall]:
        """Return the caller's calls of a time, oldest first; of more than 10,000 the latest."""
        rows = store.listed(tx, caller.user_id, since or _FIRST, until or _LAST, MOST)
        return [_call(row) for row in reversed(rows)]

    def tidy(self, tx: Tx) -> bool:
        """Forget calls of more than 90 days ago, as a chore."""
        return store.forget(tx, KEPT_DAYS)


class Calls:
    """Tells of calls page by page: everybody their own, operators those of all."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def page(self, tx: Tx, caller: Caller, request: PageRequest, wanted: Wanted) -> Page[PagedCall]:
        """Return a page of calls, latest first; NotFound where nobody has that name."""
        self._access.require(caller, Permission.STATION_USE)
        user_id: str | None = caller.user_id
        if wanted.everybody or wanted.user not in (None, caller.username):
            self._access.require(caller, Permission.STATION_OPERATE)
            user_id = None if wanted.everybody else _user_id(tx, wanted.user or "")
        values = {"since": wanted.since or _FIRST, "until": wanted.until or _LAST, "limit": request.limit + 1}
        rows = store.page(tx, user_id, request.number(0), values)
        return page_of([_paged(row) for row in rows], request, lambda one: (str(one.id),))


def _user_id(tx: Tx, username: str) -> str:
    row = user_store.by_username(tx, username)
    if row is None:
        raise NotFound(f"nobody here is called {username[:100]}", next_step="look at the spelling: `fst user list`")
    return str(row.id)


def _paged(row: Any) -> PagedCall:
    given = row._asdict()
    known = {"id": given.pop("id"), "username": given.pop("username")}
    given |= {"params": row.params or {}, "body": row.body or {}}
    return PagedCall(**known, call=KeptCall(**given))


def _written(texts: Mapping[str, str]) -> str | None:
    return json.dumps(texts) if texts else None


def _call(row: Any) -> KeptCall:
    return KeptCall(**{**row._asdict(), "params": row.params or {}, "body": row.body or {}})
