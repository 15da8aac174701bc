"""What happens around every request: an id that goes from here into the run's row, one log line, nothing per user."""

import re
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fieldstation.kernel.ids import new_id
from fieldstation.kernel.logs import logger, request_id

log = logger(__name__)
HEADER = "x-request-id"
SCOPE_KEY = "fieldstation.request_id"
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,100}")
_QUIET = ("/healthz", "/readyz", "/metrics")

Observe = Callable[[str, str, int, float], None]  # method, route template, status, seconds


class Requests:
    """ASGI middleware: gives each request its id (or takes a good one from the client), logs and counts it."""

    def __init__(self, app: ASGIApp, observe: Observe | None = None) -> None:
        self._app = app
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name = _given(scope) or new_id("request")
        token = request_id.set(name)
        scope[SCOPE_KEY] = name  # for who answers when all of this has ended in an error
        status, began = 500, time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (HEADER.encode(), name.encode())]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            self._tell(scope, status, time.perf_counter() - began)
            request_id.reset(token)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        route = route_of(scope)
        if self._observe is not None:
            self._observe(scope["method"], route, status, seconds)
        if scope["path"] not in _QUIET:
            log.info("request", method=scope["method"], route=route, status=status, ms=round(seconds * 1000, 1))


def route_of(scope: Scope) -> str:
    """Return the whole template of the route that answered; a route of an included router knows only its own part."""
    included = scope.get("fastapi", {}).get("effective_route_context")
    path = getattr(included, "path_format", None) or getattr(scope.get("route"), "path", None)
    return f"{scope.get('root_path', '')}{path}" if path else "unmatched"


def _given(scope: Scope) -> str | None:
    for key, value in scope["headers"]:
        if key == HEADER.encode():
            text = value.decode("latin-1")
            return text if _GIVEN.fullmatch(text) else None
    return None
