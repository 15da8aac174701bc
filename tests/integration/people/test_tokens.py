"""Service tokens: what they are kept as, what they may, and when they end."""

import pytest
from sqlalchemy import text

from fieldstation.core.people.model import Kind, Permission, Thing
from fieldstation.core.people.service.tokens import NewToken
from fieldstation.kernel.errors import Forbidden, Unauthenticated
from tests.integration.people.station import Person, Station, counted


def make(person: Person, **fields: object) -> dict[str, str]:
    answer = person.client.post("/api/v1/tokens", json={"name": "nightly", **fields})
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    made: dict[str, str] = answer.json()
    return made


def test_a_token_is_shown_once_and_kept_as_a_hash(station: Station, ada: Person) -> None:
    made = make(ada)
    secret = made["token"].split("_", 2)[2]
    with station.database.begin() as tx:
        kept = str(tx.all(text("SELECT t.*, encode(hash, 'escape') FROM service_token t")))
        audited = str(tx.all(text("SELECT * FROM audit")))
    assert secret not in kept + audited
    assert "token" not in ada.client.get("/api/v1/tokens").json()["items"][0]
    assert station.as_bearer(made["token"]).get("/api/v1/me").json()["username"] == "ada"


def test_a_caller_is_loaded_with_one_statement(station: Station, ada: Person) -> None:
    token = make(ada)["token"]
    with station.database.begin() as tx, counted(station.database) as statements:
        assert station.people.authenticate(tx, token) == ada.caller
    assert len(statements) == 1


def test_scopes_narrow_decisions_lists_and_me(station: Station, ada: Person) -> None:
    narrow = station.as_bearer(make(ada, scopes=["project:run", "station:use"])["token"])
    assert narrow.get("/api/v1/me").json()["scopes"] == ["project:run", "station:use"]
    assert narrow.get("/api/v1/projects").json()["items"] == []
    refusal = narrow.get(f"/api/v1/projects/{ada.caller.space}")
    assert (refusal.status_code, refusal.json()["reason"]) == (403, "scope_missing")
    assert "project:read" in refusal.json()["next_step"]


def test_a_missing_scope_answers_alike_for_what_exists_and_what_does_not(station: Station, ada: Person) -> None:
    narrow = station.as_bearer(make(ada, scopes=["station:use"])["token"])
    answers = [narrow.get(f"/api/v1/projects/{id_}") for id_ in (ada.caller.space, "project-none")]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert answers[0].json()["detail"] == answers[1].json()["detail"]


@pytest.mark.parametrize("scopes", [None, ["station:use", "dataset:edit"]])
def test_a_narrow_token_makes_no_wider_one(station: Station, ada: Person, scopes: list[str] | None) -> None:
    narrow = station.as_bearer(make(ada, scopes=["station:use", "dataset:read"])["token"])
    wider = narrow.post("/api/v1/tokens", json={"name": "wider"} | ({"scopes": scopes} if scopes else {}))
    assert (wider.status_code, wider.json()["reason"]) == (403, "scope_missing")
    same = narrow.post("/api/v1/tokens", json={"name": "same", "scopes": ["dataset:read"]})
    assert same.status_code == 201


def test_a_narrow_token_of_an_operator_operates_nothing(station: Station, operator: Person, ada: Person) -> None:
    narrow = station.as_bearer(make(operator, scopes=["station:use"])["token"])
    assert narrow.get("/api/v1/users").status_code == 403
    assert narrow.get("/api/v1/users/ada").status_code == 403
    assert narrow.patch("/api/v1/users/ada", json={"suspended": True}).status_code == 403
    revoked = ada.client.get("/api/v1/tokens").json()["items"][0]["id"]
    assert narrow.delete(f"/api/v1/tokens/{revoked}").status_code == 404
    assert operator.client.delete(f"/api/v1/tokens/{revoked}").status_code == 204


