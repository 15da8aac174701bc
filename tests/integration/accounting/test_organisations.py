"""Who sees and keeps which organisation and unit, and what they may be."""

from functools import partial

import pytest
from sqlalchemy import text

from fieldstation.core.people.model import Caller, Permission, Privacy
from fieldstation.core.people.service.organisations import Alteration, NewOrganisation
from fieldstation.core.people.service.units import NewUnit, Unit
from fieldstation.core.people.service.why import Question
from fieldstation.db import Tx
from fieldstation.kernel.errors import Conflict, FieldstationError, Forbidden, Invalid, NotFound
from fieldstation.kernel.paging import PageRequest
from tests.integration.accounting.world import Person, World

EVERY = PageRequest(limit=100)


def organisations(world: World, person: Person, name: str | None = None) -> list[str]:
    return [one.name for one in person.do(lambda tx, caller: world.organisations.list(tx, caller, EVERY, name)).items]


def units(world: World, person: Person) -> list[str]:
    return [one.name for one in person.do(lambda tx, caller: world.units.list(tx, caller, EVERY)).items]


def test_members_see_all_of_their_organisation(world: World, ada: Person, bob: Person) -> None:
    organisation = world.organisation(ada)
    unit = world.unit(ada, organisation)
    assert (units(world, bob), organisations(world, bob)) == ([], ["Default"])
    ada.do(lambda tx, caller: world.organisations.add_member(tx, caller, organisation.id, "bob"))
    assert (units(world, bob), organisations(world, bob)) == (["Rivers"], ["Moorland Institute", "Default"])
    seen = bob.do(lambda tx, caller: world.units.show(tx, caller, unit.id))
    assert (seen.member, seen.owner, seen.users, seen.organisation.users) == (True, "ada", (), ("bob",))
    bob.do(lambda tx, caller: world.organisations.remove_member(tx, caller, organisation.id, "bob"))
    assert (units(world, bob), organisations(world, bob)) == ([], ["Default"])


def test_members_of_a_unit_see_its_organisation_but_not_its_other_units(world: World, ada: Person, bob: Person) -> None:
    organisation = world.organisation(ada)
    unit, other = world.unit(ada, organisation), world.unit(ada, organisation, "Lakes")
    ada.do(lambda tx, caller: world.units.add_member(tx, caller, unit.id, "bob"))
    assert (units(world, bob), organisations(world, bob)) == (["Rivers"], ["Moorland Institute", "Default"])
    seen = bob.do(lambda tx, caller: world.organisations.show(tx, caller, organisation.id))
    assert (seen.member, seen.owner, seen.users) == (False, "ada", ())
    with pytest.raises(NotFound):
        bob.do(lambda tx, caller: world.units.show(tx, caller, other.id))
    for refused in (
        lambda tx, caller: world.units.create(tx, caller, organisation.id, NewUnit(name="Bogs", billing_day=1)),
        lambda tx, caller: world.organisations.add_member(tx, caller, organisation.id, "bob"),
        lambda tx, caller: world.units.change(tx, caller, unit.id, Alteration(name="Streams")),
    ):
        with pytest.raises(Forbidden):
            bob.do(refused)
    bob.do(lambda tx, caller: world.units.remove_member(tx, caller, unit.id, "bob"))
    assert (units(world, bob), organisations(world, bob)) == ([], ["Default"])


def test_who_does_not_belong_learns_nothing(world: World, ada: Person, bob: Person) -> None:
    organisation = world.organisation(ada)
    unit = world.unit(ada, organisation)
    told = set()
    for reference in (organisation.id, "Moorland Institute", "org-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11"):
        with pytest.raises(NotFound) as hidden:
            bob.do(partial(lambda tx, caller, of: world.organisations.show(tx, caller, of), of=reference))
        told.add(hidden.value.text)
    assert len(told) == 1
    for attempt in (
        lambda tx, caller: world.units.show(tx, caller, unit.id),
        lambda tx, caller: world.units.add_member(tx, caller, unit.id, "bob"),
        lambda tx, caller: world.units.remove(tx, caller, unit.id),
        lambda tx, caller: world.organisations.remove(tx, caller, organisation.id),
        lambda tx, caller: world.organisations.add_member(tx, caller, organisation.id, "bob"),
    ):
        with pytest.raises(NotFound):
            bob.do(attempt)


