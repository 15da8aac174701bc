"""Following a run: events that resume, waiting, and logs to their end."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstation.client.errors import ClientError
from fieldstation.client.events import ServerEvent, server_events
from fieldstation.client.runs import Order, Runs
from tests.unit.client.loopback import Asked, Reply, loopback

RUN = {
    "id": "run-1",
    "state": "running",
    "tool": {"id": "t", "name": "n", "version": "1.0.0", "revision": "0"},
    "project": "p",
    "submitted_by": "ada",
    "output_dataset": "d",
    "created_at": "2026-01-01T00:00:00.000000Z",
}


def stream(*events: tuple[int, str]) -> bytes:
    return b"".join(
        b'id: %d\nevent: run.%s\ndata: {"id": %d, "at": "2026-01-01T00:00:00Z", "kind": "k", "state": "%s"}\n\n'
        % (number, state.encode(), number, state.encode())
        for number, state in events
    )


END = b'event: end\ndata: {"state": "succeeded"}\n\n'


def test_events_are_read_line_by_line() -> None:
    lines = [": still here", "", "id: 7", "event: a", 'data: {"x": 1}', "", 'data: "bare"', "", "data: 1"]
    assert list(server_events(lines)) == [
        ServerEvent(name="a", data={"x": 1}, id="7"),
        ServerEvent(name="message", data="bare"),
    ]


@given(st.lists(st.text(alphabet="ab: ", max_size=5)))
def test_no_lines_break_the_reader(lines: list[str]) -> None:
    assert list(server_events([line for line in lines if not line.startswith("data")])) == []


def test_a_stream_that_breaks_is_taken_up_behind_the_last_event() -> None:
    whole = stream((1, "queued"), (2, "running"))
    replies: Iterator[Reply] = iter(
        [Reply(body=whole, cut=len(whole) - 10), Reply(body=stream((2, "running"), (3, "succeeded")) + END)]
    )
    with loopback(lambda _: next(replies)) as server:
        states = [event.state for event in Runs(server.transport()).follow("run-1")]
    assert states == ["queued", "running", "succeeded"]
    assert [asked.headers.get("Last-Event-ID") for asked in server.asked] == [None, "1"]
    assert {asked.headers["Accept"] for asked in server.asked} == {"text/event-stream"}


def test_a_stream_that_never_ends_properly_is_given_up() -> None:
    with loopback(lambda _: Reply(body=b"")) as server, pytest.raises(ClientError) as caught:
        list(Runs(server.transport()).follow("run-1"))
    assert caught.value.reason == "unreachable"


def test_waiting_asks_until_the_run_is_over() -> None:
    replies = iter([Reply(body=RUN), Reply(body=RUN | {"state": "succeeded"})])
    with loopback(lambda _: next(replies)) as server:
        assert Runs(server.transport()).wait("run-1").state == "succeeded"
    assert all("wait_seconds=30.0" in asked.path for asked in server.asked)


def test_waiting_ends_with_its_time() -> None:
    with loopback(lambda _: Reply(body=RUN)) as server:
        assert Runs(server.transport()).wait("run-1", timeout=0).state == "running"
    assert len(server.asked) == 1


def test_a_log_is_read_in_pieces_to_its_end() -> None:
    def answer(asked: Asked) -> Reply:
        offset = int(asked.path.rpartition("=")[2])
        text = b"hello world"[offset : offset + 4]
        over = "true" if offset >= 11 else "false"
        return Reply(body=text, headers={"Log-Next": str(offset + len(text)), "Log-Over": over})

    with loopback(answer) as server:
        assert list(Runs(server.transport()).log("run-1", follow=True)) == [b"hell", b"o wo", b"rld"]
        assert b"".join(Runs(server.transport()).log("run-1")) == b"hello world"


def test_an_order_leaves_out_what_was_not_said() -> None:
    assert Order(tool="t").body() == {"tool": "t", "parameters": {}, "inputs": {}, "reuse": True}
    assert Order(tool="t", inputs={"a": ["x"]}, output="o", priority=0).body() == {
        "tool": "t",
        "parameters": {},
        "inputs": {"a": ["x"]},
        "reuse": True,
        "priority": 0,
        "output": {"dataset": "o"},
    }


def test_each_submit_carries_a_key_of_its_own() -> None:
    with loopback(lambda _: Reply(status=201, body=RUN)) as server:
        runs = Runs(server.transport())
        runs.submit(Order(tool="t"))
        runs.submit(Order(tool="t"))
        runs.submit(Order(tool="t"), key="mine")
    keys = [asked.headers["Idempotency-Key"] for asked in server.asked]
    assert len(set(keys)) == 3
    assert keys[2] == "mine"
