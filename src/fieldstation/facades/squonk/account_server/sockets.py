"""Event streams as WebSockets: a frame for each message, from now on or from a place of the past.

A socket holds no thread and no database connection while nothing happens. A reader that takes nothing is sent away, and
goes on behind the last ordinal that it saw.
"""

import asyncio
from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from fastapi import APIRouter, Response, WebSocket, WebSocketDisconnect, status

from fieldstation.core.actions.service import TOPIC
from fieldstation.core.streams.model import Stream
from fieldstation.core.streams.service import Step, Streams
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import Core
from fieldstation.facades.kit.hub import Hub, Watcher
from fieldstation.facades.squonk.account_server.messages import frame
from fieldstation.kernel.errors import Invalid, NotFound, Unavailable

PATH = "/event-stream"
_FROM = ("stream_from_ordinal", "stream_from_timestamp", "stream_from_datetime")
_SLOW_SECONDS = 20.0  # so long may a reader let one frame wait
_POLL_SECONDS = 5.0  # between two looks when no news came
_AWAY_SECONDS = 1.0
_CLOSE_SECONDS = 10.0
_MOST_SOCKETS = 20  # of one stream, at one process
_DIGITS = 15
_DENIAL = "websocket.http.response"


@dataclass(frozen=True, kw_only=True)
class SocketParts:
    """What the sockets need: pages of `origins` may open them, programs send none."""

    streams: Streams
    hub: Hub
    core: Core
    origins: Collection[str]
    merchant: str


@dataclass(frozen=True, kw_only=True)
class _Start:
    """Where a reader begins: behind an ordinal, at a moment or later, or now."""

    ordinal: int | None = None
    moment: datetime | None = None


def router(parts: SocketParts) -> APIRouter:
    """Return the route, which lies at the root of the station."""
    routes = APIRouter()
    opened: Counter[int] = Counter()

    @routes.websocket(PATH + "/{key}")
    async def listen(socket: WebSocket, key: str) -> None:
        origin = socket.headers.get("origin")
        if origin is not None and origin not in parts.origins:
            await _deny(socket, status.HTTP_403_FORBIDDEN)
            return
        try:
            stream = await parts.core.run(lambda tx: parts.streams.find(tx, key))
        except NotFound:
            await _deny(socket, status.HTTP_404_NOT_FOUND)
            return
        await socket.accept()
        if opened[stream.id] >= _MOST_SOCKETS:
            await socket.close(status.WS_1013_TRY_AGAIN_LATER, "too many read this stream")
            return
        opened[stream.id] += 1
        try:
            await _Reader(parts, socket, stream).run()
        finally:
            opened[stream.id] -= 1
            if opened[stream.id] == 0:
                del opened[stream.id]

    return routes


class _Reader:
    """One open socket."""

    def __init__(self, parts: SocketParts, socket: WebSocket, stream: Stream) -> None:
        self._parts = parts
        self._socket = socket
        self._stream = stream

    async def run(self) -> None:
        """Send messages until the reader goes, the stream ends, or the reader is too slow."""
        try:
            start = _start(self._socket)
        except Invalid as error:
            await self._end(status.WS_1002_PROTOCOL_ERROR, error.text)
            return
        gone = asyncio.ensure_future(_gone(self._socket))
        code, reason = None, ""
        try:
            await self._send_all(start, gone)
        except NotFound:
            code, reason = status.WS_1000_NORMAL_CLOSURE, "the stream has been deleted"
        except TimeoutError:
            code, reason = status.WS_1013_TRY_AGAIN_LATER, "too slow: go on behind the last ordinal that you saw"
        except (WebSocketDisconnect, RuntimeError):  # it went while something was sent
            return
        finally:
            gone.cancel()
            with suppress(asyncio.CancelledError):
                await gone
        if code is not None:
            await self._end(code, reason)

    async def _send_all(self, start: _Start, gone: "asyncio.Future[None]") -> None:
        streams, form = self._parts.streams, self._stream.form
        position: int | None = None
        with self._parts.hub.watching(TOPIC) as watcher:
            while not gone.done():
                try:
                    if position is None:
                        position = await self._parts.core.run(partial(_begin, streams, start))
                    step = await self._parts.core.run(partial(_behind, streams, self._stream.key, position))
                except Unavailable:
                    await asyncio.sleep(_AWAY_SECONDS)
                    continue
                for done in step.items:
                    await self._send(frame(done, self._parts.merchant, form))
                position = step.position
                if not step.more:
                    await _wait(watcher, gone)

    async def _send(self, text: str) -> None:
        async with asyncio.timeout(_SLOW_SECONDS):
            await self._socket.send_text(text)

    async def _end(self, code: int, reason: str) -> None:
        with suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._socket.close(code, reason[:120])


def _begin(streams: Streams, start: _Start, tx: Tx) -> int:
    return streams.start(tx, ordinal=start.ordinal, moment=start.moment)


def _behind(streams: Streams, key: str, position: int, tx: Tx) -> Step:
    return streams.behind(tx, key, position)


async def _wait(watcher: Watcher, gone: "asyncio.Future[None]") -> None:
    news = asyncio.ensure_future(watcher.wait(_POLL_SECONDS))
    try:
        await asyncio.wait({news, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        news.cancel()


async def _gone(socket: WebSocket) -> None:
    """Return once the reader went; whatever it says is passed over."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


def _start(socket: WebSocket) -> _Start:
    """Read where to begin; Invalid for two places at once, and for what is none."""
    given = {name: value for name in _FROM if (value := socket.query_params.get(name))}
    if len(given) > 1:
        raise Invalid(f"{' and '.join(given)} at once", next_step="give one of them")
    for name, value in given.items():
        try:
            return _read(name, value)
        except (ValueError, OverflowError):
            raise Invalid(f"{name} cannot be read", next_step="look at the documentation of the stream") from None
    return _Start()


def _read(name: str, value: str) -> _Start:
    if name == "stream_from_datetime":
        moment = datetime.fromisoformat(value)
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return _Start(moment=moment.astimezone(UTC) + timedelta(microseconds=1))
    if not (value.isascii() and value.isdigit() and len(value) <= _DIGITS):
        raise ValueError(value)
    if name == "stream_from_ordinal":
        return _Start(ordinal=int(value))
    return _Start(moment=datetime.fromtimestamp((int(value) + 1) / 1000, UTC))


async def _deny(socket: WebSocket, code: int) -> None:
    if _DENIAL in socket.scope.get("extensions", {}):
        await socket.send_denial_response(Response(status_code=code))
    else:
        await socket.close(status.WS_1008_POLICY_VIOLATION)
