"""A real station for measuring: its database with every safety on, its first user signed in."""

import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg

from fieldstation.db.embedded import EmbeddedPostgres
from fieldstation.testing.station import running_station

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
    ready_seconds: float


@contextmanager
def station(**variables: str) -> Iterator[Bench]:
    """Run a station until the block ends; its folder goes with it."""
    with tempfile.TemporaryDirectory(prefix="fst-bench-", dir=os.environ.get("FIELDSTATION_BENCH_DIR")) as folder:
        Path(folder).chmod(0o711)
        began = time.perf_counter()
        with running_station(Path(folder) / "station", environment=variables) as running:
            ready = time.perf_counter() - began
            database_url = EmbeddedPostgres(running.data).url()
            with httpx.Client(base_url=running.url, timeout=60) as http:
                http.headers["Authorization"] = f"Bearer {_token(http, running.admin_password)}"
                yield Bench(
                    data=running.data,
                    url=running.url,
                    pid=running.process.pid,
                    http=http,
                    database_url=database_url,
                    settings=_settings(database_url),
                    ready_seconds=ready,
                )


def _token(http: httpx.Client, password: str) -> str:
    form = {"grant_type": "password", "client_id": "fieldstation", "username": "admin", "password": password}
    signed_in = http.post("/auth/realms/fieldstation/protocol/openid-connect/token", data=form).raise_for_status()
    headers = {"Authorization": f"Bearer {signed_in.json()['access_token']}"}
    made = http.post("/api/v1/tokens", json={"name": "bench"}, headers=headers).raise_for_status()
    token: str = made.json()["token"]
    return token


def _settings(url: str) -> Mapping[str, Any]:
    with psycopg.connect(url) as connection:
        return {name: connection.execute(f"SHOW {name}").fetchone()[0] for name in _SETTINGS}  # type: ignore[index]
