"""A real station for measuring: its database with every safety on, its first user signed in."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg

from bench import processes
from fieldstation.db.embedded import EmbeddedPostgres
from fieldstation.testing.station import RunningStation, running_station

_SETTINGS = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A running station, with a client signed in as its first user."""

    data: Path
    url: str
    pid: int
    http: httpx.Client
    database_url: str
    settings: Mapping[str, Any]

    def folder(self) -> AbstractContextManager[Path]:
        """Make a folder beside the station's, on the same file system; it goes when the block ends."""
        return bench_folder(self.data.parent)


@contextmanager
def station(**variables: str) -> Iterator[Bench]:
    """Run a station until the block ends; its folder goes with it."""
    with (
        bench_folder() as folder,
        running_station(folder / "station", environment=variables) as running,
        httpx.Client(base_url=running.url, timeout=60) as http,
    ):
        http.headers["Authorization"] = f"Bearer {_token(http, running.admin_password)}"
        yield Bench(
            data=running.data,
            url=running.url,
            pid=running.process.pid,
            http=http,
            database_url=EmbeddedPostgres(running.data).url(),
            settings=settings_of(running),
        )


@contextmanager
def bench_folder(parent: Path | None = None) -> Iterator[Path]:
    """Make a folder that other users can pass, in `FIELDSTATION_BENCH_DIR` unless told where; it goes at the end."""
    where = parent or os.environ.get("FIELDSTATION_BENCH_DIR")
    with tempfile.TemporaryDirectory(prefix="fst-bench-", dir=where) as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def settings_of(running: RunningStation) -> Mapping[str, Any]:
    """Return what a figure depends on: the safeties of the database, and how many processes and threads there are."""
    with psycopg.connect(EmbeddedPostgres(running.data).url()) as connection:
        found = {name: connection.execute(f"SHOW {name}").fetchone()[0] for name in _SETTINGS}  # type: ignore[index]
    pids = processes.of_station(running.process.pid, running.data)
    return {**found, "processes": len(pids), "threads": processes.threads(pids)}


def _token(http: httpx.Client, password: str) -> str:
    form = {"grant_type": "password", "client_id": "fieldstation", "username": "admin", "password": password}
    signed_in = http.post("/auth/realms/fieldstation/protocol/openid-connect/token", data=form).raise_for_status()
    headers = {"Authorization": f"Bearer {signed_in.json()['access_token']}"}
    made = http.post("/api/v1/tokens", json={"name": "bench"}, headers=headers).raise_for_status()
    token: str = made.json()["token"]
    return token
