"""Who operators act as where they must say so, and what the audit tells of it."""

import pytest
from sqlalchemy import text

from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.people.service import AccountChange, Acting
from fieldstation.core.people.service.tokens import NewToken
from fieldstation.core.people.service.users import UserChange
from fieldstation.kernel.errors import Forbidden, Unauthenticated
from tests.integration.people.station import Person, Station


@pytest.fixture
def eve(station: Station) -> Person:
    return station.person("eve", operator=True)


@pytest.fixture
def ada(station: Station) -> Person:
    return station.person("ada")


def change(station: Station, person: Person, wanted: AccountChange) -> None:
    with station.database.begin() as tx:
        station.people.accounts.change(tx, person.caller, wanted)


def acting(station: Station, person: Person, *scopes: Permission) -> Caller:
    """Return who a token of this person acts as."""
    with station.database.begin() as tx:
        new = NewToken(name="acting", scopes=frozenset(scopes) or None)
        token = station.people.tokens.create(tx, person.caller, new).text
    with station.database.begin() as tx:
        return Acting(station.people).authenticate(tx, token)


def test_powers_come_and_go(station: Station, eve: Person) -> None:
    assert acting(station, eve).operator is False
    change(station, eve, AccountChange(admin=True))
    assert acting(station, eve).operator is True
    change(station, eve, AccountChange(admin=False))
    assert acting(station, eve).operator is False
    with station.database.begin() as tx:
        assert station.people.caller(tx, eve.caller.user_id).caller.operator is True


def test_who_acts_as_a_user_has_their_rights_and_the_scopes_of_the_token(
    station: Station, eve: Person, ada: Person
) -> None:
    change(station, eve, AccountChange(admin=True, impersonate="ada"))
    found = acting(station, eve, Permission.DATASET_READ)
    assert (found.user_id, found.principals, found.space) == (
        ada.caller.user_id,
        ada.caller.principals,
        ada.caller.space,
    )
    assert (found.operator, found.impersonator) == (False, eve.caller.user_id)
    assert found.scopes == frozenset({Permission.DATASET_READ})


def test_a_narrow_token_turns_nothing_on(station: Station, eve: Person, ada: Person) -> None:
    narrow = eve.narrowed(Permission.STATION_USE)
    for wanted in (AccountChange(admin=True), AccountChange(impersonate="ada"), AccountChange(impersonating=True)):
        with station.database.begin() as tx, pytest.raises(Forbidden):
            station.people.accounts.change(tx, narrow, wanted)


def test_nobody_acts_as_who_was_suspended_or_became_an_operator(station: Station, eve: Person, ada: Person) -> None:
    change(station, eve, AccountChange(admin=True, impersonate="ada"))
    for wanted in (
        UserChange(fields=frozenset({"suspended"}), suspended=True),
        UserChange(fields=frozenset({"suspended", "operator"}), suspended=False, operator=True),
    ):
        with station.database.begin() as tx:
            station.people.users.change(tx, eve.caller, "ada", wanted)
        with pytest.raises(Forbidden):
            acting(station, eve)
    change(station, eve, AccountChange(impersonate=""))
    assert acting(station, eve).username == "eve"


def test_who_is_an_operator_no_more_acts_as_nobody_else(station: Station, eve: Person, ada: Person) -> None:
    station.person("root", operator=True)
    change(station, eve, AccountChange(admin=True, impersonate="ada"))
    with station.database.begin() as tx:
        wanted = UserChange(fields=frozenset({"operator"}), operator=False)
        station.people.users.change(tx, eve.caller, "eve", wanted)
    found = acting(station, eve)
    assert (found.username, found.operator, found.impersonator) == ("eve", False, None)
    with station.database.begin() as tx:
        assert station.people.accounts.show(tx, found).impersonates is None


def test_a_suspended_operator_acts_as_nobody(station: Station, eve: Person) -> None:
    root = station.person("root", operator=True)
    change(station, eve, AccountChange(admin=True))
    with station.database.begin() as tx:
        token = station.people.tokens.create(tx, eve.caller, NewToken(name="kept")).text
        suspended = UserChange(fields=frozenset({"suspended"}), suspended=True)
        station.people.users.change(tx, root.caller, "eve", suspended)
    with station.database.begin() as tx, pytest.raises(Unauthenticated):
        Acting(station.people).authenticate(tx, token)


def test_the_audit_names_who_acts(station: Station, eve: Person, ada: Person) -> None:
    change(station, eve, AccountChange(admin=True, impersonate="ada"))
    with station.database.begin() as tx:
        token = station.people.tokens.create(tx, eve.caller, NewToken(name="acting")).text
    with station.database.begin() as tx:
        found = Acting(station.people).authenticate(tx, token)
        station.people.users.change(tx, found, "ada", UserChange(fields=frozenset({"name"}), name="Ada L."))
    change(station, eve, AccountChange(admin=False))
    with station.database.begin() as tx:
        rows = tx.all(text("SELECT actor, deed, body FROM audit ORDER BY id"))
    told = {row.deed: row for row in rows}
    assert told["user.changed"].actor == ada.caller.user_id
    assert told["user.changed"].body["impersonator"] == eve.caller.user_id
    assert told["impersonation.taken"].body == {"as": "ada"}
    assert told["impersonation.ended"].actor == eve.caller.user_id
    assert {"admin.taken", "admin.ended"} <= set(told)
    assert [row.deed for row in rows if "impersonator" in row.body] == ["user.changed"]
