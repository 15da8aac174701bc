"""The origin of applications, as an ASGI application: looks who comes, and passes them on."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response
from starlette.types import Message, Receive, Scope, Send

from fieldstation.core.apps.model.values import path_of
from fieldstation.facades.kit.plain import notice
from fieldstation.facades.proxy.doorway import Doorway
from fieldstation.facades.proxy.headers import COOKIE, TICKET, cookie_of, value_of
from fieldstation.facades.proxy.passing import Visit, pass_request
from fieldstation.facades.proxy.sockets import deny, pass_socket
from fieldstation.kernel.errors import FieldstationError
from fieldstation.kernel.logs import logger
from fieldstation.ports.engine import EngineBusy

log = logger(__name__)
_PATH = re.compile(r"/apps/(run-[0-9a-f-]{36})(/.*)?", re.ASCII | re.DOTALL)
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class Proxy:
    """Serves `/apps/RUN/…` on the origin of applications, HTTP and WebSocket, to who has a session for that path."""

    def __init__(self, doorway: Doorway) -> None:
        self._doorway = doorway

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        try:
            await self._answer(scope, receive, send)
        except FieldstationError as error:
            log.warning("an application was not reached", text=error.text)
            await _refuse(scope, receive, send, notice("Not now", error.text, HTTPStatus.SERVICE_UNAVAILABLE))
        except EngineBusy as error:
            log.info("an application was not reached", text=str(error))
            text = "It does not answer. Wait a moment and load this page again."
            await _refuse(scope, receive, send, notice("It does not answer", text, HTTPStatus.BAD_GATEWAY))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = _PATH.fullmatch(scope["path"])
        if found is None:
            text = "Applications are opened from the station."
            link = (self._doorway.station_url, "To the station")
            await _refuse(scope, receive, send, notice("Nothing is here", text, HTTPStatus.NOT_FOUND, link))
            return
        run_id, headers = found[1], scope["headers"]
        raw = _raw(scope, run_id)
        if scope["type"] == "http" and (entered := await self._enter(scope, run_id, raw)) is not None:
            await entered(scope, receive, send)
            return
        secret = cookie_of(headers, COOKIE)
        way = await self._doorway.way(run_id, secret)
        if way is None or secret is None or found[2] is None:
            await _refuse(scope, receive, send, self._unknown(scope, raw))
            return
        if not self._comes_from_here(scope):
            text = "A page of another address asked for this; only the application's own pages may."
            await _refuse(scope, receive, send, notice("Not from there", text, HTTPStatus.FORBIDDEN))
            return
        visit = Visit(doorway=self._doorway, way=way, secret=secret, target=_target(scope, raw, way.run_id, way.strips))
        await (pass_request if scope["type"] == "http" else pass_socket)(visit, scope, receive, send)

    async def _enter(self, scope: Scope, run_id: str, raw: str) -> Response | None:
        """Make a session of a ticket, and have the browser come again without it."""
        parts = scope["query_string"].decode("latin-1").split("&")
        ticket = next((part.partition("=")[2] for part in parts if part.startswith(f"{TICKET}=")), None)
        if ticket is None or scope["method"] != "GET":
            return None
        rest = "&".join(part for part in parts if not part.startswith(f"{TICKET}="))
        here = f"{raw}?{rest}" if rest else raw
        secret = await self._doorway.redeem(run_id, ticket)
        if secret is None:
            return self._unknown(scope, here)
        answer = _see(here)
        secure = self._doorway.scheme == "https"
        answer.set_cookie(COOKIE, secret, path=path_of(run_id), httponly=True, samesite="lax", secure=secure)
        return answer

    def _unknown(self, scope: Scope, raw: str) -> Response:
        """Send a browser that shows a page to the station, which knows who it is; refuse everything else."""
        query = scope["query_string"].decode("latin-1")
        asks = "text/html" in (value_of(scope["headers"], b"accept") or "")
        if scope["type"] == "http" and scope["method"] == "GET" and asks:
            return _see(f"{self._doorway.station_url}{raw}{_without_ticket(query)}")
        text = f"Open it from the station first: {self._doorway.station_url}{raw}"
        return notice("You are not in", text, HTTPStatus.UNAUTHORIZED)

    def _comes_from_here(self, scope: Scope) -> bool:
        origin = value_of(scope["headers"], b"origin")
        changes = scope["type"] == "websocket" or scope["method"] not in _SAFE_METHODS
        return not changes or origin is None or origin == self._doorway.origin


def _raw(scope: Scope, run_id: str) -> str:
    """Return the path as it was sent, with a slash behind the run."""
    given = scope.get("raw_path") or b""
    raw = given.partition(b"?")[0].decode("latin-1") or quote(scope["path"], safe="/:@!$&'()*+,;=~")
    return raw if raw.startswith(path_of(run_id)) else path_of(run_id)


def _target(scope: Scope, raw: str, run_id: str, strips: bool) -> str:
    path = raw[len(path_of(run_id)) - 1 :] if strips else raw
    query = scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def _without_ticket(query: str) -> str:
    rest = "&".join(part for part in query.split("&") if part and not part.startswith(f"{TICKET}="))
    return f"?{rest}" if rest else ""


def _see(address: str) -> RedirectResponse:
    headers: Mapping[str, str] = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER, headers=headers)


async def _refuse(scope: Scope, receive: Receive, send: Send, answer: Response) -> None:
    if scope["type"] == "http":
        await answer(scope, receive, send)
    else:
        await deny(scope, receive, send, answer)


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message: Message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
