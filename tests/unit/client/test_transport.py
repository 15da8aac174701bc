from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from fieldstation.client.errors import ClientError
from fieldstation.client.transport import Transport, at
from fieldstation.kernel.errors import Fault
from tests.unit.client.loopback import Asked, Loopback, Reply, loopback

PROBLEM = {
    "reason": "not_found",
    "detail": "there is no data set x",
    "next_step": "fieldstation dataset list",
    "fault": "yours",
    "problems": [{"where": "/a", "text": "b"}],
}


@dataclass(frozen=True, kw_only=True)
class Item:
    id: str


def in_turn(*replies: Reply) -> Iterator[Reply]:
    yield from replies
    raise AssertionError("asked once too often")


def test_a_problem_becomes_an_error_with_every_field() -> None:
    with loopback(lambda _: Reply(status=404, body=PROBLEM)) as server, pytest.raises(ClientError) as caught:
        server.transport().get("/api/v1/datasets/x")
    error = caught.value
    assert (error.status, error.reason, error.fault, error.exit_code) == (404, "not_found", Fault.YOURS, 3)
    assert error.next_step == "fieldstation dataset list"
    assert str(error) == "there is no data set x\n  /a: b"


@pytest.mark.parametrize(("status", "exit_code"), [(401, 4), (403, 4), (404, 3), (409, 1), (422, 1), (500, 1)])
def test_exit_codes_follow_the_status(status: int, exit_code: int) -> None:
    assert ClientError("x", next_step="y", reason="z", status=status).exit_code == exit_code


def test_an_answer_that_is_no_station_says_so() -> None:
    for status in (200, 502):
        with loopback(lambda _, status=status: Reply(status=status, body=b"<html>")) as server:  # type: ignore[misc]
            with pytest.raises(ClientError) as caught:
                server.transport().get("/")
            assert caught.value.reason == "not_a_station"


def test_nobody_there_is_told_with_the_next_step() -> None:
    transport = Transport("http://127.0.0.1:1")
    with pytest.raises(ClientError) as caught:
        transport.get("/")
    transport.close()
    assert caught.value.reason == "unreachable"
    assert "fieldstation up" in caught.value.next_step


@pytest.mark.parametrize("url", ["", "localhost:8080", "ftp://x", "http://"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ClientError, match="not the address"):
        Transport(url)


BUSY = Reply(status=503, body=PROBLEM, headers={"Retry-After": "0"})


def test_busy_is_asked_again_when_that_does_no_harm() -> None:
    turns = in_turn(BUSY, BUSY, Reply(body={"id": "1"}))
    with loopback(lambda _: next(turns)) as server:
        assert server.transport().get_as(Item, "/x") == Item(id="1")
    assert len(server.asked) == 3


def test_a_post_without_a_key_is_never_repeated() -> None:
    for reply in (BUSY, Reply(body={"id": "1"}, cut=0, headers={"Content-Length": "9"})):
        with loopback(lambda _, reply=reply: reply) as server, pytest.raises(ClientError):  # type: ignore[misc]
            server.transport().send("POST", "/x", {})
        assert len(server.asked) == 1


def test_a_post_with_a_key_is_repeated_with_the_same_key_and_body() -> None:
    turns = in_turn(Reply(status=409, body=PROBLEM, headers={"Retry-After": "0"}), BUSY, Reply(body={"id": "1"}))
    with loopback(lambda _: next(turns)) as server:
        assert server.transport().send("POST", "/x", {"a": 1}, {"Idempotency-Key": "k"}) == {"id": "1"}
    assert {asked.body for asked in server.asked} == {b'{"a":1}'}
    assert {asked.headers["Idempotency-Key"] for asked in server.asked} == {"k"}


def test_a_connection_that_breaks_is_opened_again_for_a_get() -> None:
    turns = in_turn(Reply(body=b"123456789", cut=3), Reply(body={"id": "1"}))
    with loopback(lambda _: next(turns)) as server:
        assert server.transport().get_as(Item, "/x") == Item(id="1")


def test_pages_are_asked_for_until_there_is_no_next() -> None:
    def answer(asked: Asked) -> Reply:
        if "after=p2" in asked.path:
            return Reply(body={"items": [{"id": "c"}]})
        return Reply(body={"items": [{"id": "a"}, {"id": "b", "new_field": 1}], "next": "p2"})

    with loopback(answer) as server:
        items = server.transport().pages(Item, "/x", {"limit": 2, "state": None})
        assert next(items) == Item(id="a")
        assert len(server.asked) == 1
        assert [item.id for item in items] == ["b", "c"]
    assert [asked.path for asked in server.asked] == ["/x?limit=2", "/x?limit=2&after=p2"]


def test_a_missing_field_names_the_release_as_the_cause() -> None:
    with loopback(lambda _: Reply(body={})) as server, pytest.raises(ClientError, match="not the item"):
        server.transport().get_as(Item, "/x")


def test_the_token_goes_along() -> None:
    with loopback(lambda _: Reply(body={"id": "1"})) as server:
        server.transport("secret").get("/x")
    assert _only(server).headers["Authorization"] == "Bearer secret"


def test_parts_of_an_address_are_quoted() -> None:
    assert at("datasets", "a b", "files", "dir/ö?#%.csv") == "/api/v1/datasets/a%20b/files/dir/%C3%B6%3F%23%25.csv"


def _only(server: Loopback) -> Asked:
    assert len(server.asked) == 1
    return server.asked[0]