def test_operators_see_all_but_what_is_reserved(world: World, ada: Person) -> None:
    world.unit(ada, world.organisation(ada))
    assert (units(world, world.root), organisations(world, world.root)) == (
        ["Rivers"],
        ["Moorland Institute", "Default"],
    )
    reserved = "org-11111111-1111-1111-1111-111111111111"
    assert world.root.do(lambda tx, caller: world.organisations.show(tx, caller, reserved)).name == "Reserved for tests"


def test_the_built_in_organisation_stays_as_it_is(world: World, ada: Person) -> None:
    default = ada.do(world.organisations.default)
    assert (default.owner, default.users, default.member, default.builtin) == (None, (), False, True)
    for refused in (
        lambda tx, caller: world.organisations.remove(tx, caller, default.id),
        lambda tx, caller: world.organisations.add_member(tx, caller, default.id, "ada"),
        lambda tx, caller: world.organisations.change(tx, caller, default.id, Alteration(name="Ours")),
        lambda tx, caller: world.units.create(tx, caller, default.id, NewUnit(name="Rivers", billing_day=1)),
    ):
        with pytest.raises(Conflict) as kept:
            world.root.do(refused)
        assert kept.value.reason == "builtin"
        with pytest.raises(Forbidden):
            ada.do(refused)


def test_each_user_has_one_personal_unit_of_their_own(world: World, ada: Person, bob: Person) -> None:
    with pytest.raises(NotFound) as none:
        ada.do(world.units.personal)
    assert "create-personal" in none.value.next_step
    unit = ada.do(lambda tx, caller: world.units.create_personal(tx, caller, 28))
    assert (unit.name, unit.owner, unit.users, unit.personal, unit.billing_day) == ("ada", "ada", (), True, 28)
    assert unit.organisation == ada.do(world.organisations.default)
    with pytest.raises(Conflict):
        ada.do(lambda tx, caller: world.units.create_personal(tx, caller, 1))
    assert units(world, bob) == []
    for refused in (
        lambda tx, caller: world.units.add_member(tx, caller, unit.id, "bob"),
        lambda tx, caller: world.units.remove(tx, caller, unit.id),
        lambda tx, caller: world.units.change(tx, caller, unit.id, Alteration(name="mine")),
    ):
        with pytest.raises(Conflict) as kept:
            ada.do(refused)
        assert kept.value.reason == "personal"
    product = world.storage(ada, unit)
    with pytest.raises(Conflict) as used:
        ada.do(world.units.remove_personal)
    assert used.value.reason == "in_use"
    ada.do(lambda tx, caller: world.products.remove(tx, caller, product.id))
    ada.do(world.units.remove_personal)
    assert units(world, ada) == []
    assert ada.do(lambda tx, caller: world.units.create_personal(tx, caller, 2)).id != unit.id


@pytest.mark.parametrize("billing_day", [-1, 0, 29, 10**9])
def test_a_billing_day_is_one_that_every_month_has(world: World, ada: Person, billing_day: int) -> None:
    organisation = world.organisation(ada)
    new = NewUnit(name="Rivers", billing_day=billing_day)
    for attempt in (
        lambda tx, caller: world.units.create(tx, caller, organisation.id, new),
        lambda tx, caller: world.units.create_personal(tx, caller, billing_day),
    ):
        with pytest.raises(Invalid) as refused:
            ada.do(attempt)
        assert refused.value.reason == "billing_day"


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "a\nb", "a\0b", " Rivers", "\ud800", "tab\tbed"])
def test_a_name_can_be_seen(world: World, ada: Person, name: str) -> None:
    organisation = world.organisation(ada)
    unit = world.unit(ada, organisation)
    for attempt in (
        lambda tx, caller: world.units.create(tx, caller, organisation.id, NewUnit(name=name, billing_day=1)),
        lambda tx, caller: world.units.change(tx, caller, unit.id, Alteration(name=name)),
        lambda tx, caller: world.organisations.change(tx, caller, organisation.id, Alteration(name=name)),
    ):
        with pytest.raises(Invalid) as refused:
            ada.do(attempt)
        assert refused.value.reason == "name"
    with pytest.raises(Invalid):
        world.root.do(
            lambda tx, caller: world.organisations.create(tx, caller, NewOrganisation(name=name, owner="ada"))
        )


