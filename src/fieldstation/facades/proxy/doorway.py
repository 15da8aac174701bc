"""Who may go into which application, and the lines to those that are open."""

import hashlib
import ssl
import time
from collections.abc import Mapping
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx

from fieldstation.core.apps.model.values import Way
from fieldstation.core.apps.service import Ways
from fieldstation.facades.kit.calls import Core
from fieldstation.ports.engine import Engine

SURE_SECONDS = 2.0  # for which an answer about rights counts
_MOST_KEPT = 4096
_MOST_LINES = 256
_KEEP_ALIVE_SECONDS = 2.0  # less than servers keep a connection that nobody uses
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # a socket of this machine needs none


class Line:
    """An application's own socket, held by a descriptor so that it stays the one that was looked at."""

    def __init__(self, engine: Engine, attempt_id: str) -> None:
        self._held = ExitStack()
        self.path = self._held.enter_context(engine.door(attempt_id))
        limits = httpx.Limits(keepalive_expiry=_KEEP_ALIVE_SECONDS)
        self.transport = httpx.AsyncHTTPTransport(uds=self.path, verify=_NO_TLS, limits=limits)

    async def close(self) -> None:
        """Let go of the socket; requests under way on it end."""
        await self.transport.aclose()
        self._held.close()


class Doorway:
    """What the proxy asks about. `apps_url` is the origin of applications, `station_url` that of the station."""

    def __init__(self, ways: Ways, core: Core, engines: Mapping[str, Engine], addresses: tuple[str, str]) -> None:
        self.station_url, self.apps_url = (address.rstrip("/") for address in addresses)
        parts = urlsplit(self.apps_url)
        self.host, self.scheme = parts.netloc, parts.scheme
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self._ways = ways
        self._core = core
        self._engines = engines
        self._known: dict[tuple[str, bytes], tuple[Way | None, float]] = {}
        self._lines: dict[str, Line] = {}

    async def redeem(self, run_id: str, ticket: str) -> str | None:
        """Return the secret of a session for a ticket; None where that is not good."""
        return await self._core.run(lambda tx: self._ways.redeem(tx, run_id, ticket))

    async def way(self, run_id: str, secret: str | None) -> Way | None:
        """Return the way into an application for who has this session, as it was at most two seconds ago."""
        if not secret:
            return None
        key, now = (run_id, hashlib.sha256(secret.encode()).digest()), time.monotonic()
        known = self._known.get(key)
        if known is not None and now - known[1] < SURE_SECONDS:
            return known[0]
        found = await self._core.run(lambda tx: self._ways.way(tx, run_id, secret))
        if len(self._known) >= _MOST_KEPT:
            self._known.clear()
        self._known[key] = (found, now)
        return found

    async def line(self, way: Way) -> Line:
        """Return the line to an application; EngineBusy where it does not listen."""
        found = self._lines.pop(way.attempt_id, None)
        if found is None:
            if len(self._lines) >= _MOST_LINES:
                await self.drop(next(iter(self._lines)))  # the one that was asked for longest ago
            found = Line(self._engines[way.engine], way.attempt_id)
        self._lines[way.attempt_id] = found
        return found

    async def drop(self, attempt_id: str) -> None:
        """Let go of a line that leads nowhere any more."""
        found = self._lines.pop(attempt_id, None)
        if found is not None:
            await found.close()
