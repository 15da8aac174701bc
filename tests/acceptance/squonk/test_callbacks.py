"""Who asked to be told is told each state, in order, whatever their server does."""

import json
import threading
from collections.abc import Callable, Iterator
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
        self.answer: Callable[[int], int] = lambda _count: 204
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
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

    def states(self) -> list[str]:
        return [body["job_status"] for body in self.told]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    thread = threading.Thread(target=found.server.serve_forever)
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


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


def test_one_that_hangs_holds_up_nobody_else(ada: Squonk, project: str, receiver: Receiver) -> None:
    over = threading.Event()
    receiver.answer = lambda _count: 200 if over.wait(60) else 500
    hanging = launched(ada, project, nop(), callback_url=receiver.url)
    wait(lambda: receiver.asked, lambda asked: asked >= 1)
    other = Receiver()
    thread = threading.Thread(target=other.server.serve_forever)
    thread.start()
    try:
        launched(ada, project, nop(), callback_url=other.url)
        wait(other.states, lambda states: len(states) == 3)
        assert done(ada, hanging["task_id"])["exit_code"] == 0
    finally:
        over.set()
        other.server.shutdown()
        thread.join()
        other.server.server_close()