def test_quotes_and_braces_are_names_like_others(world: World, ada: Person) -> None:
    name = "{{ 'x' }}; DROP TABLE unit; -- \"ß日\""
    unit = world.unit(ada, world.organisation(ada, name), name)
    assert (unit.name, unit.organisation.name) == (name, name)
    assert organisations(world, ada, name) == [name]


def test_two_units_of_one_organisation_have_two_names(world: World, ada: Person) -> None:
    organisation = world.organisation(ada)
    unit = world.unit(ada, organisation)
    other = world.unit(ada, organisation, "Lakes")
    for attempt in (
        lambda tx, caller: world.units.create(tx, caller, organisation.id, NewUnit(name="Lakes", billing_day=1)),
        lambda tx, caller: world.units.change(tx, caller, unit.id, Alteration(name="Lakes")),
    ):
        with pytest.raises(Conflict) as taken:
            ada.do(attempt)
        assert taken.value.reason == "taken"
    ada.do(lambda tx, caller: world.units.remove(tx, caller, other.id))
    assert ada.do(lambda tx, caller: world.units.change(tx, caller, unit.id, Alteration(name="Lakes"))).name == "Lakes"
    world.unit(ada, world.organisation(ada), "Lakes")
    with pytest.raises(Conflict) as several:
        ada.do(lambda tx, caller: world.units.show(tx, caller, "Lakes"))
    assert several.value.reason == "ambiguous"


def test_the_rule_of_a_unit_never_contradicts_that_of_its_organisation(world: World, ada: Person) -> None:
    organisation = world.organisation(ada)
    unit = world.unit(ada, organisation)
    assert unit.privacy is Privacy.DEFAULT_PRIVATE

    def make(tx: Tx, caller: Caller, organisation: str, new: NewUnit) -> Unit:
        return world.units.create(tx, caller, organisation, new)

    def of_unit(privacy: Privacy) -> None:
        ada.do(lambda tx, caller: world.units.change(tx, caller, unit.id, Alteration(privacy=privacy)))

    def of_organisation(privacy: Privacy) -> None:
        ada.do(lambda tx, caller: world.organisations.change(tx, caller, organisation.id, Alteration(privacy=privacy)))

    of_unit(Privacy.ALWAYS_PUBLIC)
    with pytest.raises(Conflict) as refused:
        of_organisation(Privacy.ALWAYS_PRIVATE)
    assert refused.value.reason == "privacy"
    of_organisation(Privacy.ALWAYS_PUBLIC)
    for privacy in (Privacy.ALWAYS_PRIVATE, Privacy.DEFAULT_PRIVATE, Privacy.DEFAULT_PUBLIC):
        with pytest.raises(Invalid) as contradiction:
            of_unit(privacy)
        assert contradiction.value.reason == "privacy"
        new = NewUnit(name="Lakes", billing_day=1, privacy=privacy)
        with pytest.raises(Invalid):
            ada.do(partial(make, organisation=organisation.id, new=new))
    assert world.unit(ada, organisation, "Lakes").privacy is Privacy.ALWAYS_PUBLIC


