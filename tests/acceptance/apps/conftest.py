"""A station of its own, which one of the tests starts again, with an application that tells what it is asked."""

import json
import shutil
import tempfile
import textwrap
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from fieldstation.client import Station
from fieldstation.testing.station import RunningStation, start_station
from tests.acceptance.squonk.client import Squonk
from tests.acceptance.squonk.conftest import token_of

_PROGRAM = Path(__file__).with_name("echo.py").read_text()
_DEFINITION = """
kind: App
name: {name}
version: 1.0.0
title: Echo
description: Tells what it is asked
image: "station:"
command: [python3, "{{{{ tool }}}}/echo.py", {mode}, "{{{{ port }}}}"]
parameters:
  type: object
  properties:
    memory: {{type: string, default: 512Mi}}
listens: {{port: 8765, within_seconds: {within}, strips: {strips}}}
cost: {{coins: {coins}, period_seconds: {period}}}
files:
  echo.py: |
"""


@dataclass
class Place:
    """The station, who is its first user, and the environment it is started with."""

    running: RunningStation
    admin: Squonk
    port: int

    def restart(self) -> None:
        """Stop it as a service manager does, and start it on the same ports."""
        assert self.running.stop() == 0
        self.running = start_station(self.running.data, port=self.port)


@pytest.fixture(scope="package")
def place() -> Iterator[Place]:
    folder = Path(tempfile.mkdtemp(prefix="fst-apps-"))
    folder.chmod(0o711)  # the users of runs pass through
    running = start_station(folder / "station")
    port = int(running.url.rpartition(":")[2])
    admin = Squonk(url=running.url, token=token_of(running, "admin", running.admin_password), username="admin")
    found = Place(running=running, admin=admin, port=port)
    try:
        with Station(running.url, admin.token) as known:
            for name, mode, within, coins, period, strips in (
                ("echoes.example.org", "serve", 60, 0, 3600, "false"),
                ("roots.example.org", "serve", 60, 2, 3600, "true"),
                ("greedy.example.org", "serve", 60, 1600, 1, "true"),
                ("silent.example.org", "silent", 1, 0, 3600, "true"),
            ):
                text = _DEFINITION.format(
                    name=name, mode=mode, within=within, coins=coins, period=period, strips=strips
                )
                known.tools.publish(text + textwrap.indent(_PROGRAM, "    "), public=True)
        yield found
    finally:
        admin.close()
        found.running.stop()
        shutil.rmtree(folder, ignore_errors=True)


NewSomebody = Callable[[str], Squonk]


@pytest.fixture
def new_somebody(place: Place) -> Iterator[NewSomebody]:
    made: list[Squonk] = []

    def make(name: str) -> Squonk:
        username, password = f"{name}-{uuid.uuid4().hex[:8]}", uuid.uuid4().hex
        with Station(place.running.url, place.admin.token) as known:
            known.users.add(username, password=password)
        token = token_of(place.running, username, password)
        made.append(replace(place.admin, token=token, username=username, _process=None))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def ada(new_somebody: NewSomebody) -> Squonk:
    return new_somebody("ada")


@pytest.fixture
def bob(new_somebody: NewSomebody) -> Squonk:
    return new_somebody("bob")


@pytest.fixture
def project(ada: Squonk) -> str:
    """A private project of hers, paid for by a tier of 2000 coins."""
    ada.accounts("create_personal_unit", billing_day=3)
    unit = ada.accounts_ok("get_personal_unit")["id"]
    tier = {"product_type": "DATA_MANAGER_PROJECT_TIER_SUBSCRIPTION", "flavour": "BRONZE"}
    product = ada.accounts_ok("create_product", product_name="work", unit_id=unit, **tier)["id"]
    found: str = ada.dm_ok("create_project", project_name="Apps", as_tier_product_id=product, private=True)[
        "project_id"
    ]
    return found


def door(somebody: Squonk) -> httpx.Client:
    """The Data Manager's door, as a program with a token sees it."""
    headers = {"Authorization": f"Bearer {somebody.token}"}
    return httpx.Client(base_url=f"{somebody.url}/data-manager-api", headers=headers, timeout=60)


def launched(somebody: Squonk, project: str, application: str, **variables: Any) -> dict[str, Any]:
    """Launch an application by plain HTTP, as the client's own `start_job_instance` would if it were for those."""
    form = {"application_id": application, "project_id": project, "as_name": "An app"}
    with door(somebody) as asked:
        answer = asked.post("/instance", data={**form, "specification": json.dumps({"variables": variables})})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def waited(look: Callable[[], Any], good: Callable[[Any], bool]) -> Any:
    """Look until it is good, patiently."""
    found: Any = None
    for _ in range(600):
        if good(found := look()):
            return found
        threading.Event().wait(0.1)
    raise AssertionError(f"waited in vain: {found}")


def running(somebody: Squonk, instance: str) -> Any:
    """Wait until an application can be opened."""
    return waited(
        lambda: somebody.dm_ok("get_instance", instance_id=instance), lambda found: found["phase"] != "PENDING"
    )


@contextmanager
def inside(somebody: Squonk, url: str, path: str = "") -> Iterator[tuple[httpx.Client, httpx.Response]]:
    """Walk into an application: the station gives a ticket, the other origin a cookie for its path."""
    sent = httpx.get(url + path, headers={"Authorization": f"Bearer {somebody.token}"})
    assert sent.status_code == 303, sent.text
    with httpx.Client(timeout=60) as browser:
        yield browser, browser.get(sent.headers["location"], follow_redirects=True)
