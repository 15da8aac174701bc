"""Tools over REST: wire forms, statuses, and the same faults that the offline check lists."""

import json
from http import HTTPStatus
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import text

from fieldstation.core.tools.service import Tools
from tests.integration.people.station import Person, Station, counted
from tests.integration.tools.test_service import BUILTINS, definition
from tests.unit.tools.squonk_files import BAD, COUNT, NEXTFLOW, file_of

YAML = {"Content-Type": "application/yaml"}


@pytest.fixture
def anna(station: Station) -> Person:
    return station.person("anna")


@pytest.fixture
def builtins(station: Station, tools: Tools) -> None:
    with station.database.begin() as tx:
        tools.install_builtins(tx)


def publish(person: Person, body: str, **query: Any) -> Any:
    return person.client.post("/api/v1/tools", content=body.encode(), headers=YAML, params=query)


def test_publishing_answers_201_then_200_then_409(anna: Person) -> None:
    first = publish(anna, definition())
    assert first.status_code == HTTPStatus.CREATED
    again = publish(anna, definition())
    assert (again.status_code, again.json()) == (HTTPStatus.OK, first.json())
    other = publish(anna, definition(title="Another"))
    assert (other.status_code, other.json()["reason"]) == (HTTPStatus.CONFLICT, "version_taken")
    shown = anna.client.get("/api/v1/tools/count").json()
    assert shown == first.json()
    assert shown["published_by"] == "anna"
    assert shown["published"].endswith("Z")
    assert shown["definition"]["resources"]["memory"] == 1 << 30
    assert shown["text"] == definition()


def test_faults_come_with_line_and_column(anna: Person) -> None:
    refused = publish(anna, "kind: Tool\nname: A B\nversion: one\nimage: 'station:'\ncommand: [true]\n")
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    places = {(fault["where"], fault["line"], fault["column"]) for fault in refused.json()["problems"]}
    assert places == {("/name", 2, 7), ("/version", 3, 10), ("/command/0", 5, 11)}


def test_the_check_publishes_nothing(station: Station, anna: Person) -> None:
    answer = anna.client.post("/api/v1/tools/check", content=definition().encode(), headers=YAML)
    assert answer.status_code == HTTPStatus.OK
    assert [(tool["name"], tool["version"]) for tool in answer.json()["tools"]] == [("count", "1.0.0")]
    assert answer.json()["faults"] == []
    assert answer.json()["warnings"]
    faulty = anna.client.post("/api/v1/tools/check", content=b"kind: Job\n", headers=YAML).json()
    assert faulty["tools"] == []
    assert {fault["where"] for fault in faulty["faults"]} >= {"/kind", "/"}
    assert anna.client.get("/api/v1/tools").json() == {"items": []}
    unknown = station.client.post("/api/v1/tools/check", content=definition().encode(), headers=YAML)
    assert unknown.status_code == HTTPStatus.UNAUTHORIZED


def test_the_check_reads_jobs_and_manifests_too(anna: Person) -> None:
    def checked(text: str) -> dict[str, list[dict[str, str]]]:
        answer = anna.client.post("/api/v1/tools/check", content=text.encode(), headers=YAML)
        assert answer.status_code == HTTPStatus.OK
        found: dict[str, list[dict[str, str]]] = answer.json()
        return found

    jobs = checked(file_of(COUNT, BAD, NEXTFLOW.replace("--smiles {{ smiles }}", "{% if %}")))
    assert [(tool["format"], tool["collection"], tool["name"]) for tool in jobs["tools"]] == [
        ("squonk2", "acme", "count-atoms")
    ]
    assert [fault["where"] for fault in jobs["faults"]] == ["/jobs/broken/image", "/jobs/enumerate/command"]
    manifest = checked("kind: DataManagerManifest\nkind-version: '2021.1'\njob-definition-files: [../x]\n")
    assert [fault["where"] for fault in manifest["faults"]] == ["/job-definition-files/0"]
    assert checked("kind: DataManagerWorkflow\n")["faults"][0]["where"] == "/kind"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"\xff\xfe", HTTPStatus.UNPROCESSABLE_ENTITY),
        (b"x" * ((1 << 20) + 1), HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        (b"", HTTPStatus.UNPROCESSABLE_ENTITY),
        (b"[" * 5000, HTTPStatus.UNPROCESSABLE_ENTITY),
    ],
)
def test_what_is_no_definition_is_refused(anna: Person, body: bytes, status: HTTPStatus) -> None:
    answer = anna.client.post("/api/v1/tools", content=body, headers=YAML)
    assert answer.status_code == status
    assert answer.json()["next_step"]


def test_versions_are_listed_and_shown(anna: Person) -> None:
    for version in ("1.0.0", "1.1.0", "2.0.0-beta"):
        assert publish(anna, definition(version=version)).status_code == HTTPStatus.CREATED
    listed = anna.client.get("/api/v1/tools/count/versions", params={"limit": 2}).json()
    assert [item["version"] for item in listed["items"]] == ["2.0.0-beta", "1.1.0"]
    rest = anna.client.get("/api/v1/tools/count/versions", params={"after": listed["next"]}).json()
    assert [item["version"] for item in rest["items"]] == ["1.0.0"]
    assert "next" not in rest
    assert anna.client.get("/api/v1/tools/count").json()["version"] == "1.1.0"
    assert anna.client.get("/api/v1/tools/count/versions/2.0.0-beta").json()["version"] == "2.0.0-beta"
    assert anna.client.get("/api/v1/tools/count/versions/9.0.0").status_code == HTTPStatus.NOT_FOUND


