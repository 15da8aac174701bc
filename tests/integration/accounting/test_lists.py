"""Lists cost the same whatever their length, and page by key without a gap."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from fieldstation.core.accounting.model.assets import NewAsset, Scope
from fieldstation.core.people.model import Caller
from fieldstation.db import Tx
from fieldstation.kernel.paging import Page, PageRequest, read_cursor
from tests.integration.accounting.world import Person, World
from tests.integration.people.station import counted

Listing = Callable[[World, Tx, Caller, PageRequest], Page[Any]]
LISTS: dict[str, Listing] = {
    "organisations": lambda world, tx, caller, page: world.organisations.list(tx, caller, page),
    "units": lambda world, tx, caller, page: world.units.list(tx, caller, page),
    "products": lambda world, tx, caller, page: world.products.list(tx, caller, page),
    "assets": lambda world, tx, caller, page: world.assets.list(tx, caller, page),
}


def fill(world: World, ada: Person, number: int) -> None:
    """Make one of everything."""
    unit = world.unit(ada, world.organisation(ada, f"organisation {number}"))
    world.storage(ada, unit)
    new = NewAsset(name="key", scope=Scope.UNIT, scope_id=unit.id, content=b"x")
    ada.do(lambda tx, caller: world.assets.create(tx, caller, new))


def pages(world: World, person: Person, listing: Listing, limit: int) -> Sequence[Sequence[str]]:
    """Read a list to its end; return the ids page by page."""
    found: list[list[str]] = []
    request = PageRequest(limit=limit)
    while True:
        page = person.do(partial(lambda tx, caller, of: listing(world, tx, caller, of), of=request))
        found.append([one.id for one in page.items])
        if page.next is None:
            return found
        request = PageRequest(limit=limit, after=read_cursor(page.next))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_whatever_its_length(world: World, ada: Person, bob: Person, name: str) -> None:
    def statements(person: Person) -> int:
        with counted(world.database) as ran:
            pages(world, person, LISTS[name], 100)
        return len(ran)

    fill(world, ada, 0)
    first = {person: statements(person) for person in (ada, world.root)}
    for number in range(1, 12):
        fill(world, ada, number)
    assert {person: statements(person) for person in first} == first
    for person in (ada, world.root):
        whole = [one for page in pages(world, person, LISTS[name], 5) for one in page]
        assert len(whole) == len(set(whole)) == 12 + (name == "organisations")  # the built-in one
        assert whole == sorted(whole, reverse=True)
    assert [one for page in pages(world, bob, LISTS[name], 5) for one in page if name != "organisations"] == []
