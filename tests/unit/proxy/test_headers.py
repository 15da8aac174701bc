"""What passes between browsers and applications, where a whole walk would not show it."""

import pytest

from fieldstation.facades.proxy.headers import cookie_of, inwards, outwards

PREFIX = "/apps/run-1/"


@pytest.mark.parametrize(
    ("sent", "strips", "kept"),
    [
        ("a=1", False, f"a=1; Path={PREFIX}"),
        ("a=1; Path=/; HttpOnly", False, f"a=1; Path={PREFIX}; HttpOnly"),
        ("a=1; Path=/lab; Domain=example.org", True, f"a=1; Path={PREFIX}lab"),
        (f"a=1; path={PREFIX}lab", False, f"a=1; Path={PREFIX}lab"),
        (f"a=1; Path={PREFIX}../run-2/", False, f"a=1; Path={PREFIX}"),
        ("a=1; Path=/apps/run-2/; Path=/", False, f"a=1; Path={PREFIX}"),
        ("fst=1", False, None),
        ("FST-app=1", False, None),
        ("__Host-fst=1; Secure", False, None),
        ("nothing", False, None),
    ],
)
def test_an_application_keeps_cookies_below_its_own_path_alone(sent: str, *, strips: bool, kept: str | None) -> None:
    passed = outwards([(b"Set-Cookie", sent.encode())], PREFIX, strips=strips)
    assert passed == ([] if kept is None else [(b"set-cookie", kept.encode())])


@pytest.mark.parametrize(
    ("sent", "strips", "kept"),
    [
        ("/login?next=/", True, f"{PREFIX}login?next=/"),
        ("/login", False, "/login"),
        (f"{PREFIX}login", True, f"{PREFIX}login"),
        ("//evil.example.org/", True, "//evil.example.org/"),
        ("there", True, "there"),
    ],
)
def test_where_an_application_leads_stays_below_its_path(sent: str, *, strips: bool, kept: str) -> None:
    assert outwards([(b"Location", sent.encode())], PREFIX, strips=strips) == [(b"Location", kept.encode())]


def test_what_concerns_one_connection_goes_no_further() -> None:
    hop = [(b"Connection", b"close, X-One"), (b"X-One", b"1"), (b"Transfer-Encoding", b"chunked"), (b"TE", b"trailers")]
    assert inwards([*hop, (b"Accept", b"*/*")]) == [(b"Accept", b"*/*")]
    assert outwards([*hop, (b"Clear-Site-Data", b'"*"'), (b"ETag", b"1")], PREFIX, strips=False) == [(b"ETag", b"1")]


def test_cookies_of_the_station_are_read_and_not_passed() -> None:
    sent = [(b"cookie", b"fst=1; fst-app=2; theirs=3"), (b"cookie", b"__Host-fst=4; more=5")]
    assert cookie_of(sent, "fst-app") == "2"
    assert cookie_of(sent, "other") is None
    assert inwards(sent) == [(b"cookie", b"theirs=3; more=5")]
