"""The rule in the database: `decide` and `visible` are one rule, and it is the written one."""

import contextlib
import threading
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from fieldstation.core.people.model import EVERYONE, GRANTS, SEES, Caller, Kind, Permission, Role, Thing, kind_of
from fieldstation.core.people.service import Access
from fieldstation.core.people.store import access as access_store
from fieldstation.db import Database, Tx
from fieldstation.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tests.integration.people.station import Person, Station, counted, undone

PRINCIPALS = (102, 103, 104)
THINGS = ("a", "b", "c")
KINDS = tuple(kind for kind in Kind if kind is not Kind.STATION)
NEW_PRINCIPAL = text("INSERT INTO principal (id, kind) VALUES (:id, 'user')")
Rows = frozenset[tuple[Thing, int, Role]]


@dataclass(frozen=True, kw_only=True)
class World:
    rows: Rows
    caller: Caller


def _caller(principals: frozenset[int], operator: bool, scopes: frozenset[Permission] | None) -> Caller:
    own = min(principals)
    return Caller(
        user_id="user-1",
        username="ada",
        principal=own,
        principals=(EVERYONE, *principals),
        operator=operator,
        space="p",
        scopes=scopes,
    )


things = st.builds(lambda kind, id_: Thing(kind=kind, id=id_), st.sampled_from(KINDS), st.sampled_from(THINGS))
rows = st.frozensets(
    st.tuples(things, st.sampled_from((EVERYONE, *PRINCIPALS)), st.sampled_from(Role)), max_size=14
).map(lambda found: frozenset(row for row in found if (row[0].kind, row[2]) in GRANTS))
callers = st.builds(
    _caller,
    st.frozensets(st.sampled_from(PRINCIPALS), min_size=1),
    st.booleans(),
    st.none() | st.frozensets(st.sampled_from(Permission)),
)
worlds = st.builds(lambda found, who: World(rows=found, caller=who), rows, callers)


def expected(world: World, permission: Permission, thing: Thing) -> bool:
    """The rule by brute force over the rows."""
    who = world.caller
    if who.scopes is not None and permission not in who.scopes:
        return False
    if who.operator:
        return any(of == thing for of, _, _ in world.rows)
    return any(
        of == thing and principal in who.principals and permission in GRANTS[thing.kind, role]
        for of, principal, role in world.rows
    )


def visible_ids(tx: Tx, access: Access, world: World, permission: Permission) -> set[str]:
    kind = kind_of(permission)
    visible = access.visible(world.caller, permission, kind)
    known = "SELECT DISTINCT thing FROM access WHERE kind = :of_kind"
    query = text(f"SELECT d.thing FROM ({known}) AS d WHERE {visible.where('d.thing')}")
    return {row.thing for row in tx.all(query, {"of_kind": kind, **visible.values})}


def check(tx: Tx, world: World) -> None:
    access = Access()
    for thing, principal, role in world.rows:
        access_store.add(tx, thing, principal, role)
    for permission in Permission:
        kind = kind_of(permission)
        if kind is Kind.STATION:
            continue
        seen = visible_ids(tx, access, world, permission)
        for id_ in THINGS:
            thing = Thing(kind=kind, id=id_)
            allowed = expected(world, permission, thing)
            assert access.may(tx, world.caller, permission, thing) == allowed
            assert (id_ in seen) == allowed
            check_decision(tx, world, permission, thing)


def check_decision(tx: Tx, world: World, permission: Permission, thing: Thing) -> None:
    outcome: type[Exception] | None = None
    try:
        Access().decide(tx, world.caller, permission, thing)
    except (NotFound, Forbidden) as error:
        outcome = type(error)
    scopes = world.caller.scopes
    if scopes is not None and permission not in scopes:
        assert outcome is Forbidden
    elif expected(world, permission, thing):
        assert outcome is None
    else:
        sees = expected(world, SEES[thing.kind], thing)
        assert outcome is (Forbidden if sees else NotFound)


def test_both_forms_agree_with_the_written_rule(database: Database) -> None:
    with database.begin() as tx:
        for principal in PRINCIPALS:
            tx.execute(NEW_PRINCIPAL, {"id": principal})

    @settings(max_examples=60, deadline=None)
    @given(worlds)
    def agree(world: World) -> None:
        with undone(database) as tx:
            check(tx, world)

    agree()


def test_a_decision_takes_one_statement(station: Station, ada: Person) -> None:
    thing = Thing(kind=Kind.PROJECT, id=ada.caller.space)
    with station.database.begin() as tx, counted(station.database) as statements:
        station.people.decide(tx, ada.caller, Permission.PROJECT_RUN, thing)
    assert len(statements) == 1


def test_hidden_and_missing_things_answer_alike(station: Station, ada: Person, bob: Person) -> None:
    texts = set()
    with station.database.begin() as tx:
        for id_ in (bob.caller.space, "project-none"):
            with pytest.raises(NotFound) as refusal:
                station.people.decide(tx, ada.caller, Permission.PROJECT_RUN, Thing(kind=Kind.PROJECT, id=id_))
            texts.add((refusal.value.text, refusal.value.next_step, refusal.value.reason))
    assert len(texts) == 1


def test_a_role_is_given_changed_and_taken(station: Station, ada: Person, bob: Person) -> None:
    people, thing = station.people, Thing(kind=Kind.PROJECT, id=ada.caller.space)
    with station.database.begin() as tx:
        for role in (Role.READER, Role.EDITOR):
            people.grant(tx, thing, bob.caller.principal, role, by=ada.caller)
        assert people.may(tx, bob.caller, Permission.PROJECT_RUN, thing)
        assert [(member.name, member.role) for member in people.members(tx, thing)] == [
            ("ada", Role.OWNER),
            ("bob", Role.EDITOR),
        ]
        people.revoke(tx, thing, bob.caller.principal, by=ada.caller)
        people.revoke(tx, thing, bob.caller.principal, by=ada.caller)
        assert not people.may(tx, bob.caller, Permission.PROJECT_READ, thing)
    assert station.deeds()[-3:] == ["access.granted", "access.granted", "access.revoked"]


def test_the_last_owner_stays(station: Station, ada: Person, bob: Person) -> None:
    people, thing = station.people, Thing(kind=Kind.PROJECT, id=ada.caller.space)
    with station.database.begin() as tx:
        with pytest.raises(Conflict):
            people.revoke(tx, thing, ada.caller.principal)
        with pytest.raises(Conflict):
            people.grant(tx, thing, ada.caller.principal, Role.READER)
        people.grant(tx, thing, bob.caller.principal, Role.OWNER)
        people.revoke(tx, thing, ada.caller.principal)


def test_two_owners_cannot_leave_at_once(station: Station, ada: Person, bob: Person) -> None:
    people, thing = station.people, Thing(kind=Kind.PROJECT, id=ada.caller.space)
    with station.database.begin() as tx:
        people.grant(tx, thing, bob.caller.principal, Role.OWNER)
    refused: list[str] = []

    def leave(principal: int) -> None:
        try:
            with station.database.begin() as tx:
                people.revoke(tx, thing, principal)
        except Conflict as error:
            refused.append(error.reason)

    threads = [threading.Thread(target=leave, args=[who.caller.principal]) for who in (ada, bob)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["last_owner"]


def test_a_kind_has_its_own_roles(station: Station, ada: Person) -> None:
    with station.database.begin() as tx, pytest.raises(Invalid, match="no role editor"):
        station.people.grant(tx, Thing(kind=Kind.TOOL, id="tool-1"), ada.caller.principal, Role.EDITOR)


def test_names_become_principals(station: Station, operator: Person, ada: Person) -> None:
    with station.database.begin() as tx:
        group = station.people.groups.create(tx, operator.caller, "lab")
        assert station.people.principal_of(tx, "everyone") == EVERYONE
        assert station.people.principal_of(tx, "ada") == ada.caller.principal
        assert station.people.principal_of(tx, "group:lab") == group.principal
        for unknown in ("lab", "group:ada", "nobody"):
            with pytest.raises(NotFound):
                station.people.principal_of(tx, unknown)


@pytest.mark.parametrize("permission", [p for p in Permission if kind_of(p) is Kind.STATION])
@pytest.mark.parametrize("operator", [True, False])
def test_station_permissions(permission: Permission, operator: bool) -> None:
    who = _caller(frozenset({2}), operator, None)
    with contextlib.nullcontext() if operator or permission is Permission.STATION_USE else pytest.raises(Forbidden):
        Access().require(who, permission)
    with pytest.raises(Forbidden, match="does not include"):
        Access().require(replace(who, scopes=frozenset({Permission.DATASET_READ})), permission)


def test_a_permission_asked_on_the_wrong_kind_is_a_fault_of_ours(station: Station, ada: Person) -> None:
    thing = Thing(kind=Kind.PROJECT, id=ada.caller.space)
    with station.database.begin() as tx, pytest.raises(ValueError, match="not decided on a project"):
        station.people.decide(tx, ada.caller, Permission.DATASET_READ, thing)
    with pytest.raises(ValueError, match="not decided on a tool"):
        station.people.visible(ada.caller, Permission.DATASET_READ, Kind.TOOL)
    with pytest.raises(ValueError, match="not on the station"):
        station.people.require(ada.caller, Permission.DATASET_READ)


def test_a_principal_holds_several_roles_until_each_is_taken(station: Station, ada: Person, bob: Person) -> None:
    people, thing, who = station.people, Thing(kind=Kind.PROJECT, id=ada.caller.space), bob.caller.principal
    with station.database.begin() as tx:
        for role in (Role.READER, Role.EDITOR):
            people.add_role(tx, thing, who, role, by=ada.caller)
        assert [member.role for member in people.roles(tx, thing) if member.principal == who] == ["editor", "reader"]
        assert [member.role for member in people.members(tx, thing)] == [Role.OWNER, Role.EDITOR]
        people.revoke(tx, thing, who, [Role.EDITOR], by=ada.caller)
        assert [member.role for member in people.members(tx, thing)] == [Role.OWNER, Role.READER]
        people.grant(tx, thing, who, Role.EDITOR)
        people.revoke(tx, thing, who, [Role.READER])
        assert len(people.roles(tx, thing)) == 2
