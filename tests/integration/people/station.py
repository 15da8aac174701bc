"""A station's people behind their real doors."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import httpx
from anyio.from_thread import BlockingPortal
from fastapi import APIRouter, FastAPI
from sqlalchemy import text

from fieldstation.core.accounting.model.products import Tariff
from fieldstation.core.datasets.service.quota import Quotas
from fieldstation.core.people.model import EVERYONE, Caller, Permission
from fieldstation.core.people.service import Access, NewUser, People
from fieldstation.core.people.service.tokens import NewToken
from fieldstation.core.projects.service import Lifecycles, Projects
from fieldstation.core.projects.service.lifecycles import Books
from fieldstation.core.tasks.service import Tasks
from fieldstation.db import Database, Tx
from fieldstation.db.outbox import Outbox
from fieldstation.facades import issuer
from fieldstation.facades.kit.calls import Core
from fieldstation.facades.kit.problems import install_problems
from fieldstation.facades.rest.people import router as people_router
from fieldstation.facades.rest.projects import things as projects_door
from fieldstation.kernel.sealing import Sealer
from fieldstation.wiring.accounting import build_accounting
from fieldstation.wiring.doors import Front, include_sign_in

PUBLIC_URL = "https://station.example"
PASSWORD = "correct horse"
TOKEN_PATH = f"{issuer.REALM_PATH}/protocol/openid-connect/token"


@dataclass(frozen=True, kw_only=True)
class Person:
    """A user as caller, and as a client that sends a token of theirs."""

    caller: Caller
    client: httpx.Client

    def narrowed(self, *scopes: Permission) -> Caller:
        """Return the caller as with a token of these scopes."""
        return replace(self.caller, scopes=frozenset(scopes))


class _InProcess(httpx.BaseTransport):
    """Carries requests of a synchronous client to an application in the portal's event loop."""

    def __init__(self, app: FastAPI, portal: BlockingPortal) -> None:
        self._inner = httpx.ASGITransport(app)
        self._portal = portal

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._portal.call(self._handle, request)

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        asked = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
        answer = await self._inner.handle_async_request(asked)
        return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())


class Station:
    """People and projects over one database, and the doors to both."""

    def __init__(self, database: Database, portal: BlockingPortal) -> None:
        self._portal = portal
        self.database = database
        access = Access()
        self.projects = Projects(access)
        self.sealer = Sealer(bytes(32))
        self.people = People(self.sealer, [self.projects])
        self.app = FastAPI()
        self.app.include_router(people_router(self.people, {}), prefix="/api/v1")
        routes = APIRouter(prefix="/api/v1")
        accounting = build_accounting(access, self.sealer, Tariff(), PUBLIC_URL)
        quotas = Quotas(self.people, quota_bytes=1 << 30)
        books = Books(
            products=accounting.products,
            subscriptions=accounting.subscriptions,
            quotas=quotas,
            tasks=Tasks(access, Outbox()),
        )
        projects_door.add_routes(routes, self.projects, Lifecycles(access, self.projects, books))
        self.app.include_router(routes)
        install_problems(self.app)
        self.app.state.core = Core(database, self.people)
        include_sign_in(self.app, self.people, self.sealer, Front(public_url=PUBLIC_URL))
        self.client = self._client({})

    def person(self, username: str, *, operator: bool = False, password: str | None = None) -> Person:
        """Make a user who came with an unnarrowed service token."""
        with self.database.begin() as tx:
            user = self.people.create_user(tx, NewUser(username=username, operator=operator, password=password))
            caller = Caller(
                user_id=user.id,
                username=username,
                principal=user.principal,
                principals=(EVERYONE, user.principal),
                operator=operator,
                space=user.space,
            )
            token = self.people.tokens.create(tx, caller, NewToken(name="test")).text
        return Person(caller=caller, client=self.as_bearer(token))

    def as_bearer(self, token: str) -> httpx.Client:
        """Return a client that sends `token`."""
        return self._client({"Authorization": f"Bearer {token}"})

    def visitor(self, app: FastAPI | None = None) -> httpx.Client:
        """Return a client as a browser is: at the address that users see, with cookies."""
        return httpx.Client(transport=_InProcess(app or self.app, self._portal), base_url=PUBLIC_URL)

    def sign_in(self, username: str, password: str = PASSWORD, **fields: str) -> httpx.Response:
        """Ask the token endpoint with a password."""
        form = {"client_id": "fieldstation", "grant_type": "password", "username": username, "password": password}
        return self.client.post(TOKEN_PATH, data=form | fields)

    def refresh(self, token: str) -> httpx.Response:
        """Ask the token endpoint with a refresh token."""
        form = {"client_id": "fieldstation", "grant_type": "refresh_token", "refresh_token": token}
        return self.client.post(TOKEN_PATH, data=form)

    def _client(self, headers: dict[str, str]) -> httpx.Client:
        transport = _InProcess(self.app, self._portal)
        return httpx.Client(transport=transport, base_url="http://loopback", headers=headers)

    def deeds(self) -> list[str]:
        """Return the kinds of deeds in the audit, in their order."""
        with self.database.begin() as tx:
            return [row.deed for row in tx.all(text("SELECT deed FROM audit ORDER BY id"))]

    def later(self, interval: str) -> None:
        """Let every transaction from now on happen `interval` (such as `6 minutes`) later."""
        self.database.session["fieldstation.time_shift"] = interval
        self.database.close()


class _Undone(Exception):
    pass


@contextmanager
def undone(database: Database) -> Iterator[Tx]:
    """Open a transaction of which nothing stays."""
    try:
        with database.begin() as tx:
            yield tx
            raise _Undone
    except _Undone:
        pass


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Collect every statement that runs."""
    statements: list[str] = []

    database.observe = statements.append
    try:
        yield statements
    finally:
        database.observe = None
