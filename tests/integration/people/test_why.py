"""`why`: the reasons are those of the rule, and questions are answered to whom they belong."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstation.core.people.model import Kind, Permission, Role, Thing, kind_of
from fieldstation.core.people.service.why import Question
from fieldstation.kernel.errors import Forbidden, NotFound
from tests.integration.people.station import Person, Station, undone

PROJECT_PERMISSIONS = [permission for permission in Permission if kind_of(permission) is Kind.PROJECT]


def ask(
    person: Person, permission: str, thing: str | None = None, user: str | None = None
) -> tuple[int, dict[str, object]]:
    asked = {"permission": permission, "thing": thing, "user": user}
    answer = person.client.get("/api/v1/why", params={key: value for key, value in asked.items() if value})
    return answer.status_code, answer.json()


def reasons(answer: dict[str, object]) -> list[str]:
    because = answer["because"]
    assert isinstance(because, list)
    return [reason["text"] for reason in because]


def test_an_owner_reads_every_reason(station: Station, ada: Person) -> None:
    space = ada.caller.space
    ada.client.put(f"/api/v1/projects/{space}/members/everyone", json={"role": "reader"})
    status, answer = ask(ada, "project:read", space)
    assert (status, answer["allowed"], answer["user"]) == (200, True, "ada")
    assert reasons(answer) == ["everyone is a reader of this project", "ada is an owner of this project"]
    assert reasons(ask(ada, "project:own", space)[1]) == ["ada is an owner of this project"]


def test_a_reader_learns_what_is_missing(station: Station, ada: Person, bob: Person) -> None:
    ada.client.put(f"/api/v1/projects/{ada.caller.space}/members/bob", json={"role": "reader"})
    _, answer = ask(bob, "project:run", ada.caller.space)
    assert answer["allowed"] is False
    assert reasons(answer) == ["bob is a reader of this project, which does not grant project:run"]
    assert answer["next_step"] == "its owner can make bob editor or owner"


def test_a_group_is_named(station: Station, operator: Person, ada: Person, bob: Person) -> None:
    operator.client.post("/api/v1/groups", json={"name": "lab"})
    operator.client.put("/api/v1/groups/lab/members/bob")
    ada.client.put(f"/api/v1/projects/{ada.caller.space}/members/group:lab", json={"role": "editor"})
    assert reasons(ask(bob, "project:run", ada.caller.space)[1]) == [
        "bob is in group:lab, which is an editor of this project"
    ]


def test_what_one_may_not_see_has_no_answer(station: Station, ada: Person, bob: Person) -> None:
    hidden = [ask(bob, "project:read", thing) for thing in (ada.caller.space, "project-none")]
    assert [status for status, _ in hidden] == [404, 404]
    assert hidden[0][1]["detail"] == hidden[1][1]["detail"]


def test_an_owner_asks_about_others(station: Station, ada: Person, bob: Person) -> None:
    status, answer = ask(ada, "project:read", ada.caller.space, "bob")
    assert (status, answer["allowed"]) == (200, False)
    assert reasons(answer) == ["bob has no role on this project; to them it does not exist"]
    assert ask(bob, "project:read", ada.caller.space, "ada")[0] == 404
    ada.client.put(f"/api/v1/projects/{ada.caller.space}/members/bob", json={"role": "reader"})
    assert ask(bob, "project:read", ada.caller.space, "ada")[0] == 403
    assert ask(ada, "project:read", ada.caller.space, "nobody")[0] == 404


def test_an_operator_asks_about_anyone(station: Station, operator: Person, ada: Person, bob: Person) -> None:
    assert ask(operator, "project:run", ada.caller.space, "ada")[1]["allowed"] is True
    assert ask(operator, "project:run", ada.caller.space, "bob")[1]["allowed"] is False
    _, answer = ask(operator, "project:run", ada.caller.space)
    assert reasons(answer) == ["root is an operator of this station, who may do everything"]
    assert ask(operator, "project:run", "project-none", "ada")[0] == 404


def test_a_narrow_token_is_the_reason(station: Station, ada: Person) -> None:
    made = ada.client.post("/api/v1/tokens", json={"name": "x", "scopes": ["station:use"]}).json()["token"]
    answer = station.as_bearer(made).get("/api/v1/why", params={"permission": "project:run", "thing": ada.caller.space})
    [reason] = answer.json()["because"]
    assert reason["name"] == "scope_missing"
    assert "project:run" in answer.json()["next_step"]


def test_station_permissions_name_no_thing(station: Station, operator: Person, ada: Person) -> None:
    assert ask(ada, "station:use")[1]["allowed"] is True
    assert reasons(ask(ada, "station:operate")[1]) == ["ada is not an operator of this station"]
    assert ask(operator, "station:operate")[1]["allowed"] is True
    assert ask(operator, "station:operate", user="ada")[1]["allowed"] is False
    assert ask(ada, "station:operate", user="root")[0] == 403
    assert ask(ada, "station:use", "project-1")[0] == 422
    assert ask(ada, "project:read")[0] == 422
    assert ask(ada, "nothing:here", "x")[0] == 422


def test_the_answer_is_the_rule(station: Station, operator: Person, ada: Person, bob: Person) -> None:
    thing = Thing(kind=Kind.PROJECT, id=ada.caller.space)
    holders = st.sampled_from([1, bob.caller.principal])

    @settings(max_examples=40, deadline=None)
    @given(
        rows=st.dictionaries(holders, st.sampled_from(Role)),
        scopes=st.none() | st.frozensets(st.sampled_from(PROJECT_PERMISSIONS)),
        permission=st.sampled_from(PROJECT_PERMISSIONS),
    )
    def agree(rows: dict[int, Role], scopes: frozenset[Permission] | None, permission: Permission) -> None:
        who = bob.caller if scopes is None else bob.narrowed(*scopes)
        with undone(station.database) as tx:
            for principal, role in rows.items():
                station.people.grant(tx, thing, principal, role)
            allowed = station.people.may(tx, who, permission, thing)
            try:
                asked = station.people.why.explain(tx, who, Question(permission=permission, thing=thing.id))
            except NotFound:
                with pytest.raises(NotFound):
                    station.people.decide(tx, who, permission, thing)
            else:
                assert asked.allowed == allowed
                assert asked.because
                assert (asked.next_step is None) == allowed

    agree()


def test_a_question_about_another_is_theirs_who_share(station: Station, ada: Person, bob: Person) -> None:
    question = Question(permission=Permission.STATION_USE, username="bob")
    with station.database.begin() as tx, pytest.raises(Forbidden):
        station.people.why.explain(tx, ada.caller, question)


def test_a_stranger_is_not_told_what_is_wrong_with_the_question(station: Station) -> None:
    assert station.client.get("/api/v1/why", params={"permission": "station:use", "thing": "x"}).status_code == 401
