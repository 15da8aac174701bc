"""What happens, live and of late, for those who may see it."""

import json
from collections.abc import Generator
from contextlib import closing
from typing import Any

import httpx

from fieldstation.db.outbox import Event
from tests.integration.runs.conftest import OpenStation
from tests.integration.runs.station import PATIENCE, Station
from tests.integration.runs.test_rights_later import Guest, share

Stream = Generator[tuple[str, str, dict[str, Any]], None, None]


def followed(client: httpx.Client, last: str | None = None) -> Stream:
    """Yield (name, id, data) of what comes."""
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last} if last else {})
    with client.stream("GET", "/api/v1/events", headers=headers, timeout=PATIENCE) as answer:
        assert answer.status_code == 200
        fields: dict[str, str] = {}
        for line in answer.iter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "event" in fields:
                yield fields["event"], fields["id"], json.loads(fields["data"])
                fields = {}


def until(stream: Stream, kind: str) -> list[tuple[str, str]]:
    """Return kind and thing of all that comes, up to the first of a kind."""
    seen = []
    for name, _, data in stream:
        if name != "here":
            seen.append((name, str(data["thing"])))
        if name == kind:
            return seen
    raise AssertionError("the stream ended")


def test_a_run_is_followed_as_it_goes(open_station: OpenStation) -> None:
    station = open_station().work()
    with closing(followed(station.client)) as stream:
        assert next(stream)[0] == "here"
        run_id = station.submit("hello")
        seen = until(stream, "run.succeeded")
    assert [kind for kind, thing in seen if thing == run_id] == [
        "run.queued", "run.staging", "run.running", "run.collecting", "run.succeeded",
    ]  # fmt: skip
    assert "dataset.version_published" in {kind for kind, _ in seen}


def test_nobody_hears_of_what_they_may_not_see(open_station: OpenStation) -> None:
    station = open_station()
    bob, eve = Guest(station, "bob"), Guest(station, "eve")
    stream = followed(bob.client)
    next(stream)
    station.upload("secret", {"a": b"1"})
    dataset = station.get("/datasets/secret")["id"]
    eve.submit(tool="hello")
    mine = bob.submit(tool="hello")
    heard = until(stream, "run.queued")
    assert [kind for kind, _ in heard] == ["dataset.created", "run.queued"], "of what bob's own submit made"
    assert heard[-1] == ("run.queued", mine)
    before = len(bob.client.get("/api/v1/events").json()["items"])
    share(station, "datasets", dataset, bob, "reader")
    items = bob.client.get("/api/v1/events").json()["items"]
    assert len(items) == before + 2, "what is shared now is seen from its beginning"
    assert items[0]["thing"] == mine, "newest first"
    assert len(station.get("/events")["items"]) > len(items), "operators hear all"
    stream.close()
    for guest in (bob, eve):
        guest.client.close()


def test_who_lost_the_stream_goes_on_where_they_were(open_station: OpenStation) -> None:
    station = open_station()
    with closing(followed(station.client)) as stream:
        start = next(stream)[1]
    runs = [station.submit("hello", reuse=False) for _ in range(3)]
    things: list[str] = []
    while len(things) < len(runs):  # one event for each connection
        with closing(followed(station.client, start)) as stream:
            assert next(stream)[1] == start
            name, start, data = next(stream)
        things += [data["thing"]] if name == "run.queued" else []
    assert things == runs


def test_nothing_of_a_slow_writer_is_passed_over(open_station: OpenStation) -> None:
    station = open_station()
    features, database = station.process.features, station.process.database
    stream = followed(station.client)
    next(stream)
    with database.begin() as slow:
        features.outbox.emit(slow, [Event(kind="test.written", thing="thing-slow", body={})])
        with database.begin() as quick:
            features.outbox.emit(quick, [Event(kind="test.written", thing="thing-quick", body={})])
    assert [until(stream, "test.written"), until(stream, "test.written")] == [
        [("test.written", "thing-slow")],
        [("test.written", "thing-quick")],
    ]
    stream.close()


def test_no_position_is_a_beginning(station: Station) -> None:
    for text in ("x", "1", "1-", "-1", "1-2-3", "9" * 30 + "-1"):
        with closing(followed(station.client, text)) as stream:
            assert next(stream)[0] == "here"
