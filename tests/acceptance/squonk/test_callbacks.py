"""Who asked to be told is told each state, in order, whatever their server does."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.acceptance.squonk.client import Squonk
from tests.acceptance.squonk.jobs import done, launched, nop, wait


class Receiver:
    """A server of a program that wants to be told; `answer` says what it does with the n-th request."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.asked = 0
        self.at_once = 0  # the most requests that waited for an answer at one time
        self._waiting: list[socket.socket] = []
        self.answer: Callable[[int], int] = lambda _count: 204
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                receiver.waits(self.connection)
                receiver.asked += 1
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status = receiver.answer(receiver.asked)
                if 200 <= status < 300:
                    receiver.told.append(body)
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", "http://127.0.0.1:1/private")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/told"

    def waits(self, connection: socket.socket) -> None:
        self._waiting = [*filter(_open, self._waiting), connection]
        self.at_once = max(self.at_once, len(self._waiting))

    def states(self) -> list[str]:
        return [body["job_status"] for body in self.told]


def _open(connection: socket.socket) -> bool:
    try:
        return bool(connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
    except BlockingIOError:
        return True
    except OSError:
        return False


@pytest.fixture
def receivers() -> Iterator[Callable[[], Receiver]]:
    """Make servers, each at a port of its own."""
    with ExitStack() as until:

        def make() -> Receiver:
            found = Receiver()
            thread = threading.Thread(target=found.server.serve_forever)
            thread.start()
            until.callback(found.server.server_close)
            until.callback(thread.join)
            until.callback(found.server.shutdown)
            return found

        yield make


@pytest.fixture
def receiver(receivers: Callable[[], Receiver]) -> Receiver:
    return receivers()


def test_each_state_is_told_once_and_in_order(ada: Squonk, project: str, receiver: Receiver) -> None:
    made = launched(ada, project, nop(), callback_url=receiver.url, callback_context="my-own")
    wait(receiver.states, lambda states: len(states) == 3)
    assert receiver.states() == ["PENDING", "STARTED", "SUCCESS"]
    for body in receiver.told:
        assert (body["instance_id"], body["task_id"]) == (made["instance_id"], made["task_id"])
        assert body["callback_context"] == "my-own"
    times = [body["state_transition_time"] for body in receiver.told]
    assert times == sorted(times)
    assert receiver.told[-1]["exit_code"] == 0
    assert receiver.asked == 3


def test_what_was_not_heard_is_told_again_before_what_follows(ada: Squonk, project: str, receiver: Receiver) -> None:
    receiver.answer = lambda count: 500 if count <= 2 else 200
    launched(ada, project, nop(), callback_url=receiver.url)
    wait(receiver.states, lambda states: len(states) == 3)
    assert receiver.states() == ["PENDING", "STARTED", "SUCCESS"]
    assert receiver.asked == 5


def test_nobody_is_led_on_to_another_address(ada: Squonk, project: str, receiver: Receiver) -> None:
    receiver.answer = lambda count: 307 if count == 1 else 200
    launched(ada, project, nop(), callback_url=receiver.url)
    wait(receiver.states, lambda states: len(states) == 3)
    assert receiver.states() == ["PENDING", "STARTED", "SUCCESS"]
    assert receiver.asked == 4


def test_a_private_address_is_never_asked_and_the_task_says_so(ada: Squonk, project: str, receiver: Receiver) -> None:
    private = receiver.url.replace("127.0.0.1", "localhost")
    made = launched(ada, project, nop(), callback_url=private)
    assert done(ada, made["task_id"])["exit_code"] == 0
    events = wait(lambda: ada.dm_ok("get_task", task_id=made["task_id"])["events"], lambda found: len(found) == 3)
    assert all("private network" in event["message"] and event["level"] == "WARNING" for event in events)
    assert receiver.asked == 0


def test_those_that_hang_hold_up_nobody_else(ada: Squonk, project: str, receivers: Callable[[], Receiver]) -> None:
    over = threading.Event()
    hanging, good = [receivers() for _ in range(3)], receivers()
    try:
        for one in hanging:
            one.answer = lambda _count: 200 if over.wait(60) else 500
        made = [launched(ada, project, nop(), callback_url=one.url) for one in hanging for _ in range(2)]
        wait(lambda: [one.asked for one in hanging], lambda asked: min(asked) >= 1)
        launched(ada, project, nop(), callback_url=good.url)
        wait(good.states, lambda states: len(states) == 3)
        assert [one.at_once for one in hanging] == [1, 1, 1]
        assert done(ada, made[-1]["task_id"])["exit_code"] == 0
    finally:
        over.set()


def test_who_waits_is_told_that_somebody_ended_the_instance(ada: Squonk, project: str, receiver: Receiver) -> None:
    endless = nop(job="event-test", variables={"events": 100, "pause": 60})
    made = launched(ada, project, endless, callback_url=receiver.url, callback_context="mine")
    wait(receiver.states, lambda states: len(states) == 2)
    removal = ada.dm_ok("delete_instance", instance_id=made["instance_id"])["task_id"]
    wait(receiver.states, lambda states: len(states) == 3)
    assert receiver.states() == ["PENDING", "STARTED", "REVOKED"]
    assert (receiver.told[-1]["instance_id"], receiver.told[-1]["callback_context"]) == (made["instance_id"], "mine")
    assert done(ada, removal)["exit_code"] == 0
    assert done(ada, made["task_id"])["states"][-1]["state"] == "FAILURE"
