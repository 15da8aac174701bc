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
