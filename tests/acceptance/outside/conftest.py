"""A station whose people sign in at an issuer of somebody else: oidc-provider, unmodified, beside it."""

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from fieldstation.testing.station import RunningStation, running_station

PROVIDER = Path(__file__).parents[3] / "web" / "tests" / "issuer" / "provider.js"


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """The station and the address of the issuer that it was told."""

    station: RunningStation
    issuer: str


@contextmanager
def station_of_elsewhere(more: Mapping[str, str] | None = None) -> Iterator[Elsewhere]:
    """Start a station that was told of an issuer where nobody listens yet, with `more` settings."""
    place = Path(tempfile.mkdtemp(prefix="fst-outside-"))
    place.chmod(0o711)  # the users of runs pass through
    issuer = f"http://127.0.0.1:{free_port()}"
    try:
        chosen = {"FIELDSTATION_OIDC_ISSUER": issuer, **(more or {})}
        with running_station(place / "station", environment=chosen) as station:
            yield Elsewhere(station=station, issuer=issuer)
    finally:
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="package")
def elsewhere() -> Iterator[Elsewhere]:
    """The station of most tests here."""
    with station_of_elsewhere({"FIELDSTATION_OIDC_AUDIENCES": "data-manager,account-server"}) as started:
        yield started


@pytest.fixture
def provider(elsewhere: Elsewhere) -> Iterator[str]:
    """The issuer at work, with nothing kept from before; returns its address."""
    with provider_of(elsewhere) as address:
        yield address


@contextmanager
def provider_of(elsewhere: Elsewhere) -> Iterator[str]:
    """Have the issuer of a station at work; returns its address."""
    command = ["node", str(PROVIDER), elsewhere.issuer.rpartition(":")[2], elsewhere.station.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline().strip() == elsewhere.issuer
            yield elsewhere.issuer
        finally:
            process.terminate()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
