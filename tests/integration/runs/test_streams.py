"""Events and logs as they come, over a real server; a reader that lost the stream goes on where it was."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest

from tests.integration.runs.conftest import OpenStation
from tests.integration.runs.station import PATIENCE, Station


class Sent(NamedTuple):
    """One event as it was sent."""

    name: str
    id: int | None
    data: dict[str, Any]


def stream(station: Station, path: str, last: int | None = None) -> Iterator[Sent]:
    """Follow an address until its end."""
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": str(last)} if last is not None else {})
    with station.client.stream("GET", f"/api/v1{path}", headers=headers, timeout=PATIENCE) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        fields: dict[str, str] = {}
        for line in answer.iter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "event" in fields:
                number = int(fields["id"]) if "id" in fields else None
                yield Sent(fields["event"], number, json.loads(fields["data"]))
                fields = {}


STATES = ["run.queued", "run.staging", "run.running", "run.collecting", "run.succeeded", "end"]


def test_events_come_while_it_runs_and_end_with_it(open_station: OpenStation) -> None:
    station = open_station()
    name = station.tool("slow", "sleep 1; echo 1 >out")
    run_id = station.submit(name)
    events: list[Sent] = []
    for event in stream(station, f"/runs/{run_id}/events"):
        events.append(event)
        if event.name == "run.queued":
            station.work()
    assert [event.name for event in events] == STATES
    assert events[-1].data == {"state": "succeeded"}
    ids = [event.id for event in events[:-1]]
    assert ids == sorted(ids, key=lambda one: one or 0)
    assert events[-2].data["output"]["number"] == 1
    assert events[2].data["attempt"] == 1


def test_a_reader_goes_on_behind_the_last_event_it_saw(station: Station) -> None:
    run_id = station.run("noop")["id"]
    events = list(stream(station, f"/runs/{run_id}/events"))
    assert [event.name for event in events] == STATES
    rest = list(stream(station, f"/runs/{run_id}/events", last=events[1].id))
    assert [event.name for event in rest] == STATES[2:]
    listed = station.get(f"/runs/{run_id}/events")["items"]
    assert [event["kind"] for event in listed] == STATES[:-1]
    headers = {"Last-Event-ID": str(events[3].id)}
    answer = station.client.get(f"/api/v1/runs/{run_id}/events", headers=headers)
    assert [event["kind"] for event in answer.json()["items"]] == STATES[4:5]


def test_a_log_comes_as_it_is_written(station: Station) -> None:
    script = "for i in 1 2 3 4 5; do echo line $i; sleep 0.3; done; printf 'no newline \\377'"
    run_id = station.submit(station.tool("talk", script))
    pieces = list(stream(station, f"/runs/{run_id}/logs/stdout"))
    assert pieces[-1].name == "end"
    text = "".join(piece.data["text"] for piece in pieces[:-1])
    assert text == "line 1\nline 2\nline 3\nline 4\nline 5\nno newline \ufffd"
    assert len(pieces) > 3
    offset = 0
    for piece in pieces[:-1]:
        assert piece.data["offset"] == offset
        assert piece.id is not None
        offset = piece.id
    assert pieces[-1].data["offset"] == offset == 5 * 7 + 12


def test_a_log_is_followed_from_an_offset_and_behind_what_was_seen(station: Station) -> None:
    run_id = station.run(station.tool("ten-lines", "seq 10 19"))["id"]
    for pieces in (
        list(stream(station, f"/runs/{run_id}/logs/stdout?offset=9")),
        list(stream(station, f"/runs/{run_id}/logs/stdout", last=9)),
    ):
        assert "".join(piece.data.get("text", "") for piece in pieces) == "\n".join(map(str, range(13, 20))) + "\n"


def test_letters_of_several_bytes_are_not_torn(station: Station) -> None:
    """Each is written in two halves, with a pause between them."""
    script = r"for i in 1 2 3 4; do printf '\303'; sleep 0.4; printf '\251'; done"
    run_id = station.submit(station.tool("accents", script))
    pieces = list(stream(station, f"/runs/{run_id}/logs/stdout"))
    assert "".join(piece.data.get("text", "") for piece in pieces) == "éééé"
    assert pieces[-2].id == 8


def test_a_log_that_is_followed_goes_over_to_the_next_attempt(station: Station) -> None:
    script = 'echo "a first line that is long"; sleep 0.5; exit 4'
    name = station.tool("two-tries", script, retry={"attempts": 2, "on": ["exit_nonzero"]})
    run_id = station.submit(name)
    pieces = list(stream(station, f"/runs/{run_id}/logs/stdout"))
    texts = [(piece.data["attempt"], piece.data["text"]) for piece in pieces if piece.name == "log"]
    together = {number: "".join(text for one, text in texts if one == number) for number in (1, 2)}
    assert together[2] == "a first line that is long\n"
    assert together[1] in ("", together[2])
    first = list(stream(station, f"/runs/{run_id}/logs/stdout?attempt=1"))
    assert "".join(piece.data.get("text", "") for piece in first) == together[2]


def test_of_a_log_with_a_hole_the_hole_is_told(station: Station) -> None:
    script = "head -c 90000000 /dev/zero | tr '\\0' 'x'"
    run_id = station.run(station.tool("zeros", script))["id"]
    pieces = [piece for piece in stream(station, f"/runs/{run_id}/logs/stdout") if piece.name == "log"]
    skipped = sum(piece.data["skipped"] for piece in pieces)
    assert skipped > 60_000_000
    assert sum(len(piece.data["text"]) for piece in pieces) + skipped == 90_000_000


def test_a_run_that_never_ran_has_an_empty_log_that_ends(open_station: OpenStation) -> None:
    station = open_station()
    run_id = station.submit("noop")
    station.cancel(run_id)
    assert [piece.name for piece in stream(station, f"/runs/{run_id}/logs/stderr")] == ["end"]
    assert [event.name for event in stream(station, f"/runs/{run_id}/events")] == ["run.queued", "run.canceled", "end"]


@pytest.mark.parametrize("path", ["events", "logs/stdout"])
def test_who_may_not_see_a_run_follows_nothing(station: Station, path: str) -> None:
    for run_id in ("run-of-nobody", station.submit("noop")):
        bare = httpx.get(
            f"{station.client.base_url}/api/v1/runs/{run_id}/{path}", headers={"Accept": "text/event-stream"}
        )
        assert bare.status_code == 401
    answer = station.client.get(f"/api/v1/runs/run-of-nobody/{path}", headers={"Accept": "text/event-stream"})
    assert answer.status_code == 404


def test_a_reader_that_leaves_costs_nothing(station: Station) -> None:
    run_id = station.submit("sleep", parameters={"seconds": 60})
    station.until(run_id, "running")
    for _ in range(20):
        headers = {"Accept": "text/event-stream"}
        with station.client.stream("GET", f"/api/v1/runs/{run_id}/events", headers=headers) as answer:
            assert next(answer.iter_lines()).startswith("id: ")
    assert station.get("/me")
    station.cancel(run_id)
    assert station.final(run_id)["state"] == "canceled"
