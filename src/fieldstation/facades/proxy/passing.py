"""Passing a request on to an application and its answer back, as they come."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

import httpx
from starlette.types import Message, Receive, Scope, Send

from fieldstation.core.apps.model.values import Way, path_of
from fieldstation.facades.kit.plain import notice
from fieldstation.facades.proxy.doorway import Doorway
from fieldstation.facades.proxy.headers import inwards, outwards
from fieldstation.kernel.errors import FieldstationError
from fieldstation.kernel.logs import logger

log = logger(__name__)
LOOK_SECONDS = 3.0  # between two looks at whether who is in may be in
_TIMEOUT = {"connect": 10.0, "read": None, "write": None, "pool": None}


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Somebody on the way into an application: with which session, to which path and query there."""

    doorway: Doorway
    way: Way
    secret: str
    target: str

    def headers(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """Return the headers of the request as the application sees them."""
        client = scope.get("client")
        named = {
            "host": self.doorway.host,
            "x-forwarded-for": client[0] if client else "",
            "x-forwarded-host": self.doorway.host,
            "x-forwarded-proto": self.doorway.scheme,
            "x-forwarded-prefix": path_of(self.way.run_id).rstrip("/"),
        }
        ours = [(name.encode(), value.encode("latin-1")) for name, value in named.items() if value]
        return [*ours, *inwards(scope["headers"])]

    async def lost(self) -> None:
        """Return once who is in may be in no more, or the application is over."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            with suppress(FieldstationError):  # the station is busy: it is asked again
                if await self.doorway.way(self.way.run_id, self.secret) is None:
                    return


async def pass_request(visit: Visit, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request with what the application answers; cut off when the right to be there is taken away."""
    passing = asyncio.ensure_future(_pass(visit, scope, receive, send))
    lost = asyncio.ensure_future(visit.lost())
    try:
        await asyncio.wait({passing, lost}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        lost.cancel()
        if not passing.done():
            passing.cancel()
    with suppress(asyncio.CancelledError):
        await passing


async def _pass(visit: Visit, scope: Scope, receive: Receive, send: Send) -> None:
    body = _Body(receive)
    try:
        answer = await _ask(visit, scope, body)
    except httpx.TransportError as error:
        log.info("an application did not answer", run=visit.way.run_id, why=type(error).__name__)
        text = "It was started, but gives no answer now. Wait a moment and load this page again."
        await notice("It does not answer", text, HTTPStatus.BAD_GATEWAY)(scope, receive, send)
        return
    gone = asyncio.ensure_future(body.gone())
    try:
        sending = asyncio.ensure_future(_send_on(visit, answer, send))
        await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not sending.done():
            sending.cancel()
        with suppress(asyncio.CancelledError, httpx.TransportError):
            await sending
    finally:
        gone.cancel()
        await answer.aclose()


async def _ask(visit: Visit, scope: Scope, body: "_Body") -> httpx.Response:
    """Send the request; once more where the application made its socket anew since the last one."""
    for last in (False, True):
        line = await visit.doorway.line(visit.way)
        request = httpx.Request(
            scope["method"],
            httpx.URL("http://app").copy_with(raw_path=visit.target.encode("latin-1")),
            headers=visit.headers(scope),
            content=body.pieces() if _has_body(scope) else None,
            extensions={"timeout": _TIMEOUT},
        )
        try:
            return await line.transport.handle_async_request(request)
        except httpx.ConnectError:
            await visit.doorway.drop(visit.way.attempt_id)
            if last:
                raise
    raise AssertionError("the second try answers or raises")


async def _send_on(visit: Visit, answer: httpx.Response, send: Send) -> None:
    headers = outwards(answer.headers.raw, path_of(visit.way.run_id), strips=visit.way.strips)
    await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
    assert isinstance(answer.stream, httpx.AsyncByteStream)
    async for piece in answer.stream:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _has_body(scope: Scope) -> bool:
    return any(key.lower() in (b"content-length", b"transfer-encoding") for key, _ in scope["headers"])


class _Body:
    """The body of a request, read once, and the news that who sent it went away."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._left = asyncio.Event()
        self._whole = asyncio.Event()

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes."""
        while not self._whole.is_set():
            message: Message = await self._receive()
            if message["type"] == "http.disconnect":
                self._left.set()
                return
            if not message.get("more_body", False):
                self._whole.set()
            if message.get("body"):
                yield message["body"]

    async def gone(self) -> None:
        """Return once who sent it went away; what they send meanwhile that nobody reads is passed over."""
        if not self._whole.is_set():
            await self._left.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass
