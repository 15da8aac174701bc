"""The client for addresses that strangers named, against real servers on this machine that mean no good."""

import gzip
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from fieldstation.gateways.web import Caps, Web, WebRequest
from fieldstation.kernel.errors import FieldstationError, Forbidden, Invalid, TooLarge, Unavailable
from tests.integration.gateways.servers import (
    NAME,
    certificate,
    drip,
    drip_headers,
    endless,
    free_port,
    private_addresses,
    say,
    served,
)

SOON = Caps(seconds=1.0, most_bytes=100_000)


def here(*_: object) -> Sequence[str]:
    """Say that every name means this machine."""
    return ["127.0.0.1"]


def ask(url: str, *, web: Web | None = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """Ask an address with a client that may reach this machine."""
    answer = (web or Web(["127.0.0.1"])).ask(WebRequest(url=url, headers=headers or {}))
    return answer.status, answer.body


def test_what_is_allowed_is_reached() -> None:
    with served({"/ok": say(200, b"hello"), "/no": say(503)}) as server:
        base = f"http://127.0.0.1:{server.port}"
        assert ask(f"{base}/ok?x=1#part") == (200, b"hello")
        assert ask(f"{base}/no")[0] == 503
        request = WebRequest(url=f"{base}/ok", query={"ref": "a b"}, headers={"X-Secret": "s"})
        assert Web([f"127.0.0.1:{server.port}"]).ask(request).body == b"hello"
        path, headers = server.asked[-1]
        assert (path, headers["X-Secret"], headers["Host"]) == ("/ok?ref=a+b", "s", f"127.0.0.1:{server.port}")


@pytest.mark.parametrize("address", private_addresses())
def test_no_private_address_is_reached_under_any_name(address: str) -> None:
    with pytest.raises(Forbidden) as refused:
        Web(["other.test"], resolver=lambda *_: ["8.8.8.8", address]).ask(WebRequest(url="https://files.test/x"))
    assert refused.value.reason == "address_refused"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1", "0"])
def test_this_machine_is_not_reached_however_it_is_written(host: str) -> None:
    with served({"/": say(200)}) as server:
        with pytest.raises(FieldstationError):
            Web().ask(WebRequest(url=f"http://{host}:{server.port}/"))
        assert server.asked == []


def test_a_name_is_looked_up_once_and_the_connection_goes_there() -> None:
    """What the name means a moment later (a private address) is never asked."""
    said: list[str] = []

    def changing(host: str, _port: int) -> Sequence[str]:
        said.append(host)
        return ["127.0.0.1"] if len(said) == 1 else ["10.0.0.1"]

    with served({"/": say(200, b"first")}) as server:
        web = Web(["files.test"], resolver=changing)
        assert ask(f"http://files.test:{server.port}/", web=web) == (200, b"first")
    assert said == ["files.test"]


def test_a_certificate_must_be_of_the_name_that_was_asked(tmp_path: Path) -> None:
    ours, theirs = certificate(tmp_path)
    with served({"/": say(200, b"sealed")}, ours) as server:
        web = Web([NAME, "other.test"], tls=theirs, resolver=here)
        assert ask(f"https://{NAME}:{server.port}/", web=web) == (200, b"sealed")
        assert server.asked[0][1]["Host"] == f"{NAME}:{server.port}"
        with pytest.raises(Unavailable, match="certificate"):
            ask(f"https://other.test:{server.port}/", web=web)
        with pytest.raises(Unavailable, match="certificate"):
            ask(f"https://{NAME}:{server.port}/", web=Web([NAME], resolver=here))


def test_redirects_are_followed_thrice_and_each_is_looked_at_anew() -> None:
    hops = {f"/{n}": say(302, Location=f"/{n + 1}") for n in range(5)}
    with served({**hops, "/5": say(200, b"end"), "/out": say(302, Location="http://localhost:1/")}) as server:
        base = f"http://127.0.0.1:{server.port}"
        assert ask(f"{base}/2") == (200, b"end")
        with pytest.raises(Unavailable, match="more than 3 times"):
            ask(f"{base}/1")
        with pytest.raises(Forbidden):
            ask(f"{base}/out")


@pytest.mark.parametrize("target", ["http://169.254.169.254/meta", "file:///etc/passwd", "ftp://x/", "http://a:b@x/"])
def test_a_redirect_leads_to_nothing_that_may_not_be_asked(target: str) -> None:
    with served({"/": say(301, Location=target)}) as server, pytest.raises((Forbidden, Invalid)):
        ask(f"http://127.0.0.1:{server.port}/")


def test_credentials_stay_with_their_host() -> None:
    with served({"/": say(200, b"other")}) as other:
        elsewhere = f"http://127.0.0.1:{other.port}/"
        with served({"/a": say(307, Location="/b"), "/b": say(307, Location=elsewhere)}) as server:
            request = WebRequest(
                url=f"http://127.0.0.1:{server.port}/a", headers={"Authorization": "s3cret"}, query={"key": "s3cret"}
            )
            assert Web(["127.0.0.1"]).ask(request).body == b"other"
        assert [headers.get("Authorization") for _, headers in server.asked] == ["s3cret", "s3cret"]
    assert "s3cret" not in str(other.asked)


@pytest.mark.parametrize("answer", [drip, drip_headers])
def test_a_slow_answer_is_given_up_in_time(answer: object) -> None:
    with served({"/": answer}) as server, pytest.raises(Unavailable, match="longer than"):  # type: ignore[dict-item]
        ask(f"http://127.0.0.1:{server.port}/", web=Web(["127.0.0.1"], caps=SOON))


def test_an_endless_answer_is_given_up() -> None:
    with served({"/": endless}) as server, pytest.raises(TooLarge):
        ask(f"http://127.0.0.1:{server.port}/", web=Web(["127.0.0.1"], caps=SOON))


def test_a_compressed_answer_is_not_unpacked() -> None:
    bomb = say(200, gzip.compress(bytes(10_000_000)), Content_Encoding="gzip")
    with served({"/": bomb}) as server, pytest.raises(Unavailable, match="compressed"):
        ask(f"http://127.0.0.1:{server.port}/")


def test_a_name_that_takes_long_to_look_up_is_given_up() -> None:
    def slow(*_: object) -> Sequence[str]:
        time.sleep(3)
        return ["127.0.0.1"]

    with pytest.raises(Unavailable, match="longer than"):
        ask("http://files.test/", web=Web(["files.test"], caps=SOON, resolver=slow))


def test_nobody_there_is_told() -> None:
    with pytest.raises(Unavailable):
        ask(f"http://127.0.0.1:{free_port()}/")
    with pytest.raises(Unavailable, match="no such host"):
        ask("http://files.test/", web=Web(resolver=lambda *_: []))


@pytest.mark.parametrize("url", ["ftp://host/x", "https:///x", "host/x", "https://a:b@host/", "http://[::1", "\0"])
def test_what_is_no_address_is_told(url: str) -> None:
    with pytest.raises(Invalid):
        ask(url)
