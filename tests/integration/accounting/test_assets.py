"""Assets: who sees and keeps which, what jobs are given, and that secrets stay secret."""

from collections.abc import Sequence

import pytest
from sqlalchemy import text

from fieldstation.core.accounting.model.assets import MAX_BYTES, Asset, AssetChange, NewAsset, Scope
from fieldstation.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge
from fieldstation.kernel.paging import PageRequest
from tests.integration.accounting.world import Person, World
from tests.integration.people.station import counted

EVERY = PageRequest(limit=100)
SECRET = b"hush {{ x }} 'quoted'\n\xff"


def make(
    world: World, person: Person, scope: Scope = Scope.USER, scope_id: str | None = None, *, secret: bool = False
) -> Asset:
    content = SECRET if secret else f"of {scope}".encode()
    new = NewAsset(name="key", scope=scope, scope_id=scope_id, content=content, secret=secret)
    return person.do(lambda tx, caller: world.assets.create(tx, caller, new))


def change(world: World, person: Person, asset: Asset, wanted: AssetChange) -> Asset:
    return person.do(lambda tx, caller: world.assets.change(tx, caller, asset.id, wanted))


def use(world: World, person: Person, product_id: str | None = None) -> bytes | None:
    """Return what a job of this person is given as `key`."""
    found = person.do(lambda tx, caller: world.assets.usable(tx, caller, ["key", "none"], product_id))
    if "key" not in found:
        return None
    return person.do(lambda tx, _caller: world.assets.given(tx, found["key"])).content


def seen(world: World, person: Person, **filters: str) -> Sequence[str]:
    return [one.scope for one in person.do(lambda tx, caller: world.assets.list(tx, caller, EVERY, filters)).items]


def test_jobs_are_given_the_narrowest_that_is_enabled_and_attached(world: World, ada: Person) -> None:
    organisation = world.organisation(ada)
    unit = world.unit(ada, organisation)
    product = world.tier(ada, unit)
    assets = [
        make(world, world.root, Scope.GLOBAL),
        make(world, ada, Scope.ORGANISATION, organisation.id),
        make(world, ada, Scope.UNIT, unit.id),
        make(world, ada, Scope.PRODUCT, product.id),
        make(world, ada),
    ]
    assert use(world, ada, product.id) is None
    for asset in assets:
        person = world.root if asset.scope is Scope.GLOBAL else ada
        change(world, person, asset, AssetChange(attached=True))
        assert use(world, ada, product.id) == f"of {asset.scope}".encode()
    assert use(world, ada) == b"of user"
    for asset, left in ((assets[4], b"of product"), (assets[3], b"of unit")):
        change(world, ada, asset, AssetChange(enabled=False))
        assert use(world, ada, product.id) == left
    assert use(world, ada) == b"of global"
    change(world, ada, assets[2], AssetChange(attached=False))
    assert use(world, ada, product.id) == b"of organisation"


def test_usable_assets_take_two_statements_however_many_names(world: World, ada: Person) -> None:
    product = world.tier(ada, world.unit(ada, world.organisation(ada)))
    names = [f"name-{number}" for number in range(500)]

    def statements(asked: Sequence[str]) -> int:
        with counted(world.database) as ran:
            ada.do(lambda tx, caller: world.assets.usable(tx, caller, asked, product.id))
        return len(ran)

    assert statements(names) == statements(names[:1])


def test_a_secret_is_told_to_jobs_only(world: World, ada: Person) -> None:
    asset = make(world, ada, secret=True)
    change(world, ada, asset, AssetChange(attached=True))
    for person in (ada, world.root):
        shown = person.do(lambda tx, caller: world.assets.show(tx, caller, asset.id))
        assert (shown.secret, shown.content) == (True, None)
        assert [one.content for one in person.do(lambda tx, caller: world.assets.list(tx, caller, EVERY)).items] == [
            None
        ]
    assert use(world, ada) == SECRET
    with world.database.begin() as tx:
        kept = tx.scalar(text("SELECT sealed FROM asset"))
        told = str(tx.all(text("SELECT body FROM audit WHERE deed LIKE 'asset.%'")))
    assert SECRET not in kept
    assert "hush" not in told


