"""Projects over REST: who sees which, and who is what in them."""

import pytest
from sqlalchemy import text

from tests.integration.people.station import Person, Station, counted


def make(person: Person, name: str) -> str:
    answer = person.client.post("/api/v1/projects", json={"name": name})
    assert answer.status_code == 201, answer.text
    made: str = answer.json()["id"]
    return made


def names(person: Person) -> list[str]:
    return [project["name"] for project in person.client.get("/api/v1/projects").json()["items"]]


def test_who_makes_a_project_owns_it_and_calls_it_by_name(station: Station, ada: Person) -> None:
    project = make(ada, "flood")
    assert ada.client.get("/api/v1/projects/flood").json()["id"] == project
    assert ada.client.get(f"/api/v1/projects/{project}").json()["owner"] == "ada"
    assert names(ada) == ["flood", "ada"]
    assert ada.client.post("/api/v1/projects", json={"name": "flood"}).status_code == 409
    assert station.deeds()[-2:] == ["access.granted", "project.created"]


def test_two_people_may_use_one_name(station: Station, ada: Person, bob: Person) -> None:
    assert make(ada, "flood") != make(bob, "flood")
    assert ada.client.get("/api/v1/projects/flood").json()["owner"] == "ada"


def test_an_outsider_finds_nothing(station: Station, ada: Person, bob: Person) -> None:
    project = make(ada, "flood")
    answers = [
        answer
        for id_ in (project, "project-none", "flood")
        for answer in (
            bob.client.get(f"/api/v1/projects/{id_}"),
            bob.client.get(f"/api/v1/projects/{id_}/members"),
            bob.client.put(f"/api/v1/projects/{id_}/members/bob", json={"role": "owner"}),
            bob.client.delete(f"/api/v1/projects/{id_}/members/ada"),
        )
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.json()["detail"] for answer in answers}) == 1
    assert names(bob) == ["bob"]


def test_a_reader_sees_but_does_not_share(station: Station, ada: Person, bob: Person) -> None:
    project = make(ada, "flood")
    assert ada.client.put(f"/api/v1/projects/{project}/members/bob", json={"role": "reader"}).status_code == 204
    assert bob.client.get(f"/api/v1/projects/{project}").status_code == 200
    refused = bob.client.put(f"/api/v1/projects/{project}/members/bob", json={"role": "owner"})
    assert (refused.status_code, refused.json()["reason"]) == (403, "role_missing")
    assert ada.client.delete(f"/api/v1/projects/{project}/members/bob").status_code == 204
    assert bob.client.get(f"/api/v1/projects/{project}").status_code == 404


def test_everyone_may_be_a_reader(station: Station, ada: Person, bob: Person) -> None:
    project = make(ada, "flood")
    assert ada.client.put(f"/api/v1/projects/{project}/members/everyone", json={"role": "reader"}).status_code == 204
    assert "flood" in names(bob)


def test_who_edits_ones_own_project_can_be_let_go(station: Station, ada: Person, bob: Person) -> None:
    own = f"/api/v1/projects/{ada.caller.space}/members/bob"
    assert ada.client.put(own, json={"role": "editor"}).status_code == 204
    assert ada.client.delete(own).status_code == 204


def test_a_project_keeps_a_person_who_owns_it_and_an_editor(
    station: Station, operator: Person, ada: Person, bob: Person
) -> None:
    members = f"/api/v1/projects/{make(ada, 'flood')}/members"
    assert operator.client.post("/api/v1/groups", json={"name": "lab"}).status_code == 201
    for nobody in ("everyone", "group:lab"):
        assert ada.client.put(f"{members}/{nobody}", json={"role": "owner"}).status_code == 204
    reasons = [
        answer.json()["reason"]
        for answer in (
            ada.client.delete(f"{members}/ada"),
            ada.client.put(f"{members}/ada", json={"role": "editor"}),
        )
    ]
    assert reasons == ["last_owner", "last_owner"]
    for nobody in ("everyone", "group:lab"):
        assert ada.client.delete(f"{members}/{nobody}").status_code == 204
    assert ada.client.put(f"{members}/bob", json={"role": "owner"}).status_code == 204
    assert ada.client.put(f"{members}/ada", json={"role": "editor"}).status_code == 204
    assert bob.client.put(f"{members}/bob", json={"role": "owner"}).status_code == 204
    assert bob.client.delete(f"{members}/ada").status_code == 204
    assert bob.client.get(members).json()["items"] == [{"name": "bob", "role": "owner"}]


