"""A project tier pays for one project at a time, of members of its unit."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from fieldstation.core.accounting.model.products import TEST_PRODUCT, Flavour
from fieldstation.core.accounting.service import Claim, Product
from fieldstation.core.people.model import Caller, Permission
from fieldstation.db import Tx
from fieldstation.kernel.errors import Conflict, FieldstationError, Forbidden, Invalid, NotFound
from tests.integration.accounting.world import Person, World

PROJECT = "project-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11"


def claim(world: World, product_id: str, project: str = PROJECT) -> Callable[[Tx, Caller], Product]:
    return lambda tx, caller: world.products.claim(tx, caller, product_id, project, "flood")


def test_a_tier_is_claimed_once_and_again_when_released(world: World, ada: Person) -> None:
    tier = world.tier(ada, world.unit(ada, world.organisation(ada)))
    claimed = ada.do(claim(world, tier.id))
    assert claimed.claim == Claim(project_id=PROJECT, name="flood")
    with pytest.raises(Forbidden) as refused:
        ada.do(claim(world, tier.id, "project-2"))
    assert refused.value.reason == "claimed"
    with pytest.raises(Conflict) as kept:
        ada.do(lambda tx, caller: world.products.remove(tx, caller, tier.id))
    assert (kept.value.reason, PROJECT in kept.value.text) == ("in_use", True)
    ada.do(lambda tx, _caller: world.products.rename(tx, PROJECT, "drought"))
    shown = ada.do(lambda tx, caller: world.products.show(tx, caller, tier.id))
    assert shown.claim == Claim(project_id=PROJECT, name="drought")
    ada.do(lambda tx, caller: world.products.release(tx, PROJECT, by=caller))
    assert ada.do(claim(world, tier.id, "project-2")).claim == Claim(project_id="project-2", name="flood")


def test_only_tiers_can_be_claimed(world: World, ada: Person) -> None:
    storage = world.storage(ada, world.unit(ada, world.organisation(ada)))
    with pytest.raises(Forbidden) as refused:
        ada.do(claim(world, storage.id))
    assert (refused.value.reason, "--flavour" in refused.value.next_step) == ("not_a_tier", True)


def test_a_product_of_others_does_not_exist(world: World, ada: Person, bob: Person) -> None:
    tier = world.tier(ada, world.unit(ada, world.organisation(ada)))
    texts = []
    for product_id in (tier.id, PROJECT, TEST_PRODUCT):
        with pytest.raises(NotFound) as hidden:
            bob.do(claim(world, product_id))
        texts.append(hidden.value.text)
    assert len(set(texts)) == 1


def test_members_of_a_unit_and_of_its_organisation_may_claim(world: World, ada: Person, bob: Person) -> None:
    organisation = world.organisation(ada)
    unit = world.unit(ada, organisation)
    first, second = world.tier(ada, unit), world.tier(ada, unit)
    ada.do(lambda tx, caller: world.units.add_member(tx, caller, unit.id, "bob"))
    assert bob.do(claim(world, first.id)).claim is not None
    ada.do(lambda tx, caller: world.units.remove_member(tx, caller, unit.id, "bob"))
    with pytest.raises(NotFound):
        bob.do(claim(world, second.id, "project-2"))
    ada.do(lambda tx, caller: world.organisations.add_member(tx, caller, organisation.id, "bob"))
    assert bob.do(claim(world, second.id, "project-2")).claim is not None


def test_a_token_without_the_scope_may_not_claim(world: World, ada: Person) -> None:
    tier = world.tier(ada, world.unit(ada, world.organisation(ada)))
    narrow = frozenset({Permission.STATION_USE})
    with pytest.raises(Forbidden) as refused:
        ada.do(lambda tx, caller: claim(world, tier.id)(tx, replace(caller, scopes=narrow)))
    assert refused.value.reason == "scope_missing"


def test_the_reserved_product_serves_operators_again_and_again(world: World, ada: Person) -> None:
    for project in ("project-1", "project-2"):
        product = world.root.do(claim(world, TEST_PRODUCT, project))
        assert (product.id, product.claim) == (TEST_PRODUCT, None)
    with pytest.raises(NotFound):
        ada.do(claim(world, TEST_PRODUCT))
    with pytest.raises(Conflict):
        world.root.do(lambda tx, caller: world.products.remove(tx, caller, TEST_PRODUCT))


def test_two_projects_cannot_claim_one_tier_at_once(world: World, ada: Person) -> None:
    tier = world.tier(ada, world.unit(ada, world.organisation(ada)))
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def run(project: str) -> None:
        together.wait()
        try:
            ada.do(claim(world, tier.id, project))
            outcomes.append("claimed")
        except FieldstationError as error:
            outcomes.append(f"refused: {error.reason}")

    threads = [threading.Thread(target=run, args=(f"project-{number}",)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["claimed", "refused: claimed"]


def test_an_evaluation_is_public_and_a_rule_that_is_fixed_leaves_no_choice(world: World, ada: Person) -> None:
    unit = world.unit(ada, world.organisation(ada))
    evaluation, bronze = world.tier(ada, unit, Flavour.EVALUATION), world.tier(ada, unit)
    assert (evaluation.private(None), bronze.private(None), bronze.private(False)) == (False, True, False)
    with pytest.raises(Invalid) as refused:
        evaluation.private(True)
    assert refused.value.reason == "privacy"
