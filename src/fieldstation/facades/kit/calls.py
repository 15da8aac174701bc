"""From an async door to the synchronous core: one thread, one transaction, one caller."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Protocol, TypeVar

import anyio
import anyio.to_thread
from fastapi import Depends, Request, Security
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from fieldstation.core.people.model import Caller
from fieldstation.db import Database, Tx
from fieldstation.facades.kit.browser import Browser
from fieldstation.kernel.errors import Unavailable
from fieldstation.ports.identity import Identity, OutsideIssuer

Result = TypeVar("Result")
CORE_THREADS = 16  # as many as the pool has connections
_WAIT_SECONDS = 5.0


class Authenticator(Protocol):
    """Tells who came with which credentials."""

    def authenticate(self, tx: Tx, token: str | None) -> Caller:
        """Return the caller a bearer token stands for; raise Unauthenticated otherwise."""

    def authenticate_browser(self, tx: Tx, secret: str) -> Caller:
        """Return the caller whose session a browser's cookie carries; raise Unauthenticated otherwise."""

    def authenticate_outside(self, tx: Tx, identity: Identity) -> Caller:
        """Return the caller whom an outside issuer vouches for; raise Unauthenticated otherwise."""


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What a request came with: a bearer token, the word of an outside issuer, or the secret of a browser's session."""

    token: str | None = field(default=None, repr=False)
    browser: str | None = field(default=None, repr=False)
    identity: Identity | None = None


class Threads:
    """How many calls of the core are at work at a time, at all doors of a process together."""

    def __init__(self) -> None:
        self._limiter: anyio.CapacityLimiter | None = None

    def limiter(self) -> anyio.CapacityLimiter:
        """Return the limiter, made in the loop that first asks."""
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(CORE_THREADS)
        return self._limiter


class Core:
    """Runs work of the core for a door; when all threads are taken for long, answers Unavailable."""

    def __init__(self, database: Database, authenticator: Authenticator, threads: Threads | None = None) -> None:
        self._database = database
        self._authenticator = authenticator
        self._threads = threads or Threads()

    def knowing(self, authenticator: Authenticator) -> "Core":
        """Return the same core for a door that knows its callers in another way."""
        return Core(self._database, authenticator, self._threads)

    async def run(self, work: Callable[[Tx], Result]) -> Result:
        """Run `work` in a transaction of its own."""
        return await self.thread(lambda: self._database.retrying(work))

    async def run_as(self, credentials: Credentials, work: Callable[[Tx, Caller], Result]) -> Result:
        """Tell who calls and run `work` for them, in one transaction."""
        return await self.run(lambda tx: work(tx, self._caller(tx, credentials)))

    async def thread(self, work: Callable[[], Result]) -> Result:
        """Run `work` in a thread of the core."""
        threads = self._threads.limiter()
        try:
            with anyio.fail_after(_WAIT_SECONDS):
                await threads.acquire_on_behalf_of(token := object())
        except TimeoutError:
            raise Unavailable("the station is busy", next_step="try again in a moment", reason="busy") from None
        try:
            return await anyio.to_thread.run_sync(work, limiter=_UNBOUNDED)
        finally:
            threads.release_on_behalf_of(token)

    def _caller(self, tx: Tx, credentials: Credentials) -> Caller:
        if credentials.browser is not None:
            return self._authenticator.authenticate_browser(tx, credentials.browser)
        if credentials.identity is not None:
            return self._authenticator.authenticate_outside(tx, credentials.identity)
        return self._authenticator.authenticate(tx, credentials.token)


_UNBOUNDED = anyio.CapacityLimiter(10_000)  # the real bound is `Threads`, which can be waited for with a limit


class Call:
    """The core as one request sees it: bound to the credentials it came with."""

    def __init__(self, core: Core, credentials: Credentials) -> None:
        self.core = core
        self.credentials = credentials

    async def __call__(self, work: Callable[[Tx, Caller], Result]) -> Result:
        """Run `work` for the caller, in one transaction."""
        return await self.core.run_as(self.credentials, work)


class _Bearer(SecurityBase):
    """Reads the bearer token of a request, if it has one, and tells readers of /openapi.json how to sign in."""

    def __init__(self) -> None:
        self.scheme_name = "token"
        self.model = HTTPBearer(description="a service token, or one that the sign-in gave")

    async def __call__(self, request: Request) -> str | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return token.strip() or None if scheme.lower() == "bearer" else None


_BEARER = _Bearer()


async def call_of(request: Request, token: Annotated[str | None, Security(_BEARER)]) -> Call:
    """Bind the core to the credentials of this request."""
    core: Core = request.app.state.core
    browser: Browser | None = getattr(request.app.state, "browser", None)
    secret = browser.session(request) if browser is not None and token is None else None
    outside: OutsideIssuer | None = getattr(request.app.state, "outside", None)
    if token is not None and outside is not None and issued_by(token) == outside.issuer:
        return Call(core, Credentials(identity=await outside.identify(token)))
    return Call(core, Credentials(token=token, browser=secret))


async def call_from(request: Request) -> Call:
    """Bind the core to the credentials of a request that no handler has."""
    return await call_of(request, await _BEARER(request))


def issued_by(token: str) -> str | None:
    """Return the issuer that a token names, which proves nothing yet; None where it is no JWT."""
    try:
        _, payload, _ = token.split(".")
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, RecursionError):
        return None
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    return issuer if isinstance(issuer, str) else None


CallerCall = Annotated[Call, Depends(call_of)]


async def own_call(request: Request, call: CallerCall) -> Call:
    """Bind the core to who sent this request, whoever they act as."""
    core: Core = getattr(request.app.state, "own", call.core)
    return Call(core, call.credentials)


OwnCall = Annotated[Call, Depends(own_call)]
