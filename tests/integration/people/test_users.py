"""Users over REST: who makes, sees and changes whom."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from fieldstation.core.people.service import NewUser
from fieldstation.db import Tx
from fieldstation.kernel.errors import Conflict
from tests.integration.people.station import PASSWORD, Person, Station


def test_an_operator_makes_a_user_who_has_a_project_of_their_own(station: Station, operator: Person) -> None:
    body = {"username": "eve", "password": PASSWORD, "name": "Eve", "email": "eve@example.org", "quota_bytes": 5}
    made = operator.client.post("/api/v1/users", json=body)
    assert made.status_code == 201
    shown = made.json()
    assert PASSWORD not in made.text
    assert {key: shown[key] for key in ("username", "name", "email", "operator", "quota_bytes")} == {
        "username": "eve",
        "name": "Eve",
        "email": "eve@example.org",
        "operator": False,
        "quota_bytes": 5,
    }
    eve = station.as_bearer(station.sign_in("eve").json()["access_token"])
    [project] = eve.get("/api/v1/projects").json()["items"]
    assert (project["id"], project["name"], project["owner"], project["personal"]) == (
        shown["project"],
        "eve",
        "eve",
        True,
    )
    assert "user.created" in station.deeds()


def test_absent_fields_are_absent(station: Station, ada: Person) -> None:
    shown = ada.client.get("/api/v1/me").json()
    assert set(shown) == {"id", "username", "operator", "evaluator", "project", "created"}
    assert shown["project"] == ada.caller.space


def test_a_username_is_taken_once(station: Station, operator: Person, ada: Person) -> None:
    answer = operator.client.post("/api/v1/users", json={"username": "ada"})
    assert (answer.status_code, answer.json()["reason"]) == (409, "taken")


@pytest.mark.parametrize(
    "body", [{"username": "Eve"}, {"username": "everyone"}, {"username": "e", "password": "short"}]
)
def test_a_faulty_user_is_refused(station: Station, operator: Person, body: dict[str, str]) -> None:
    assert operator.client.post("/api/v1/users", json=body).status_code == 422


def test_only_operators_make_and_list_users(station: Station, ada: Person) -> None:
    assert ada.client.post("/api/v1/users", json={"username": "eve"}).status_code == 403
    assert ada.client.get("/api/v1/users").status_code == 403


def test_others_are_hidden_like_the_missing(station: Station, ada: Person, bob: Person) -> None:
    answers = [
        answer
        for reference in ("bob", bob.caller.user_id, "nobody")
        for answer in (
            ada.client.get(f"/api/v1/users/{reference}"),
            ada.client.patch(f"/api/v1/users/{reference}", json={"name": "x"}),
        )
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.json()["detail"] for answer in answers}) == 1


def test_one_changes_own_name_and_nothing_more(station: Station, ada: Person) -> None:
    changed = ada.client.patch("/api/v1/users/ada", json={"name": "Ada L.", "email": "a@example.org"})
    assert changed.json()["name"] == "Ada L."
    assert "name" not in ada.client.patch("/api/v1/users/ada", json={"name": None}).json()
    assert ada.client.get("/api/v1/me").json()["email"] == "a@example.org"
    for body in ({"operator": True}, {"quota_bytes": 1}, {"suspended": False}):
        assert ada.client.patch("/api/v1/users/ada", json=body).status_code == 403


def test_a_suspended_user_is_refused_everywhere_at_once(station: Station, operator: Person) -> None:
    dan = station.person("dan", password=PASSWORD)
    signed_in = station.sign_in("dan").json()
    with_access_token = station.as_bearer(signed_in["access_token"])
    assert with_access_token.get("/api/v1/me").status_code == 200
    assert "suspended" in operator.client.patch("/api/v1/users/dan", json={"suspended": True}).json()
    for client in (dan.client, with_access_token):
        answer = client.get("/api/v1/me")
        assert answer.status_code == 401
    assert dan.client.get("/api/v1/me").json()["reason"] == "suspended"
    assert station.refresh(signed_in["refresh_token"]).status_code == 400
    assert station.sign_in("dan").json()["error"] == "invalid_grant"
    assert "suspended" not in operator.client.patch("/api/v1/users/dan", json={"suspended": False}).json()
    assert dan.client.get("/api/v1/me").status_code == 200
    assert station.refresh(signed_in["refresh_token"]).status_code == 400
    assert [deed for deed in station.deeds() if deed.startswith("user.")][-2:] == ["user.suspended", "user.restored"]


def test_the_last_operator_stays(station: Station, operator: Person, ada: Person) -> None:
    for body in ({"suspended": True}, {"operator": False}):
        answer = operator.client.patch("/api/v1/users/root", json=body)
        assert (answer.status_code, answer.json()["reason"]) == (409, "last_operator")
    assert operator.client.patch("/api/v1/users/ada", json={"operator": True}).status_code == 200
    assert operator.client.patch("/api/v1/users/root", json={"operator": False}).status_code == 200
    assert operator.client.get("/api/v1/users").status_code == 403


def test_a_password_is_changed_with_the_current_one(station: Station) -> None:
    dan = station.person("dan", password=PASSWORD)
    session = station.sign_in("dan").json()
    wrong = dan.client.patch("/api/v1/users/dan", json={"password": "another one", "current_password": "wrong"})
    assert (wrong.status_code, wrong.json()["reason"]) == (403, "password_wrong")
    assert dan.client.patch("/api/v1/users/dan", json={"password": "another one"}).status_code == 403
    body = {"password": "another one", "current_password": PASSWORD}
    assert dan.client.patch("/api/v1/users/dan", json=body).status_code == 200
    assert station.sign_in("dan").status_code == 400
    assert station.sign_in("dan", "another one").status_code == 200
    assert station.refresh(session["refresh_token"]).status_code == 400
    assert station.as_bearer(session["access_token"]).get("/api/v1/me").status_code == 401


def test_an_operator_sets_the_password_of_another(station: Station, operator: Person, ada: Person) -> None:
    assert operator.client.patch("/api/v1/users/ada", json={"password": PASSWORD}).status_code == 200
    assert station.sign_in("ada").status_code == 200
    assert operator.client.patch("/api/v1/users/root", json={"password": PASSWORD}).status_code == 403


def test_users_are_listed_by_name_in_pages(station: Station, operator: Person, ada: Person, bob: Person) -> None:
    first = operator.client.get("/api/v1/users", params={"limit": 2}).json()
    rest = operator.client.get("/api/v1/users", params={"limit": 2, "after": first["next"]}).json()
    assert [user["username"] for user in first["items"] + rest["items"]] == ["ada", "bob", "root"]
    assert "next" not in rest


def test_the_first_user_is_made_once(station: Station) -> None:
    with station.database.begin() as tx:
        first = station.people.users.create_first(tx, "admin", PASSWORD)
        assert first is not None
        assert first.operator
        assert station.people.users.create_first(tx, "other", PASSWORD) is None


def test_of_two_processes_that_start_at_once_one_makes_the_first_user(station: Station) -> None:
    def start(_place: int) -> bool:
        with station.database.begin() as tx:
            return station.people.users.create_first(tx, "admin", PASSWORD) is not None

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(start, range(2))) == [False, True]


def test_a_failing_hook_fails_the_creation(station: Station) -> None:
    with station.database.begin() as tx:
        tx.execute(text("ALTER TABLE project ADD CONSTRAINT closed CHECK (name <> 'eve')"))
    with pytest.raises(Exception, match="closed"), station.database.begin() as tx:
        station.people.create_user(tx, NewUser(username="eve"))
    with station.database.begin() as tx:
        assert tx.scalar(text("SELECT count(*) FROM station_user")) == 0


def test_another_issuer_may_use_the_same_subject(station: Station) -> None:
    with station.database.begin() as tx:
        station.people.create_user(tx, NewUser(username="ann", iss="https://one.example", sub="7"))
        station.people.create_user(tx, NewUser(username="ben", iss="https://two.example", sub="7"))
    assert station.sign_in("ann").status_code == 400


def test_the_audit_can_only_grow(station: Station, ada: Person) -> None:
    for statement in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit", "TRUNCATE audit"):
        with pytest.raises(Exception, match="never changed or removed"), station.database.begin() as tx:
            tx.execute(text(statement))


def test_a_deed_that_fails_leaves_no_row(station: Station, ada: Person) -> None:
    before = station.deeds()

    def two(tx: Tx) -> None:
        station.people.create_user(tx, NewUser(username="eve"))
        station.people.create_user(tx, NewUser(username="ada"))

    with pytest.raises(Conflict):
        station.database.retrying(two)
    assert station.deeds() == before


@pytest.mark.parametrize(
    "path", ["users/a%00b", "projects/a%00b", "why?permission=project:read&thing=%00", "groups?after=AA"]
)
def test_a_text_that_no_database_holds_is_the_callers_fault(station: Station, operator: Person, path: str) -> None:
    assert operator.client.get(f"/api/v1/{path}").status_code in (404, 422)
