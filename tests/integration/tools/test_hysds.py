"""Pairs of HySDS documents as tools of a station: who publishes them, who may start them, and what a form asks for."""

import json
from http import HTTPStatus
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from fieldstation.core.tools.service import Jobs, Tools
from fieldstation.kernel.errors import Conflict, FieldstationError, Forbidden
from fieldstation.kernel.paging import PageRequest
from tests.integration.people.station import Person, Station
from tests.unit.tools.hysds_files import IO, SPEC, written_pair

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def olga(station: Station) -> Person:
    return station.person("olga", operator=True)


@pytest.fixture
def anna(station: Station) -> Person:
    return station.person("anna")


def sent(person: Person, version: str = "v1.0", spec: Any = SPEC, name: str = "SCIFLO_every", **changes: Any) -> Any:
    """Publish a pair with changes to its hysds-io."""
    body = written_pair(name, version, spec, {**IO, "action-type": "both", **changes})
    return person.client.post("/api/v1/tools", content=body.encode(), headers=JSON)


def refused(station: Station, tools: Tools, person: Person, reference: str = "SCIFLO_every") -> FieldstationError:
    """Return why a person cannot start a job."""
    with station.database.begin() as tx, pytest.raises(FieldstationError) as error:
        tools.resolve(tx, person.caller, reference)
    return error.value


def test_a_pair_becomes_a_tool_whose_label_moves(station: Station, olga: Person, anna: Person, tools: Tools) -> None:
    first = sent(olga)
    assert first.status_code == HTTPStatus.CREATED
    tool = first.json()
    assert (tool["namespace"], tool["format"], tool["name"], tool["version"]) == (
        *("hysds", "hysds", "SCIFLO_every", "v1.0"),
    )
    assert tool["title"] == "Try everything"
    assert tool["definition"]["hysds"]["allowed_accounts"] == ["ann", "_all"]
    again = sent(olga)
    assert (again.status_code, again.json()) == (HTTPStatus.OK, tool)
    moved = sent(olga, label="Another").json()
    assert (moved["id"], moved["revision"] != tool["revision"]) == (tool["id"], True)
    shown = anna.client.get("/api/v1/tools/SCIFLO_every@v1.0").json()
    assert (shown["title"], shown["text"].startswith("{")) == ("Another", True)
    assert [one["name"] for one in anna.client.get("/api/v1/tools").json()["items"]] == ["SCIFLO_every"]
    sent(olga, version="v1.1")
    versions = anna.client.get("/api/v1/tools/SCIFLO_every/versions").json()["items"]
    assert [one["version"] for one in versions] == ["v1.1", "v1.0"]
    with station.database.begin() as tx:
        past = Jobs(station.people).past(tx, tool["id"], "v1.0", PageRequest()).items
    assert [(one.revision, one.published_by) for one in past] == [(tool["revision"], "olga")]


def test_operators_publish_and_faults_come_by_their_path(olga: Person, anna: Person) -> None:
    assert sent(anna).status_code == HTTPStatus.FORBIDDEN
    broken = sent(olga, params=[*IO["params"][:-1], {"name": "query", "from": "value", "lambda": "lambda x: open(x)"}])
    assert broken.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert {one["where"] for one in broken.json()["problems"]} == {
        *("/hysds-io/params/6/value", "/hysds-io/params/6/lambda"),
    }
    nameless = olga.client.post("/api/v1/tools", content=b'{"kind": "HysdsJob", "name": "a b"}', headers=JSON)
    assert {one["where"] for one in nameless.json()["problems"]} == {"/name", "/version", "/job-spec", "/hysds-io"}
    body = written_pair("every", "v1", SPEC, IO).encode()
    checked = anna.client.post("/api/v1/tools/check", content=body, headers=JSON).json()
    assert ([tool["format"] for tool in checked["tools"]], checked["faults"]) == (["hysds"], [])
    assert {one["where"] for one in checked["warnings"]} == {"/job-spec/time_limit", "/job-spec/post/1"}


