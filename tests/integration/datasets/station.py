"""A station's data sets behind their real doors, with people who have tokens."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from fieldstation.core.accounting.model.products import Tariff
from fieldstation.core.accounting.service import Paying, StorageCharges, Subscriptions
from fieldstation.core.datasets.model import FileTypes
from fieldstation.core.datasets.service import (
    ArrivalParts,
    Arrivals,
    Contents,
    Datasets,
    Folders,
    Garbage,
    Registrar,
    Removals,
    Trash,
    Uploads,
)
from fieldstation.core.people.model import Caller
from fieldstation.core.people.service import NewUser, Organisations, People, Units
from fieldstation.core.people.service.tokens import NewToken
from fieldstation.core.projects.service import Projects
from fieldstation.core.tasks.service import Tasks
from fieldstation.db import Database
from fieldstation.db.outbox import Outbox
from fieldstation.facades.kit.calls import Core
from fieldstation.facades.kit.moving import Movers
from fieldstation.facades.kit.problems import install_problems
from fieldstation.facades.rest import uploads
from fieldstation.facades.rest.datasets import Parts, router
from fieldstation.kernel.sealing import Sealer
from fieldstation.storage.filesystem import FilesystemStore
from fieldstation.storage.places import FilesystemPlaces

QUOTA = 50 << 20
Files = Mapping[str, bytes]


@dataclass(frozen=True, kw_only=True)
class Person:
    """A user as caller and as a client of the doors."""

    caller: Caller
    client: httpx.Client

    def make(self, name: str, **fields: Any) -> str:
        """Make a data set and return its id."""
        answer = self.client.post("/api/v1/datasets", json={"name": name, **fields})
        assert answer.status_code == 201, answer.text
        made: str = answer.json()["id"]
        return made

    def send(self, dataset: str, files: Files, metadata: str | None = None) -> httpx.Response:
        """Send files as a new version."""
        return self.client.post(f"/api/v1/datasets/{dataset}/versions", files=form(files, metadata))


class Station:
    """The parts of a station that data sets need."""

    def __init__(self, database: Database, root: Path, url: str, *, quota: int = QUOTA, reserve: int = 0) -> None:
        self._url = url
        self._clients: list[httpx.Client] = []
        self.database = database
        self.people = People(Sealer(b"k" * 32))
        hooked = People(Sealer(b"k" * 32), [Projects(self.people)])
        self.people.users = hooked.users
        self.store = FilesystemStore(root, reserve)
        self.outside = root.parent / "outside"
        self.outside.mkdir()
        self.places = FilesystemPlaces([self.outside])
        self.units = Units(self.people, Organisations(self.people))
        self.storage = StorageCharges(Paying(Tariff()))
        self.subscriptions = Subscriptions(self.units, self.storage.paying, on=False)
        self.datasets = Datasets(self.people, self.subscriptions, self.store, Outbox())
        self.uploads = Uploads(self.people, self.datasets, self.store, quota)
        self.garbage = Garbage(self.people, self.store, Outbox())
        self.trash = Trash(self.datasets, Outbox())
        self.tasks = Tasks(self.people, Outbox())
        self.arrivals = self._arrivals()
        self.removals = Removals(self.datasets, self.arrivals, self.trash, self.tasks, self.store)
        self.app = self._app()

    def person(self, username: str, *, operator: bool = False, quota: int | None = None) -> Person:
        """Create a user with a token."""
        with self.database.begin() as tx:
            user = self.people.create_user(tx, NewUser(username=username, operator=operator, quota_bytes=quota))
            caller = Caller(
                user_id=user.id,
                username=user.username,
                principal=user.principal,
                principals=(user.principal, 1),
                operator=operator,
                space=user.space,
            )
            token = self.people.tokens.create(tx, caller, NewToken(name="test")).text
        client = httpx.Client(base_url=self._url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
        self._clients.append(client)
        return Person(caller=caller, client=client)

    def _parts(self) -> Parts:
        return Parts(
            people=self.people,
            datasets=self.datasets,
            folders=Folders(self.datasets),
            uploads=self.uploads,
            contents=Contents(self.store, self.places),
            registrar=Registrar(self.places),
            trash=self.trash,
            removals=self.removals,
            garbage=self.garbage,
            store=self.store,
            movers=Movers(),
            address="http://station.example",
        )

    def _arrivals(self) -> Arrivals:
        parts = ArrivalParts(
            people=self.people,
            units=self.units,
            subscriptions=self.subscriptions,
            uploads=self.uploads,
            tasks=self.tasks,
            types=FileTypes(),
            storage=self.storage,
        )
        return Arrivals(self.datasets, parts)

    def close(self) -> None:
        """End all connections."""
        for client in self._clients:
            client.close()

    def _app(self) -> FastAPI:
        app = FastAPI()
        app.state.core = Core(self.database, self.people)
        parts = self._parts()
        app.include_router(router(parts), prefix="/api/v1")
        app.include_router(uploads.router(self.uploads, self.store, parts.movers), prefix="/api/v1")
        install_problems(app)
        return app


def form(files: Files, metadata: str | None = None) -> Sequence[tuple[str, Any]]:
    """Return a form as httpx takes it."""
    parts: list[tuple[str, Any]] = [] if metadata is None else [("metadata", (None, metadata))]
    return [*parts, *(("files", (name, io.BytesIO(data))) for name, data in files.items())]


@contextmanager
def shifted(database: Database, interval: str) -> Iterator[None]:
    """Move the station's clock by an interval such as `31 days` for new connections."""
    name = database.url.rpartition("/")[2].partition("?")[0]
    with database.begin() as tx:
        tx.execute(_text(f"ALTER DATABASE \"{name}\" SET fieldstation.time_shift = '{interval}'"))
    database.close()
    yield


def _text(statement: str) -> Any:
    from sqlalchemy import text  # noqa: PLC0415

    return text(statement)
