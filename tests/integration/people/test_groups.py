"""Groups: they hold roles for all who are in them."""

from tests.integration.people.station import Person, Station


def test_a_role_of_a_group_is_its_members(station: Station, operator: Person, ada: Person, bob: Person) -> None:
    assert operator.client.post("/api/v1/groups", json={"name": "lab"}).status_code == 201
    assert operator.client.put("/api/v1/groups/lab/members/bob").status_code == 204
    members = f"/api/v1/projects/{ada.caller.space}/members"
    assert ada.client.put(f"{members}/group:lab", json={"role": "reader"}).status_code == 204
    assert [project["name"] for project in bob.client.get("/api/v1/projects").json()["items"]] == ["bob", "ada"]
    assert [member["name"] for member in ada.client.get(members).json()["items"]] == ["group:lab", "ada"]
    assert operator.client.delete("/api/v1/groups/lab/members/bob").status_code == 204
    assert bob.client.get(f"/api/v1/projects/{ada.caller.space}").status_code == 404
    assert [deed for deed in station.deeds() if deed.startswith("group.")] == [
        "group.created",
        "group.joined",
        "group.left",
    ]


def test_groups_are_seen_from_inside_and_by_operators(
    station: Station, operator: Person, ada: Person, bob: Person
) -> None:
    for name in ("lab", "field"):
        operator.client.post("/api/v1/groups", json={"name": name})
    operator.client.put("/api/v1/groups/lab/members/ada")
    operator.client.put("/api/v1/groups/lab/members/ada")

    def names(person: Person) -> list[str]:
        return [group["name"] for group in person.client.get("/api/v1/groups").json()["items"]]

    assert (names(operator), names(ada), names(bob)) == (["field", "lab"], ["lab"], [])
    assert ada.client.get("/api/v1/groups/lab/members").json() == {"items": [{"username": "ada"}]}
    hidden = [bob.client.get(f"/api/v1/groups/{name}/members") for name in ("lab", "none")]
    assert [answer.status_code for answer in hidden] == [404, 404]
    assert hidden[0].json()["detail"] == hidden[1].json()["detail"]


def test_only_operators_keep_groups(station: Station, operator: Person, ada: Person) -> None:
    assert ada.client.post("/api/v1/groups", json={"name": "lab"}).status_code == 403
    operator.client.post("/api/v1/groups", json={"name": "lab"})
    assert operator.client.post("/api/v1/groups", json={"name": "lab"}).status_code == 409
    assert ada.client.put("/api/v1/groups/lab/members/ada").status_code == 403
    assert operator.client.put("/api/v1/groups/lab/members/nobody").status_code == 404
    assert operator.client.put("/api/v1/groups/none/members/ada").status_code == 404