def test_who_sees_and_who_keeps(world: World, ada: Person, bob: Person, eve: Person) -> None:
    organisation = world.organisation(ada)
    unit = world.unit(ada, organisation)
    product = world.tier(ada, unit)
    ada.do(lambda tx, caller: world.units.add_member(tx, caller, unit.id, "bob"))
    scopes = ((Scope.PRODUCT, product.id), (Scope.UNIT, unit.id), (Scope.ORGANISATION, organisation.id))
    made = {scope: make(world, ada, scope, scope_id) for scope, scope_id in scopes}
    made[Scope.USER] = make(world, ada)
    made[Scope.GLOBAL] = make(world, world.root, Scope.GLOBAL)
    assert seen(world, ada) == ["global", "user", "organisation", "unit", "product"]
    assert seen(world, world.root) == seen(world, ada)
    assert seen(world, bob) == ["global", "organisation", "unit", "product"]
    assert seen(world, eve) == ["global"]
    assert seen(world, ada, scope="unit", scope_id=unit.id) == ["unit"]
    assert seen(world, eve, scope="unit", scope_id=unit.id) == []
    again = AssetChange(description="again")
    for scope in (Scope.PRODUCT, Scope.UNIT):
        assert change(world, bob, made[scope], again).description == "again"
    for scope in (Scope.ORGANISATION, Scope.GLOBAL):
        with pytest.raises(Forbidden):
            change(world, bob, made[scope], again)
    for scope, asset in made.items():
        if scope is not Scope.GLOBAL:
            with pytest.raises(NotFound):
                change(world, eve, asset, again)


def test_what_nobody_may_make(world: World, ada: Person, bob: Person) -> None:
    organisation = world.organisation(ada)
    unit = world.unit(ada, organisation)
    product = world.tier(ada, unit)
    for scope, scope_id in ((Scope.PRODUCT, product.id), (Scope.UNIT, unit.id), (Scope.ORGANISATION, organisation.id)):
        with pytest.raises(NotFound):
            make(world, bob, scope, scope_id)
        with pytest.raises(Invalid):
            make(world, bob, scope)
    for scope, name in ((Scope.GLOBAL, None), (Scope.USER, "ada"), (Scope.USER, "nobody")):
        with pytest.raises(Forbidden):
            make(world, bob, scope, name)
    default = ada.do(world.organisations.default)
    with pytest.raises(Forbidden):
        make(world, ada, Scope.ORGANISATION, default.id)
    assert make(world, world.root, Scope.USER, "ada").scope_id == "ada"
    with pytest.raises(NotFound):
        make(world, world.root, Scope.USER, "nobody")
    with pytest.raises(Invalid):
        make(world, world.root, Scope.GLOBAL, "ada")


def test_a_name_is_unique_in_its_scope_only(world: World, ada: Person, bob: Person) -> None:
    make(world, ada)
    make(world, bob)
    with pytest.raises(Conflict) as taken:
        make(world, ada)
    assert taken.value.reason == "taken"


@pytest.mark.parametrize("name", ["", "Upper", "a b", "a_b", "x" * 64, "{{ a }}", "a'b", "a\n", "é"])
def test_names_out_of_pattern(world: World, ada: Person, name: str) -> None:
    with pytest.raises(Invalid):
        ada.do(lambda tx, caller: world.assets.create(tx, caller, NewAsset(name=name, scope=Scope.USER, content=b"x")))


def test_contents_have_bounds(world: World, ada: Person) -> None:
    asset = make(world, ada)
    with pytest.raises(Invalid):
        change(world, ada, asset, AssetChange(content=b""))
    with pytest.raises(TooLarge):
        change(world, ada, asset, AssetChange(content=bytes(MAX_BYTES + 1)))
    with pytest.raises(Invalid):
        change(world, ada, asset, AssetChange(description="x" * 1001))
    with pytest.raises(Invalid):
        change(world, ada, asset, AssetChange(description="\ud800"))
    long = change(world, ada, asset, AssetChange(content=bytes(MAX_BYTES)))
    assert long.content == bytes(MAX_BYTES)
    assert long.content_changed_at is not None
    (listed,) = ada.do(lambda tx, caller: world.assets.list(tx, caller, EVERY)).items
    assert listed.content is None


def test_what_is_attached_or_has_assets_stays(world: World, ada: Person) -> None:
    organisation = world.organisation(ada)
    unit = world.unit(ada, organisation)
    asset = make(world, ada, Scope.UNIT, unit.id)
    change(world, ada, asset, AssetChange(attached=True))
    with pytest.raises(Conflict) as kept:
        ada.do(lambda tx, caller: world.assets.remove(tx, caller, asset.id))
    assert kept.value.reason == "in_use"
    with pytest.raises(Conflict):
        ada.do(lambda tx, caller: world.units.remove(tx, caller, unit.id))
    change(world, ada, asset, AssetChange(attached=False))
    ada.do(lambda tx, caller: world.assets.remove(tx, caller, asset.id))
    with pytest.raises(NotFound):
        ada.do(lambda tx, caller: world.assets.show(tx, caller, asset.id))
    ada.do(lambda tx, caller: world.units.remove(tx, caller, unit.id))


def test_the_station_is_the_only_merchant(world: World, ada: Person) -> None:
    merchant = ada.do(world.merchants.show)
    assert (merchant.id, merchant.name, merchant.address) == (1, "station.example", "https://station.example:8443")
    with pytest.raises(NotFound):
        ada.do(lambda tx, caller: world.merchants.show(tx, caller, 2))
