"""Which headers and cookies pass between browsers and applications (RFC 9110 section 7.6.1; RFC 6265)."""

from collections.abc import Iterable, Sequence

Headers = Sequence[tuple[bytes, bytes]]
COOKIE = "fst-app"  # of the session of one application, sent below its path alone
TICKET = "fst-ticket"
_HOP_BY_HOP = frozenset({
    b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection", b"te",
    b"trailer", b"transfer-encoding", b"upgrade",
})  # fmt: skip
# What the station's own pages bring, and what would tell an application of another way than ours.
_NOT_IN = frozenset({b"authorization", b"cookie", b"forwarded", b"host", b"x-fieldstation", b"x-real-ip"})
# What would reach beyond the path of the application.
_NOT_OUT = frozenset({
    b"alt-svc", b"clear-site-data", b"service-worker-allowed", b"set-cookie", b"strict-transport-security",
})  # fmt: skip
_OURS = ("fst", "__host-", "__secure-fst")


def value_of(headers: Headers, name: bytes) -> str | None:
    """Return the first header of a name (in lower case)."""
    return next((value.decode("latin-1") for key, value in headers if key.lower() == name), None)


def cookie_of(headers: Headers, name: str) -> str | None:
    """Return a cookie that a browser sent."""
    for one in _cookies(headers):
        key, _, value = one.partition("=")
        if key == name:
            return value
    return None


def inwards(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Return the headers of a request that an application sees: its own cookies, and nothing of the station's."""
    named = _connection(headers)
    passed = [
        (key, value)
        for key, value in headers
        if (low := key.lower()) not in _HOP_BY_HOP | _NOT_IN | named and not low.startswith(b"x-forwarded-")
    ]
    cookies = [one for one in _cookies(headers) if not one.lower().startswith(_OURS)]
    return [*passed, (b"cookie", "; ".join(cookies).encode("latin-1"))] if cookies else passed


def outwards(headers: Headers, prefix: str, *, strips: bool) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer that a browser sees; what names a path stays below the prefix `/apps/RUN/`."""
    named = _connection(headers)
    passed = [
        (key, _below(value.decode("latin-1"), prefix).encode("latin-1") if low == b"location" and strips else value)
        for key, value in headers
        if (low := key.lower()) not in _HOP_BY_HOP | _NOT_OUT | named
    ]
    cookies = [value.decode("latin-1") for key, value in headers if key.lower() == b"set-cookie"]
    kept = [cookie for one in cookies if (cookie := _kept(one, prefix, strips=strips)) is not None]
    return [*passed, *((b"set-cookie", one.encode("latin-1")) for one in kept)]


def _connection(headers: Headers) -> frozenset[bytes]:
    listed = [value for key, value in headers if key.lower() == b"connection"]
    return frozenset(name.strip().lower() for value in listed for name in value.split(b","))


def _cookies(headers: Headers) -> Iterable[str]:
    for key, value in headers:
        if key.lower() == b"cookie":
            yield from (one.strip() for one in value.decode("latin-1").split(";") if one.strip())


def _below(path: str, prefix: str) -> str:
    return prefix + path[1:] if path.startswith("/") and not path.startswith(("//", prefix)) else path


def _kept(cookie: str, prefix: str, *, strips: bool) -> str | None:
    """Return a cookie as the browser may keep it: below the application's path, for this host alone."""
    pair, *attributes = [part.strip() for part in cookie.split(";")]
    if pair.lower().startswith(_OURS) or "=" not in pair:
        return None
    path, others = prefix, []
    for attribute in attributes:
        name, _, value = attribute.partition("=")
        if name.lower() == "path" and ".." not in value:
            path = _below(value, prefix) if strips else value
        elif name.lower() not in ("domain", "path"):
            others.append(attribute)
    return "; ".join([pair, f"Path={path if path.startswith(prefix) else prefix}", *others])