def test_only_operators_make_and_remove_organisations(world: World, ada: Person) -> None:
    with pytest.raises(Forbidden):
        ada.do(lambda tx, caller: world.organisations.create(tx, caller, NewOrganisation(name="Mine", owner="ada")))
    with pytest.raises(NotFound):
        world.root.do(
            lambda tx, caller: world.organisations.create(tx, caller, NewOrganisation(name="Mine", owner="nobody"))
        )
    organisation = world.organisation(ada)
    unit = world.unit(ada, organisation)
    with pytest.raises(Forbidden):
        ada.do(lambda tx, caller: world.organisations.remove(tx, caller, organisation.id))
    with pytest.raises(Conflict) as kept:
        world.root.do(lambda tx, caller: world.organisations.remove(tx, caller, organisation.id))
    assert kept.value.reason == "in_use"
    ada.do(lambda tx, caller: world.units.remove(tx, caller, unit.id))
    world.root.do(lambda tx, caller: world.organisations.remove(tx, caller, organisation.id))
    for person in (ada, world.root):
        with pytest.raises(NotFound):
            person.do(lambda tx, caller: world.organisations.show(tx, caller, organisation.id))


def test_the_owner_stays_and_others_come_and_go(world: World, ada: Person, bob: Person, eve: Person) -> None:
    organisation = world.organisation(ada)
    unit = world.unit(ada, organisation)
    add, take = world.units.add_member, world.units.remove_member
    ada.do(lambda tx, caller: add(tx, caller, unit.id, "bob"))
    ada.do(lambda tx, caller: add(tx, caller, unit.id, "bob"))
    bob.do(lambda tx, caller: add(tx, caller, unit.id, "eve"))
    assert ada.do(lambda tx, caller: world.units.show(tx, caller, unit.id)).users == ("bob", "eve")
    with pytest.raises(NotFound):
        ada.do(lambda tx, caller: add(tx, caller, unit.id, "nobody"))
    with pytest.raises(Conflict) as owner:
        bob.do(lambda tx, caller: take(tx, caller, unit.id, "ada"))
    assert owner.value.reason == "last_owner"
    with pytest.raises(Conflict):
        ada.do(lambda tx, caller: world.organisations.remove_member(tx, caller, organisation.id, "ada"))
    eve.do(lambda tx, caller: take(tx, caller, unit.id, "eve"))
    eve_sees = (units(world, eve), organisations(world, eve))
    assert eve_sees == ([], ["Default"])


def test_the_owner_of_an_organisation_owns_its_units(world: World, ada: Person, bob: Person) -> None:
    organisation = world.organisation(ada)
    ada.do(lambda tx, caller: world.organisations.add_member(tx, caller, organisation.id, "bob"))
    unit = world.unit(bob, organisation)
    assert unit.owner == "bob"
    assert (
        ada.do(lambda tx, caller: world.units.change(tx, caller, unit.id, Alteration(name="Streams"))).name == "Streams"
    )


def test_why_names_the_organisation_that_a_role_comes_through(world: World, ada: Person, bob: Person) -> None:
    organisation = world.organisation(ada)
    unit = world.unit(ada, organisation)
    ada.do(lambda tx, caller: world.organisations.add_member(tx, caller, organisation.id, "bob"))
    question = Question(permission=Permission.UNIT_USE, thing=unit.id)
    answer = bob.do(lambda tx, caller: world.people.why.explain(tx, caller, question))
    assert [because.text for because in answer.because] == [
        "bob is in organisation:Moorland Institute, which is an editor of this unit"
    ]


def test_deeds_are_audited(world: World, ada: Person, bob: Person) -> None:
    organisation = world.organisation(ada)
    unit = world.unit(ada, organisation)
    ada.do(lambda tx, caller: world.units.add_member(tx, caller, unit.id, bob.username))
    ada.do(lambda tx, caller: world.units.remove_member(tx, caller, unit.id, bob.username))
    ada.do(lambda tx, caller: world.units.remove(tx, caller, unit.id))
    kinds = "SELECT deed FROM audit WHERE deed LIKE 'organisation.%' OR deed LIKE 'unit.%' ORDER BY id"
    with world.database.begin() as tx:
        deeds = [row.deed for row in tx.all(text(kinds))]
    assert deeds == ["organisation.created", "unit.created", "unit.joined", "unit.left", "unit.removed"]


def test_errors_say_what_to_do_next(world: World, ada: Person) -> None:
    with pytest.raises(FieldstationError) as error:
        ada.do(lambda tx, caller: world.units.show(tx, caller, "none"))
    assert error.value.next_step == "see what there is: fieldstation unit list"