def test_another_persons_tool_is_not_there_until_it_is_shared(station: Station, anna: Person) -> None:
    bert = station.person("bert")
    tool = publish(anna, definition()).json()
    address = f"/api/v1/tools/{tool['id']}"
    missing = bert.client.get("/api/v1/tools/never-was").json()
    hidden = bert.client.get(address)
    assert hidden.status_code == HTTPStatus.NOT_FOUND
    assert hidden.json()["detail"] == missing["detail"]
    assert bert.client.put(f"{address}/members/bert", json={"role": "owner"}).status_code == HTTPStatus.NOT_FOUND
    assert anna.client.put(f"{address}/members/bert", json={"role": "reader"}).status_code == HTTPStatus.NO_CONTENT
    assert bert.client.get(address).json() == tool
    assert bert.client.put(f"{address}/members/bert", json={"role": "owner"}).status_code == HTTPStatus.FORBIDDEN
    members = anna.client.get(f"{address}/members").json()["items"]
    assert members == [{"name": "anna", "role": "owner"}, {"name": "bert", "role": "reader"}]
    assert anna.client.delete(f"{address}/members/bert").status_code == HTTPStatus.NO_CONTENT
    assert bert.client.get(address).status_code == HTTPStatus.NOT_FOUND


def test_only_operators_publish_for_everyone(station: Station, anna: Person) -> None:
    assert publish(anna, definition(), public=True).status_code == HTTPStatus.FORBIDDEN
    operator = station.person("olga", operator=True)
    assert publish(operator, definition(), public=True).json()["namespace"] == "native/station"
    assert anna.client.get("/api/v1/tools/count").status_code == HTTPStatus.OK


@pytest.mark.usefixtures("builtins")
def test_builtins_are_there_for_everyone(anna: Person) -> None:
    items = anna.client.get("/api/v1/tools").json()["items"]
    assert {item["name"] for item in items} == BUILTINS
    assert {item["namespace"] for item in items} == {"native/station"}
    assert "published_by" not in anna.client.get("/api/v1/tools/hello").json()
    found = anna.client.get("/api/v1/tools", params={"search": "csv month"}).json()["items"]
    assert [item["name"] for item in found] == ["table-summary"]


@pytest.mark.usefixtures("builtins")
def test_the_form_is_a_schema_of_what_a_run_takes(anna: Person) -> None:
    answer = anna.client.get("/api/v1/tools/table-summary/form")
    assert answer.headers["content-type"] == "application/schema+json"
    form = answer.json()
    assert list(form["properties"]["parameters"]["properties"]) == [
        "date_column", "date_format", "columns", "statistic", "title",
    ]  # fmt: skip
    Draft202012Validator.check_schema(form)
    checker = Draft202012Validator(form)
    assert checker.is_valid({"parameters": {"statistic": "sum"}, "inputs": {"table": "weather@2:days.csv"}})
    assert not checker.is_valid({"parameters": {"statistic": "median"}, "inputs": {"table": "weather"}})
    assert not checker.is_valid({"parameters": {}, "inputs": {}})


def test_lists_take_the_same_number_of_statements_for_one_and_for_a_thousand(station: Station, anna: Person) -> None:
    tool = publish(anna, definition()).json()
    addresses = ("/api/v1/tools", "/api/v1/tools?search=count", "/api/v1/tools/count/versions")

    def statements() -> list[tuple[int, int]]:
        found = []
        for address in addresses:
            with counted(station.database) as ran:
                answer = anna.client.get(address, params={"limit": 1000})
            found.append((len(ran), len(answer.json()["items"])))
        return found

    before = statements()
    _fill(station, tool, anna.caller.principal)
    after = statements()
    assert [count for count, _ in after] == [count for count, _ in before]
    assert [items for _, items in after] == [1000, 1000, 1000]


def _fill(station: Station, tool: Any, principal: int) -> None:
    values = {"tool": tool["id"], "revision": tool["revision"], "principal": principal}
    with station.database.begin() as tx:
        for statement in _THOUSAND:
            tx.execute(text(statement), {name: value for name, value in values.items() if f":{name}" in statement})


_NUMBERS = "generate_series(1, 1000) AS n"
_THOUSAND = (
    f"""INSERT INTO tool (id, namespace, name, newest, title, description, words)
        SELECT 'tool-' || lpad(n::text, 4, '0'), 'native/many', 'many' || n, '1.0.0', '', '',
               to_tsvector('simple', 'count') FROM {_NUMBERS}""",
    f"""INSERT INTO access (kind, thing, principal, role)
        SELECT 'tool', 'tool-' || lpad(n::text, 4, '0'), :principal, 'reader' FROM {_NUMBERS}""",
    f"""INSERT INTO tool_version (tool_id, version, sort_key, revision, text)
        SELECT :tool, '2.0.' || n, lpad(n::text, 9, '0'), :revision, '' FROM {_NUMBERS}""",
)


def test_the_authors_order_of_parameters_is_kept(anna: Person) -> None:
    names = ["zebra", "a", "middle", "b2"]
    properties = json.dumps({name: {"type": "string", "title": name} for name in names})
    publish(anna, definition() + f"parameters: {{type: object, properties: {properties}}}\n")
    shown = anna.client.get("/api/v1/tools/count").json()
    assert list(shown["definition"]["parameters"]["properties"]) == names