def test_operators_see_everything(station: Station, operator: Person, ada: Person) -> None:
    project = make(ada, "flood")
    assert operator.client.get(f"/api/v1/projects/{project}").status_code == 200
    assert set(names(operator)) == {"flood", "ada", "root"}


@pytest.mark.parametrize("name", ["", " a", "a ", "a\nb", "a" * 81, "project-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11"])
def test_a_name_that_would_be_misread_is_refused(station: Station, ada: Person, name: str) -> None:
    assert ada.client.post("/api/v1/projects", json={"name": name}).status_code == 422


@pytest.mark.parametrize("path", ["projects", "users", "tokens", "groups", "projects/many0000/members"])
def test_a_page_takes_as_many_statements_for_one_row_as_for_a_thousand(
    station: Station, operator: Person, path: str
) -> None:
    many = f"/api/v1/{path}"
    make(operator, "many0000")

    def statements() -> tuple[int, int]:
        with counted(station.database) as ran:
            answer = operator.client.get(many, params={"limit": 1000})
        assert answer.status_code == 200
        return len(ran), len(answer.json()["items"])

    few, before = statements()
    with station.database.begin() as tx:
        _fill(station, operator)
        tx.execute(text("ANALYZE"))
    again, after = statements()
    assert again == few
    assert after >= 1000 > before


def _fill(station: Station, operator: Person) -> None:
    """Make a thousand of everything, by SQL."""
    who = {"id": operator.caller.user_id, "principal": operator.caller.principal}
    with station.database.begin() as tx:
        project = tx.scalar(text("SELECT id FROM project WHERE name = 'many0000'"))
        for statement in _THOUSAND:
            tx.execute(text(statement), {**who, "project": project})


_NUMBERS = "generate_series(1, 1000) AS n"
_PAD = "lpad(n::text, 4, '0')"
_THOUSAND = (
    f"INSERT INTO principal (id, kind) SELECT 1000 + n, 'user' FROM {_NUMBERS}",
    f"INSERT INTO principal (id, kind) SELECT 3000 + n, 'group' FROM {_NUMBERS}",
    f"""INSERT INTO station_user (id, principal, iss, sub, username, operator, space)
        SELECT 'user-' || {_PAD}, 1000 + n, 'local', {_PAD}, 'many' || {_PAD}, false, '' FROM {_NUMBERS}
         WHERE CAST(:id AS text) || CAST(:principal AS text) || CAST(:project AS text) IS NOT NULL""",
    f"INSERT INTO station_group (principal, name) SELECT 3000 + n, 'many' || {_PAD} FROM {_NUMBERS}",
    f"""INSERT INTO project (id, name, owner, personal)
        SELECT 'project-' || {_PAD}, 'many' || {_PAD}, 'user-' || {_PAD}, false FROM {_NUMBERS}""",
    f"""INSERT INTO access (kind, thing, principal, role)
        SELECT 'project', 'project-' || {_PAD}, :principal, 'owner' FROM {_NUMBERS}""",
    f"INSERT INTO access (kind, thing, principal, role) SELECT 'project', :project, 1000 + n, 'reader' FROM {_NUMBERS}",
    f"""INSERT INTO service_token (id, user_id, name, hash, expires_at)
        SELECT 'token-' || {_PAD}, :id, 'many', '', station_now() FROM {_NUMBERS}""",
)


def test_what_one_may_do_in_a_project_is_told_of_one_and_not_in_lists(ada: Person, bob: Person) -> None:
    made = ada.client.post("/api/v1/projects", json={"name": "flood"}).json()
    assert made["permissions"] == ["project:read", "project:run", "project:write", "project:own"]
    address = f"/api/v1/projects/{made['id']}"
    assert ada.client.patch(address, json={"name": "floods"}).json()["permissions"] == made["permissions"]
    assert "permissions" not in ada.client.get("/api/v1/projects").json()["items"][0]
    ada.client.put(f"{address}/members/bob", json={"role": "reader"})
    assert bob.client.get(address).json()["permissions"] == ["project:read"]
    ada.client.put(f"{address}/members/bob", json={"role": "editor"})
    assert bob.client.get(address).json()["permissions"] == ["project:read", "project:run", "project:write"]
