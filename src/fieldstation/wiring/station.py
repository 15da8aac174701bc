"""One process of a station: its doors, its loops, and the order in which they start and stop."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fieldstation.db import Database, leases, partitions
from fieldstation.db.listen import Listener
from fieldstation.facades.kit.hub import Hub
from fieldstation.kernel.errors import Unavailable
from fieldstation.ports.engine import Engine
from fieldstation.settings import Settings
from fieldstation.storage.filesystem import FilesystemStore
from fieldstation.wiring.engines import build_engines
from fieldstation.wiring.features import Features, build_features
from fieldstation.wiring.loops import LoopBuilder
from fieldstation.wiring.storages import build_storages
from fieldstation.workers.crew import Crew
from fieldstation.workers.dispatch import lease_of

if TYPE_CHECKING:
    from fastapi import FastAPI

    from fieldstation.facades.proxy import Proxy

API = "api"
LOOP_ROLES = ("dispatch", "watch", "follow", "collect", "perform", "react", "sweep")
ALL_ROLES = (API, *LOOP_ROLES)
IMAGE_ROLES: Mapping[str, Sequence[str]] = {  # as the processes of a Squonk2 installation are called
    "API": (API,),
    "CTW": ("dispatch", "collect", "perform"),
    "KEW": ("watch",),
    "PBC": ("follow", "react"),
    "MON": ("sweep",),
}
_FIRST_USER = "admin"


@dataclass(frozen=True, kw_only=True)
class Workers:
    """The loops of this process and the listener that wakes them and whoever waits at a door."""

    crew: Crew
    listener: Listener

    def start(self) -> None:
        """Start everything."""
        self.listener.start()
        self.crew.start()

    def stop(self) -> None:
        """Stop everything, giving back what is held."""
        self.crew.stop()
        self.listener.stop()


@dataclass(frozen=True, kw_only=True)
class Station:
    """One process of a station. `app` serves HTTP; `workers` must run beside it also where no loop has a role."""

    settings: Settings
    database: Database
    features: Features
    store: FilesystemStore
    hub: Hub
    address: str
    workers: Workers
    engines: Mapping[str, Engine]

    @cached_property
    def app(self) -> "FastAPI":
        """The application with every door, loaded when it is asked for: a worker process does without its 30 MB."""
        operations = import_module("fieldstation.wiring.operations")
        doors = import_module("fieldstation.wiring.doors")
        measured = operations.build_operations(self.settings, self.database, self.features, self.engines, self.address)
        outside = import_module("fieldstation.wiring.outside").build_outside(self.settings)
        front = doors.Front(
            public_url=self.address,
            outside=outside,
            stream_origins=self.settings.stream_origins,
            apps_url=apps_address(self.settings, self.address),
        )
        app: FastAPI = doors.build_app(self.database, self.features, self.store, self.hub, front, measured)
        return app

    @cached_property
    def proxy(self) -> "Proxy":
        """The application that serves the origin of applications."""
        doors = import_module("fieldstation.wiring.doors")
        addresses = (self.address, apps_address(self.settings, self.address))
        made: Proxy = doors.build_proxy(self.features, self.app.state.core, self.engines, addresses)
        return made

    def prepare(self) -> None:
        """Make what a new station needs: the first user and the tools that come with it. Idempotent."""
        with self.database.begin() as tx:
            partitions.ensure(tx)
        path = self.settings.data / "admin-password"
        password = self.settings.admin_password or _made_up(path)
        with self.database.begin() as tx:
            self.features.people.users.create_first(tx, _FIRST_USER, password)
        with self.database.begin() as tx:
            self.features.tools.install_builtins(tx)
            self.features.definitions.jobs.install_builtins(tx)

    @property
    def made_password(self) -> Path | None:
        """Where the made-up password of the first user lies; None where the settings gave one."""
        path = self.settings.data / "admin-password"
        return path if self.settings.admin_password is None and path.exists() else None

    def dispatches(self) -> bool:
        """Tell whether a living process starts runs on each engine, so that one submitted now does not wait."""
        try:
            with self.database.begin() as tx:
                return all(leases.is_held(tx, lease_of(engine)) for engine in self.engines)
        except Unavailable:
            return False

    def close(self) -> None:
        """Let go of attempts, which run on, and give the database connections back."""
        for engine in self.engines.values():
            engine.close()
        self.features.definitions.templates.close()
        self.features.definitions.lambdas.close()
        self.features.molecules.chemistry.close()
        self.database.close()


def build_station(
    settings: Settings, database_url: str, roles: Collection[str] = ALL_ROLES, *, public_url: str | None = None
) -> Station:
    """Build what this process needs for its roles; nothing runs yet.

    `public_url` is the address it is reached at, when the settings name none.
    """
    database = Database(database_url, name=f"fieldstation {'+'.join(sorted(roles))}"[:60])
    if API not in roles:  # the loops' statements are few and the same for ever: they are planned once
        database.session["plan_cache_mode"] = "force_generic_plan"
    storages = build_storages(settings)
    store = storages.store
    engines = build_engines(settings)
    url = settings.public_url or public_url or f"http://{settings.host}:{settings.port}"
    features = build_features(settings, storages, engines, url)
    hub = Hub()
    crew = LoopBuilder(settings, database, features, storages).build(roles, engines)
    listener = Listener(database.dsn)
    listener.subscribe(crew.note)
    listener.subscribe(hub.note)
    return Station(
        settings=settings,
        database=database,
        features=features,
        store=store,
        hub=hub,
        address=url,
        workers=Workers(crew=crew, listener=listener),
        engines=engines,
    )


def apps_address(settings: Settings, address: str) -> str:
    """Return the origin of applications: as set, or the port they listen on, at the host of the station's address."""
    host = urlsplit(address).hostname or settings.host
    name = f"[{host}]" if ":" in host else host
    return settings.apps_url or f"http://{name}:{settings.apps_port}"


def _made_up(path: Path) -> str:
    """Read the password that was made up at the first start, or make it up now (0600)."""
    if path.exists():
        return path.read_text().strip()
    password = secrets.token_urlsafe(18)
    path.touch(mode=0o600)
    path.write_text(password + "\n")
    return password
