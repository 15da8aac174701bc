"""The door of runs: keys over HTTP, and bodies that no JSON library should have let through."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.integration.runs.station import Station


def post(station: Station, content: str, key: str | None = None) -> httpx.Response:
    headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
    return station.client.post("/api/v1/runs", content=content.encode(), headers=headers)


def test_the_same_key_and_body_is_the_same_run_however_it_is_written(station: Station) -> None:
    first = post(station, '{"tool": "noop", "priority": 3}', "door-1")
    again = post(station, '{ "priority":3,"tool":"noop" }', "door-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert first.headers["Location"] == again.headers["Location"]


def test_the_same_key_with_another_body_is_refused(station: Station) -> None:
    post(station, '{"tool": "noop"}', "door-2")
    answer = post(station, '{"tool": "noop", "name": "other"}', "door-2")
    assert (answer.status_code, answer.json()["reason"]) == (422, "idempotency_key_reused")


def test_of_many_at_once_each_is_told_the_run_or_to_come_again(station: Station) -> None:
    start = threading.Barrier(8)

    def ask(_: int) -> httpx.Response:
        start.wait()
        return post(station, '{"tool": "noop"}', "door-3")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert {answer.status_code for answer in answers} <= {200, 201, 409}
    assert sum(answer.status_code == 201 for answer in answers) == 1
    assert len({answer.json()["id"] for answer in answers if answer.status_code != 409}) == 1
    for answer in answers:
        if answer.status_code == 409:
            assert int(answer.headers["Retry-After"]) > 0
            assert answer.json()["fault"] == "passing"


def test_a_rerun_with_the_same_key_is_made_once(station: Station) -> None:
    run = post(station, '{"tool": "noop"}').json()["id"]
    answers = [
        station.client.post(f"/api/v1/runs/{run}/rerun", headers={"Idempotency-Key": "door-4"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json()["id"] == answers[1].json()["id"]


@pytest.mark.parametrize("key", ["with space", "x" * 256])
def test_keys_of_another_form_are_refused(station: Station, key: str) -> None:
    assert post(station, '{"tool": "noop"}', key).status_code == 422


@pytest.mark.parametrize("key", [None, "odd"])
@pytest.mark.parametrize(
    "content",
    [
        '{"tool": "hello", "parameters": {"name": "\\ud800"}}',
        '{"tool": "hello", "parameters": {"name": "a\\u0000b"}}',
        '{"tool": "sleep", "parameters": {"seconds": 36893488147419103232}}',
        '{"tool": "sleep", "parameters": {"seconds": NaN}}',
        '{"tool": "sleep", "parameters": {"seconds": 1e999}}',
        '{"tool": "noop", "name": "a\\u0000b"}',
        '{"tool": "noop", "tag": "\\udfff"}',
        '{"tool": "\\ud800"}',
        '{"tool": "noop", "inputs": {"\\ud800": "x"}}',
        '{"tool": "checksum", "inputs": {"files": "a\\u0000b"}}',
        '{"tool": "checksum", "inputs": {"files": "\\ud800"}}',
        '{"tool": "noop", "project": "\\ud800"}',
        '{"tool": "noop", "output": {"dataset": "\\udc00"}}',
        '{"tool": "noop", "surprise": 1}',
        '{"tool": "noop", "priority": 10}',
        "[]",
        "nonsense",
    ],
)
def test_no_body_makes_the_station_fail(station: Station, content: str, key: str | None) -> None:
    answer = post(station, content, key and f"{key}-{abs(hash(content))}")
    assert answer.status_code in (404, 422), answer.text
    assert answer.json()["next_step"]


def test_a_quote_tells_and_makes_nothing(station: Station) -> None:
    body = {"tool": "hello", "parameters": {"name": "quoted"}}
    answer = station.client.post("/api/v1/runs/quote", json=body)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["output"]["name"] == "hello-results"
    assert told["resources"]["cpu"] > 0
    assert told["queue"]["ahead"] >= 0
    made = station.run("hello", **{name: value for name, value in body.items() if name != "tool"})
    assert made["resources"] == told["resources"]
    assert made["output_name"] == told["output"]["name"]
    again = station.client.post("/api/v1/runs/quote", json=body).json()
    assert again["reuse"]["run"] == (made.get("reused_from") or made["id"])
    assert again["before"]["runs"] >= 1
    wrong = station.client.post("/api/v1/runs/quote", json={"tool": "sleep", "parameters": {"seconds": "long"}})
    assert (wrong.status_code, bool(wrong.json()["problems"])) == (422, True)


def test_a_rerun_names_what_it_repeats_and_data_by_name(station: Station) -> None:
    first = station.run("hello", parameters={"name": "again"}, reuse=False, output={"dataset": "greetings"})
    again = station.client.post(f"/api/v1/runs/{first['id']}/rerun").json()
    assert again["rerun_of"] == first["id"]
    assert first.get("rerun_of") is None
    assert (first["output"]["name"], first["output_name"]) == ("greetings", "greetings")
    listed = station.get("/runs", limit=50)["items"]
    assert next(run for run in listed if run["id"] == first["id"])["output"]["name"] == "greetings"
    station.final(again["id"])


@pytest.mark.parametrize(
    "query", ["since=yesterday", "until=2026-01-01T00:00:00", "reason=nonsense", "state=broken", "limit=0"]
)
def test_filters_of_another_form_are_refused(station: Station, query: str) -> None:
    answer = station.client.get(f"/api/v1/runs?{query}")
    assert (answer.status_code, bool(answer.json()["problems"])) == (422, True)


def test_runs_are_counted_with_what_their_reasons_mean(station: Station) -> None:
    run = station.run("fail", reuse=False)
    groups = station.get("/runs/counts", state="failed", reason="exit_nonzero", tool="fail")["items"]
    assert [(one["state"], one["reason"]["reason"], one["more"]) for one in groups] == [
        ("failed", "exit_nonzero", False)
    ]
    assert groups[0]["reason"]["next_step"] == run["reason"]["next_step"]
    listed = station.get("/runs", state="failed", reason="exit_nonzero", tool="fail", limit=1000)["items"]
    assert groups[0]["count"] == len(listed)


def test_events_have_a_published_form(station: Station) -> None:
    document = station.client.get("/openapi.json").json()
    answer = document["paths"]["/api/v1/runs/{run_id}/events"]["get"]["responses"]["200"]["content"]
    schemas = document["components"]["schemas"]
    items = schemas[answer["application/json"]["schema"]["$ref"].rpartition("/")[2]]["properties"]["items"]["items"]
    fields = schemas[items["$ref"].rpartition("/")[2]]["properties"]
    run = station.run("hello", parameters={"name": "events"}, reuse=False)
    for event in station.get(f"/runs/{run['id']}/events")["items"]:
        assert set(event) <= set(fields)


def test_a_body_that_is_no_text(station: Station) -> None:
    headers = {"Content-Type": "application/json"}
    answer = station.client.post("/api/v1/runs", content=b'{"tool": "\xff"}', headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (422, "invalid")


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/runs", "GET, POST"),
        ("/datasets/x", "DELETE, GET, PATCH"),
        ("/tools/check", "POST"),
        ("/datasets/x/members/y", "DELETE, PUT"),
        ("/datasets/x/versions/1/files/a/b.csv", "GET, HEAD"),
    ],
)
def test_allow_names_every_method(station: Station, path: str, methods: str) -> None:
    answer = station.client.options(f"/api/v1{path}")
    assert (answer.status_code, answer.headers["Allow"]) == (405, methods)
