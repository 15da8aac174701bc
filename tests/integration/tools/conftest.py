"""A station's people and tools, on a real database."""

import os
from collections.abc import Callable
from dataclasses import replace

import pytest

from fieldstation.core.people.model import EVERYONE, Caller, Permission
from fieldstation.core.people.service import NewUser, People
from fieldstation.core.projects.service import Projects
from fieldstation.core.tools.service import Tools
from fieldstation.db import Database
from fieldstation.kernel.sealing import Sealer

MakeCaller = Callable[..., Caller]


@pytest.fixture
def people() -> People:
    """The one rule of access, with own projects for new users."""
    made = People(Sealer(os.urandom(32)))
    made.users = People(Sealer(os.urandom(32)), [Projects(made)]).users
    return made


@pytest.fixture
def tools(people: People) -> Tools:
    """The service under test."""
    return Tools(people)


@pytest.fixture
def caller(database: Database, people: People) -> MakeCaller:
    """Make users and return them as callers."""

    def make(username: str, *, operator: bool = False) -> Caller:
        with database.begin() as tx:
            user = people.users.create(tx, NewUser(username=username, operator=operator))
        return Caller(
            user_id=user.id,
            username=user.username,
            principal=user.principal,
            principals=(user.principal, EVERYONE),
            operator=user.operator,
            space=user.space,
        )

    return make


def narrowed(caller: Caller, *scopes: Permission) -> Caller:
    """Return the caller as they come with a token of these scopes."""
    return replace(caller, scopes=frozenset(scopes))
