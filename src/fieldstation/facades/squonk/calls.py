"""Noting the calls of a door: who made them, what they sent, how they ended."""

import time
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fieldstation.core.people.model import Caller
from fieldstation.core.people.service.api_log import ApiCall, Waiting
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import Authenticator, call_from
from fieldstation.facades.squonk.arguments import FORM_KEY, texts_of
from fieldstation.facades.squonk.redaction import redacted, redacted_path
from fieldstation.kernel.errors import FieldstationError
from fieldstation.ports.identity import Identity


@dataclass(kw_only=True)
class _Note:
    """What becomes known of a call while it goes on."""

    caller: Caller | None = None
    asked: bool = False  # whether it was looked who made a call that nobody asked of
    form: dict[str, str] = field(default_factory=dict)


_READING = ("GET", "HEAD", "OPTIONS")
_current: ContextVar[_Note | None] = ContextVar("call", default=None)


class Noting:
    """Authenticates as another does, and notes who came."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator

    def authenticate(self, tx: Tx, token: str | None) -> Caller:
        """Return the caller a bearer token stands for."""
        return _noted(self._authenticator.authenticate(tx, token))

    def authenticate_browser(self, tx: Tx, secret: str) -> Caller:
        """Return the caller whose session a browser's cookie carries."""
        return _noted(self._authenticator.authenticate_browser(tx, secret))

    def authenticate_outside(self, tx: Tx, identity: Identity) -> Caller:
        """Return the caller whom an outside issuer vouches for."""
        return _noted(self._authenticator.authenticate_outside(tx, identity))


class Calls:
    """ASGI middleware: tells of every call that is no GET, and of who calls at all."""

    def __init__(self, app: ASGIApp, waiting: Waiting) -> None:
        self._app = app
        self._waiting = waiting

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and tell of it when it ended."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        note = _Note()
        token = _current.set(note)
        scope[FORM_KEY] = note.form
        began, start, status = datetime.now(UTC), time.perf_counter_ns(), 500

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                await _find_caller(scope, note)  # behind the answer they may be acting as somebody else by then
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        finally:
            await _find_caller(scope, note)
            _current.reset(token)
            self._tell(scope, note, began, (time.perf_counter_ns() - start, status))

    def _tell(self, scope: Scope, note: _Note, began: datetime, end: tuple[int, int]) -> None:
        caller = note.caller
        if caller is None:
            return
        self._waiting.seen(caller.impersonator or caller.user_id, began.date())
        if scope["method"] in _READING:
            return
        call = ApiCall(
            user_id=caller.user_id,
            method=scope["method"],
            path=redacted_path(scope["path"].removeprefix(scope.get("root_path", ""))),
            began=began,
            duration_ns=end[0],
            status_code=end[1],
            params=redacted(texts_of(scope)),
            body=redacted(note.form),
            impersonator=caller.impersonator,
        )
        self._waiting.called(call)


async def _find_caller(scope: Scope, note: _Note) -> None:
    """Find out who made a call that was refused before anybody asked."""
    if note.caller is None and not note.asked and scope["method"] not in _READING:
        note.asked = True
        with suppress(FieldstationError):
            await (await call_from(Request(scope)))(lambda _tx, _caller: None)


def _noted(caller: Caller) -> Caller:
    note = _current.get()
    if note is not None:
        note.caller = caller
    return caller