def test_a_revoked_token_ends_at_once(station: Station, ada: Person) -> None:
    made = make(ada)
    assert ada.client.delete(f"/api/v1/tokens/{made['id']}").status_code == 204
    answer = station.as_bearer(made["token"]).get("/api/v1/me")
    assert (answer.status_code, answer.json()["reason"]) == (401, "token_revoked")
    assert "Bearer" in answer.headers["www-authenticate"]
    assert made["id"] not in [item["id"] for item in ada.client.get("/api/v1/tokens").json()["items"]]
    assert ada.client.delete(f"/api/v1/tokens/{made['id']}").status_code == 404
    assert station.deeds()[-2:] == ["token.created", "token.revoked"]


def test_nobody_revokes_the_token_of_another(station: Station, ada: Person, bob: Person) -> None:
    made = make(ada)
    assert bob.client.delete(f"/api/v1/tokens/{made['id']}").status_code == 404
    assert station.as_bearer(made["token"]).get("/api/v1/me").status_code == 200


def test_a_token_expires_by_the_clock_of_the_database(station: Station, ada: Person) -> None:
    token = make(ada, days=2)["token"]
    station.later("1 day 23 hours")
    assert station.as_bearer(token).get("/api/v1/me").status_code == 200
    station.later("2 days 1 hour")
    answer = station.as_bearer(token).get("/api/v1/me")
    assert (answer.status_code, answer.json()["reason"]) == (401, "token_expired")


@pytest.mark.parametrize("days", [0, 401])
def test_a_token_lives_at_most_400_days(station: Station, ada: Person, days: int) -> None:
    assert ada.client.post("/api/v1/tokens", json={"name": "x", "days": days}).status_code == 422


def test_an_empty_list_of_scopes_is_refused(station: Station, ada: Person) -> None:
    assert ada.client.post("/api/v1/tokens", json={"name": "x", "scopes": []}).status_code == 422


@pytest.mark.parametrize(
    "text_of", ["fst_", "fst_x_y", "{}x", "fst_00000000000070008000000000000000_" + "a" * 43, "Basic", "", "a.b.c", "é"]
)
def test_what_is_no_token_is_refused_alike(station: Station, ada: Person, text_of: str) -> None:
    token = text_of.format(make(ada)["token"])
    with station.database.begin() as tx, pytest.raises(Unauthenticated) as refusal:
        station.people.authenticate(tx, token)
    assert refusal.value.reason == "token_unknown"


def test_who_comes_without_a_token_is_told_to_sign_in(station: Station) -> None:
    answer = station.client.get("/api/v1/me")
    assert answer.status_code == 401
    assert "login" in answer.json()["next_step"]


def test_a_scope_this_release_does_not_know_grants_nothing(station: Station, ada: Person) -> None:
    made = make(ada, scopes=["station:use"])
    with station.database.begin() as tx:
        tx.execute(text("UPDATE service_token SET scopes = ARRAY['gone:read'] WHERE id = :id"), {"id": made["id"]})
        caller = station.people.authenticate(tx, made["token"])
        assert caller.scopes == frozenset()
        with pytest.raises(Forbidden):
            station.people.require(caller, Permission.STATION_USE)
        thing = Thing(kind=Kind.PROJECT, id=ada.caller.space)
        with pytest.raises(Forbidden):
            station.people.decide(tx, caller, Permission.PROJECT_READ, thing)


def test_tokens_are_listed_in_pages_newest_first(station: Station, ada: Person) -> None:
    with station.database.begin() as tx:
        for number in range(5):
            station.people.tokens.create(tx, ada.caller, NewToken(name=f"n{number}"))
    names: list[str] = []
    after: str | None = None
    while True:
        page = ada.client.get("/api/v1/tokens", params={"limit": 2} | ({"after": after} if after else {})).json()
        names += [item["name"] for item in page["items"]]
        after = page.get("next")
        if after is None:
            break
    assert names == ["n4", "n3", "n2", "n1", "n0", "test"]
