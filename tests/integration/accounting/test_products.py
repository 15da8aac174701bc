"""What units subscribe to, and what may become of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

import pytest

from fieldstation.core.accounting.model.products import (
    Flavour,
    NewProduct,
    ProductChange,
    ProductType,
    Tariff,
    Terms,
)
from fieldstation.core.accounting.service import Product
from fieldstation.core.people.model import Caller, Privacy
from fieldstation.core.people.service.organisations import Alteration
from fieldstation.db import Tx
from fieldstation.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from fieldstation.kernel.paging import PageRequest
from tests.integration.accounting.world import Person, World

EVERY = PageRequest(limit=100)


def names(world: World, person: Person, **filters: str) -> Sequence[str]:
    return [one.name for one in person.do(lambda tx, caller: world.products.list(tx, caller, EVERY, filters)).items]


def terms(allowance: int, limit: int) -> Terms:
    return Terms(allowance=Decimal(allowance), limit=Decimal(limit))


def test_a_tier_has_the_terms_of_its_flavour_and_storage_its_own(world: World, ada: Person) -> None:
    unit = world.unit(ada, world.organisation(ada))
    for flavour in Flavour:
        assert world.tier(ada, unit, flavour).terms == Tariff().tiers[flavour]
    assert world.storage(ada, unit, 10).terms == terms(10, 10)


def test_a_period_begins_on_the_billing_day(world: World, ada: Person) -> None:
    product = world.storage(ada, world.unit(ada, world.organisation(ada)))
    assert (product.period.begin.day, product.period.end.day) == (3, 3)
    today = datetime.now(UTC).date()
    assert product.period.begin <= today < product.period.end
    assert product.remaining_days == (product.period.end - today).days


def test_a_stranger_sees_no_product_and_a_member_all(world: World, ada: Person, bob: Person, eve: Person) -> None:
    organisation = world.organisation(ada)
    rivers, lakes = world.unit(ada, organisation), world.unit(ada, organisation, "Lakes")
    product, _ = world.tier(ada, rivers), world.storage(ada, lakes)
    ada.do(lambda tx, caller: world.units.add_member(tx, caller, rivers.id, "bob"))
    assert (names(world, ada), names(world, bob), names(world, eve)) == (["a store", "a tier"], ["a tier"], [])
    assert names(world, world.root) == ["a store", "a tier"]
    assert names(world, ada, unit=lakes.id) == ["a store"]
    assert names(world, bob, organisation=organisation.id) == ["a tier"]
    for attempt in (
        lambda tx, caller: world.products.show(tx, caller, product.id),
        lambda tx, caller: world.products.change(tx, caller, product.id, ProductChange(name="mine")),
        lambda tx, caller: world.products.remove(tx, caller, product.id),
    ):
        with pytest.raises(NotFound):
            eve.do(attempt)
    ada.do(lambda tx, caller: world.units.remove_member(tx, caller, rivers.id, "bob"))
    assert names(world, bob) == []


def test_coins_can_only_become_more(world: World, ada: Person) -> None:
    unit = world.unit(ada, world.organisation(ada))
    product = world.storage(ada, unit, 10)

    def change(tx: Tx, caller: Caller, of: ProductChange) -> Product:
        return world.products.change(tx, caller, product.id, of)

    raised = ada.do(partial(change, of=ProductChange(allowance=Decimal("12.5"), limit=Decimal(20), name="bigger")))
    assert (raised.terms, raised.name) == (Terms(allowance=Decimal("12.5"), limit=Decimal(20)), "bigger")
    for allowance, limit in (
        (12, None),
        (None, 19),
        (21, None),
        (1, 1),
        ("12.5000001", None),
        (None, 10**15),
    ):
        wanted = ProductChange(
            allowance=None if allowance is None else Decimal(allowance), limit=None if limit is None else Decimal(limit)
        )
        with pytest.raises(Invalid) as refused:
            ada.do(partial(change, of=wanted))
        assert refused.value.reason == "terms"
    assert ada.do(lambda tx, caller: world.products.show(tx, caller, product.id)) == raised
    evaluation = world.tier(ada, unit, Flavour.EVALUATION)
    more = ProductChange(limit=Decimal(10**6))
    with pytest.raises(Invalid):
        ada.do(lambda tx, caller: world.products.change(tx, caller, evaluation.id, more))
    gold = world.tier(ada, unit, Flavour.GOLD)
    assert ada.do(lambda tx, caller: world.products.change(tx, caller, gold.id, more)).terms.limit == 10**6


@pytest.mark.parametrize(
    "new",
    [
        NewProduct(name="x", type=ProductType.PROJECT_TIER),
        NewProduct(name="x", type=ProductType.PROJECT_TIER, flavour=Flavour.GOLD, allowance=Decimal(1)),
        NewProduct(name="x", type=ProductType.PROJECT_TIER, flavour=Flavour.GOLD, limit=Decimal(1)),
        NewProduct(name="x", type=ProductType.STORAGE),
        NewProduct(name="x", type=ProductType.STORAGE, allowance=Decimal(0)),
        NewProduct(name="x", type=ProductType.STORAGE, allowance=Decimal(-1)),
        NewProduct(name="x", type=ProductType.STORAGE, allowance=Decimal(2), limit=Decimal(1)),
        NewProduct(name="x", type=ProductType.STORAGE, allowance=Decimal(2), flavour=Flavour.GOLD),
        NewProduct(name="", type=ProductType.STORAGE, allowance=Decimal(2)),
    ],
)
def test_what_a_type_has_not_is_refused(world: World, ada: Person, new: NewProduct) -> None:
    unit = world.unit(ada, world.organisation(ada))
    with pytest.raises(Invalid) as refused:
        ada.do(lambda tx, caller: world.products.create(tx, caller, unit.id, new))
    assert refused.value.reason in ("terms", "name")
    assert names(world, ada) == []


def test_an_evaluation_is_not_for_units_whose_projects_are_all_private(world: World, ada: Person) -> None:
    unit = world.unit(ada, world.organisation(ada))
    ada.do(lambda tx, caller: world.units.change(tx, caller, unit.id, Alteration(privacy=Privacy.ALWAYS_PRIVATE)))
    with pytest.raises(Invalid) as refused:
        world.tier(ada, unit, Flavour.EVALUATION)
    assert refused.value.reason == "privacy"
    bronze = world.tier(ada, unit)
    assert bronze.private(None) is True
    with pytest.raises(Invalid):
        bronze.private(False)


def test_a_removed_product_is_gone_and_lets_its_unit_go(world: World, ada: Person) -> None:
    unit = world.unit(ada, world.organisation(ada))
    product = world.storage(ada, unit)
    with pytest.raises(Conflict) as kept:
        ada.do(lambda tx, caller: world.units.remove(tx, caller, unit.id))
    assert kept.value.reason == "in_use"
    ada.do(lambda tx, caller: world.products.remove(tx, caller, product.id))
    for person in (ada, world.root):
        with pytest.raises(NotFound):
            person.do(lambda tx, caller: world.products.show(tx, caller, product.id))
    ada.do(lambda tx, caller: world.units.remove(tx, caller, unit.id))
    with pytest.raises(NotFound):
        world.storage(ada, unit)


def test_members_only_make_products(world: World, ada: Person, bob: Person) -> None:
    organisation = world.organisation(ada)
    unit = world.unit(ada, organisation)
    with pytest.raises(NotFound):
        world.storage(bob, unit)
    ada.do(lambda tx, caller: world.units.add_member(tx, caller, unit.id, "bob"))
    assert world.storage(bob, unit).unit.id == unit.id
    with pytest.raises(Forbidden):
        bob.do(lambda tx, caller: world.units.change(tx, caller, unit.id, Alteration(name="Mine")))


def test_what_is_known_of_products_for_lists_of_projects(world: World, ada: Person) -> None:
    organisation = world.organisation(ada)
    unit = world.unit(ada, organisation)
    tier, storage = world.tier(ada, unit), world.storage(ada, unit)
    briefs = ada.do(lambda tx, _caller: world.products.briefs(tx, [tier.id, storage.id, "product-none"]))
    assert briefs.keys() == {tier.id, storage.id}
    brief = briefs[tier.id]
    assert (brief.flavour, brief.unit_id, brief.organisation_id) == (Flavour.BRONZE, unit.id, organisation.id)
