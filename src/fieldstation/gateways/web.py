"""The one client for addresses that strangers named: it reaches nothing that is private, and waits for nobody for long.

A name is resolved once for each request and the connection goes to the address that was looked at, so that a name
which means something else a moment later leads nowhere else.
"""

import socket
import ssl
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import anyio
import anyio.to_thread
import httpx

from fieldstation.kernel.errors import Forbidden, Invalid, TooLarge, Unavailable

MOST_REDIRECTS = 3
_MOST_ADDRESSES = 4  # of one name that are tried
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REPEATED = frozenset({"GET", "HEAD"})  # methods that follow redirects
_PORTS = {"http": 80, "https": 443}
_IDLE = 60.0  # seconds without a byte
_MOST_ASIDE = 1 << 20  # bytes of an answer that is not the one wanted
_NAT64 = ip_network("64:ff9b::/96")

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Caps:
    """Bounds of one request, redirects included: seconds in all, and bytes of the answer."""

    seconds: float = 20.0
    most_bytes: int = 2 << 20


@dataclass(frozen=True, kw_only=True)
class WebRequest:
    """What to ask. The headers and the query are for the host of `url` alone, wherever it may lead to."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, kw_only=True)
class WebAnswer:
    """What came back, and from which address in the end; headers by their names in small letters."""

    url: str
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


class Web:
    """Asks addresses in the web. `allow` names hosts (`host` or `host:port`) that may be private.

    `tls` and `resolver` are for hosts with certificates and names of their own.
    """

    def __init__(
        self,
        allow: Collection[str] = (),
        *,
        caps: Caps | None = None,
        tls: ssl.SSLContext | None = None,
        resolver: Resolve = resolve,
    ) -> None:
        self._allow = frozenset(host.lower() for host in allow)
        self._caps = caps or Caps()
        self._tls = tls
        self._resolve = resolver

    def ask(self, request: WebRequest, admit: Callable[[str], None] = lambda _url: None) -> WebAnswer:
        """Return the answer, whatever its status; every address on the way is first shown to `admit`, which may raise.

        Waits up to the caps, so it is called in a thread. Raises Invalid for what is no address, Forbidden for what
        the station does not reach for others, TooLarge, and Unavailable.
        """
        return anyio.run(self._ask, request, admit, _Body)

    def save(
        self, request: WebRequest, take: Callable[[bytes], None], admit: Callable[[str], None] = lambda _url: None
    ) -> WebAnswer:
        """Ask, and hand what comes with status 200 to `take` piece by piece, which may raise; else as `ask`."""
        return anyio.run(self._ask, request, admit, lambda: _Body(take))

    async def _ask(
        self, request: WebRequest, admit: Callable[[str], None], new_body: Callable[[], "_Body"]
    ) -> WebAnswer:
        first = url = _url(request.url).copy_merge_params(dict(request.query))
        if self._tls is None:
            self._tls = ssl.create_default_context()
        try:
            with anyio.fail_after(self._caps.seconds):
                for _ in range(MOST_REDIRECTS + 1):
                    admit(str(url.copy_with(query=None)))
                    answer = await self._once(request, url, new_body(), own=_origin(url) == _origin(first))
                    if not isinstance(answer, httpx.URL):
                        return answer
                    url = answer
        except TimeoutError:
            raise _away(url, f"it took longer than {self._caps.seconds:g} seconds") from None
        raise _away(url, f"it leads on more than {MOST_REDIRECTS} times")

    async def _once(self, request: WebRequest, url: httpx.URL, body: "_Body", *, own: bool) -> WebAnswer | httpx.URL:
        """Ask one address; return where it leads instead, if it leads on."""
        headers = {**(request.headers if own else {}), "Host": _host_header(url), "Accept-Encoding": "identity"}
        async with httpx.AsyncClient(
            verify=self._tls or True, trust_env=False, timeout=min(self._caps.seconds, _IDLE)
        ) as client:
            response = await self._connected(client, request, url, headers)
            try:
                target = response.headers.get("location")
                if response.status_code in _REDIRECTS and target and request.method in _REPEATED:
                    return _url(str(url.join(target)))
                await self._read(url, response, body)
            finally:
                await response.aclose()
        headers = {name.lower(): value for name, value in response.headers.items()}
        return WebAnswer(url=str(url), status=response.status_code, body=bytes(body.kept), headers=headers)

    async def _connected(
        self, client: httpx.AsyncClient, request: WebRequest, url: httpx.URL, headers: Mapping[str, str]
    ) -> httpx.Response:
        reason = ""
        for address in (await self._addresses(url))[:_MOST_ADDRESSES]:
            asked = client.build_request(
                request.method,
                url.copy_with(host=str(address)),
                headers=dict(headers),
                content=request.body or None,
                extensions={"sni_hostname": url.raw_host.decode()},
            )
            try:
                return await client.send(asked, stream=True)
            except httpx.ConnectError as error:
                reason = str(error) or "no connection could be made"
            except (httpx.HTTPError, ValueError) as error:
                raise _away(url, str(error) or type(error).__name__) from None
        raise _away(url, reason)

    async def _addresses(self, url: httpx.URL) -> Sequence[Address]:
        """Resolve a host and return its addresses, all of which may be reached."""
        host, port = url.raw_host.decode().lower(), url.port or _PORTS[url.scheme]
        try:
            texts = await anyio.to_thread.run_sync(self._resolve, host, port, abandon_on_cancel=True)
        except (OSError, UnicodeError):
            raise _away(url, "no such host is known") from None
        found = [ip_address(text.partition("%")[0]) for text in texts]
        allowed = bool({host, f"{host}:{port}"} & self._allow)
        if not found:
            raise _away(url, "no such host is known")
        if not allowed and any(is_private(address) for address in found):
            raise Forbidden(
                f"{host} has an address in a private network, which this station does not reach for others",
                next_step="use an address that everybody can reach, or ask an operator to name the host in "
                "FIELDSTATION_OUTBOUND_ALLOW",
                reason="address_refused",
            )
        return found

    async def _read(self, url: httpx.URL, response: httpx.Response, body: "_Body") -> None:
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise _away(url, "it sends its answer compressed, though it was asked not to")
        try:
            async for piece in response.aiter_raw():
                body.add(piece, wanted=response.status_code == httpx.codes.OK)
                if body.size > self._caps.most_bytes:
                    raise TooLarge(
                        f"{url.host} sends more than {self._caps.most_bytes} bytes",
                        next_step="see that the address is the right one",
                        reason="answer_too_large",
                    )
        except httpx.HTTPError as error:
            raise _away(url, str(error) or type(error).__name__) from None


class _Body:
    """What comes of an answer: kept, or handed on where it is what was wanted."""

    def __init__(self, take: Callable[[bytes], None] | None = None) -> None:
        self._take = take
        self.size = 0
        self.kept = bytearray()

    def add(self, piece: bytes, *, wanted: bool) -> None:
        """Take the next bytes."""
        self.size += len(piece)
        if self._take is not None and wanted:
            self._take(piece)
        elif self._take is None or len(self.kept) < _MOST_ASIDE:
            self.kept += piece


def is_private(address: Address) -> bool:
    """Tell whether an address is anything but one of the public internet, also where it is written inside another."""
    inner: Address | None = None
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        elif int(address) < 1 << 32:  # the old way to write an IPv4 address inside
            return True
    if inner is not None:
        return is_private(inner)
    return not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified


def _url(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise _no_address(str(error)) from None
    if url.scheme not in _PORTS or not url.host:
        raise _no_address("it must begin with https:// and a host")
    if url.userinfo:
        raise _no_address("it must not hold a name and password")
    return url.copy_with(fragment=None)


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host.lower(), url.port or _PORTS[url.scheme]


def _host_header(url: httpx.URL) -> str:
    return url.netloc.decode()


def _no_address(why: str) -> Invalid:
    return Invalid(f"that is no address in the web: {why}", next_step="give an address such as https://host/path")


def _away(url: httpx.URL, why: str) -> Unavailable:
    return Unavailable(
        f"{url.host} cannot be asked: {why}",
        next_step="see that the address is right, and try again",
        reason="web_away",
    )
