"""Passing the messages of a WebSocket between a browser and an application (RFC 6455)."""

import asyncio
from contextlib import suppress
from http import HTTPStatus

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, unix_connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from fieldstation.facades.kit.plain import notice
from fieldstation.facades.proxy.passing import Visit
from fieldstation.kernel.logs import logger

log = logger(__name__)
_MOST_BYTES = 64 << 20  # of one message
_NORMAL, _POLICY = 1000, 1008
_UNSPOKEN = (None, 1005, 1006, 1015)  # codes that tell of an end and are never sent
_DENIAL = "websocket.http.response"
# The client of the application's side makes these itself.
_OWN = frozenset({
    b"host", b"sec-websocket-key", b"sec-websocket-version", b"sec-websocket-extensions", b"sec-websocket-protocol",
})  # fmt: skip


async def pass_socket(visit: Visit, scope: Scope, receive: Receive, send: Send) -> None:
    """Open a WebSocket to the application and pass messages both ways until one side ends, or the right to it does."""
    line = await visit.doorway.line(visit.way)
    headers = [
        (key.decode("latin-1"), value.decode("latin-1"))
        for key, value in visit.headers(scope)
        if key.lower() not in _OWN
    ]
    try:
        inner = await unix_connect(
            line.path,
            f"ws://{visit.doorway.host}{visit.target}",
            additional_headers=headers,
            subprotocols=[Subprotocol(one) for one in scope.get("subprotocols", ())] or None,
            compression=None,
            max_size=_MOST_BYTES,
            ping_interval=None,
            user_agent_header=None,
            proxy=None,
        )
    except (OSError, InvalidHandshake, TimeoutError) as error:
        if isinstance(error, ConnectionRefusedError):
            await visit.doorway.drop(visit.way.attempt_id)
        log.info("an application took no WebSocket", run=visit.way.run_id, why=type(error).__name__)
        await deny(scope, receive, send, notice("No", "The application takes no WebSocket here.", _status(error)))
        return
    async with inner:
        await receive()  # websocket.connect
        await send({"type": "websocket.accept", "subprotocol": inner.subprotocol})
        await _converse(visit, inner, receive, send)


async def deny(scope: Scope, receive: Receive, send: Send, answer: Response) -> None:
    """Refuse a WebSocket before it is one."""
    await receive()
    if _DENIAL in scope.get("extensions", {}):
        parts = {"status": answer.status_code, "headers": answer.raw_headers}
        await send({"type": "websocket.http.response.start", **parts})
        await send({"type": "websocket.http.response.body", "body": answer.body})
    else:
        await send({"type": "websocket.close", "code": _POLICY})


async def _converse(visit: Visit, inner: ClientConnection, receive: Receive, send: Send) -> None:
    inwards = asyncio.ensure_future(_inwards(inner, receive))
    outwards = asyncio.ensure_future(_outwards(inner, send))
    lost = asyncio.ensure_future(visit.lost())
    tasks = {inwards, outwards, lost}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if inwards.done() and not inwards.cancelled() and inwards.exception() is None:
        await inner.close(inwards.result())
        return
    ended_lost = lost.done() and not lost.cancelled()
    code = _POLICY if ended_lost else inner.close_code
    with suppress(RuntimeError, OSError):  # the browser went at the same time
        await send({"type": "websocket.close", "code": _NORMAL if code in _UNSPOKEN else code})


async def _inwards(inner: ClientConnection, receive: Receive) -> int:
    """Pass what the browser says; returns the code it ended with."""
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            code = message.get("code") or _NORMAL
            return _NORMAL if code in _UNSPOKEN else code
        data = message.get("bytes")
        await inner.send(message["text"] if data is None else data)


async def _outwards(inner: ClientConnection, send: Send) -> None:
    with suppress(ConnectionClosed):
        while True:
            said = await inner.recv()
            await send({"type": "websocket.send", **({"text": said} if isinstance(said, str) else {"bytes": said})})


def _status(error: Exception) -> HTTPStatus:
    return HTTPStatus.FORBIDDEN if isinstance(error, InvalidHandshake) else HTTPStatus.BAD_GATEWAY