@pytest.mark.parametrize(
    ("accounts", "action", "anna_hears", "olga_hears"),
    [
        ({"allowed_accounts": ["_all"]}, "both", "hysds_not_run", "hysds_not_run"),
        ({"allowed_accounts": ["anna"]}, "on-demand", "hysds_not_run", "hysds_not_run"),
        ({"allowed_accounts": ["bert"]}, "both", "account_not_allowed", "hysds_not_run"),
        ({"allowed_accounts": ["ops"]}, "both", "account_not_allowed", "hysds_not_run"),
        ({"allowed_accounts": []}, "both", "account_not_allowed", "hysds_not_run"),
        ({"allowed_accounts": None}, "both", "account_not_allowed", "hysds_not_run"),
        ({"allowed_accounts": ["_all"]}, "trigger", "trigger_only", "trigger_only"),
        ({"allowed_accounts": ["bert"]}, "trigger", "account_not_allowed", "trigger_only"),
    ],
)
def test_who_may_start_it_is_what_it_says(
    station: Station,
    olga: Person,
    anna: Person,
    tools: Tools,
    accounts: dict[str, Any],
    action: str,
    anna_hears: str,
    olga_hears: str,
) -> None:
    assert sent(olga, **accounts, **{"action-type": action}).status_code == HTTPStatus.CREATED
    for person, hears in ((anna, anna_hears), (olga, olga_hears)):
        error = refused(station, tools, person)
        assert error.reason == hears
        assert isinstance(error, Forbidden if hears == "account_not_allowed" else Conflict)
        assert error.next_step
    form = anna.client.get("/api/v1/tools/SCIFLO_every/form")
    allowed = anna_hears != "account_not_allowed"
    assert form.status_code == (HTTPStatus.OK if allowed else HTTPStatus.FORBIDDEN)


def test_a_form_asks_for_what_a_submitter_gives_by_its_type(olga: Person) -> None:
    kinds: dict[str, dict[str, Any]] = {
        "text": {"default": "a", "placeholder": "hint"},
        "number": {"default": "5"},
        "boolean": {"default": "True"},
        "enum": {"enumerables": ["a", "b"], "default": "b"},
        "date": {},
        "datetime": {"optional": True},
        "email": {},
        "textarea": {},
        "region": {},
        "object": {"default": {}},
        "jobspec_version": {"version_regex": "^job-x$"},
    }
    params = [{"name": kind, "from": "submitter", "type": kind, **more} for kind, more in kinds.items()]
    params += [{"name": "fixed", "from": "submitter", "value": "x"}, {"name": "hit", "from": "dataset_jpath:_id"}]
    spec = {**SPEC, "params": [{"name": one["name"], "destination": "context"} for one in params]}
    assert sent(olga, spec=spec, params=params).status_code == HTTPStatus.CREATED
    form = olga.client.get("/api/v1/tools/SCIFLO_every/form").json()
    Draft202012Validator.check_schema(form)
    asked = form["properties"]["parameters"]
    assert list(asked["properties"]) == list(kinds)
    assert asked["required"] == ["date", "email", "textarea", "region", "jobspec_version"]
    fields = asked["properties"]
    assert (fields["number"]["default"], fields["boolean"]["default"], fields["enum"]["enum"]) == (
        5.0,
        True,
        ["a", "b"],
    )
    assert (fields["text"]["x-placeholder"], fields["jobspec_version"]["x-version-regex"]) == ("hint", "^job-x$")
    assert "enum" not in fields["jobspec_version"]
    for version in ("v1", "v10", "v2"):
        sent(olga, version=version, name="x")
    sent(olga, name="xx")
    form = olga.client.get("/api/v1/tools/SCIFLO_every/form").json()
    assert form["properties"]["parameters"]["properties"]["jobspec_version"]["enum"] == ["v10", "v2", "v1"]
    checker = Draft202012Validator(form)
    given = {"date": "2024-01-02", "email": "a@b.c", "textarea": "", "region": {}, "jobspec_version": "v1"}
    sound = {"parameters": {**given, "datetime": "2024-01-02T03:04:05.678"}}
    assert list(checker.iter_errors(sound)) == []
    assert len(list(checker.iter_errors({"parameters": {**given, "date": "2.1.2024", "number": "five"}}))) == 2
    assert json.loads(json.dumps(form)) == form
