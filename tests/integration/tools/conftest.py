"""A station's people and tools, on a real database and behind their real doors."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from fieldstation.core.people.model import Caller
from fieldstation.core.people.service import People
from fieldstation.core.tools.service import HysdsJobs, Tools
from fieldstation.db import Database
from fieldstation.facades.rest import tools as door
from fieldstation.gateways.lambdas import BoundedLambdas
from fieldstation.gateways.templates import BoundedTemplates
from tests.integration.people.station import Station

MakeCaller = Callable[..., Caller]


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """Run the doors of all tests in one event loop."""
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture
def station(database: Database, portal: BlockingPortal) -> Iterator[Station]:
    """People and tools, with their doors."""
    made = Station(database, portal)
    with closing(BoundedTemplates()) as templates, closing(BoundedLambdas()) as lambdas:
        parts = door.ToolsDoor(
            tools=Tools(made.people), hysds=HysdsJobs(made.people), templates=templates, lambdas=lambdas
        )
        made.app.include_router(door.router(parts), prefix="/api/v1")
        yield made


@pytest.fixture
def people(station: Station) -> People:
    """The one rule of access."""
    return station.people


@pytest.fixture
def tools(people: People) -> Tools:
    """The service under test."""
    return Tools(people)


@pytest.fixture
def caller(station: Station) -> MakeCaller:
    """Make users and return them as callers."""

    def make(username: str, *, operator: bool = False) -> Caller:
        return station.person(username, operator=operator).caller

    return make
