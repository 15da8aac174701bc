"""Requests to one station: credentials, repeats, errors. Whatever fails is a ClientError."""

import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import httpx

from fieldstation import __version__
from fieldstation.client.answers import read
from fieldstation.client.errors import ClientError, not_an_address, refusal, unreachable
from fieldstation.client.events import EVENT_STREAM, ServerEvent, server_events

Answer = TypeVar("Answer")
Query = Mapping[str, str | int | bool | None]

API = "/api/v1"
REPEATS = 4  # of a request that may be repeated
_REPEATS_UNSENT = 2  # when nobody listens: a station that restarts is back soon, and a wrong address is told soon
_PAUSE_SECONDS = 0.1  # before the first repeat, doubled each time
_LONGEST_PAUSE_SECONDS = 30.0
_TIMEOUT = httpx.Timeout(60.0, connect=5.0)
_REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def at(*parts: str | int) -> str:
    """Return the address of a thing of the API, each part quoted; slashes inside a part separate folders."""
    return "/".join((API, *(quote(str(part), safe="/@:") for part in parts)))


class Transport:
    """One station, one set of credentials; safe to use from several threads.

    A request that may be repeated (GET, HEAD, PUT, DELETE, or any that carries an `Idempotency-Key`) is repeated when
    the connection breaks or the station says 503 or 409 with `Retry-After`; any other only when nothing was sent.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url.rstrip("/")
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise not_an_address(url)
        headers = {"User-Agent": f"fieldstation/{__version__}"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._http = httpx.Client(
            base_url=self.url,
            headers=headers,
            timeout=_TIMEOUT,
            verify=ssl.create_default_context() if parts.scheme == "https" else False,
            trust_env=parts.hostname not in _LOOPBACK,
        )

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def get(self, path: str, query: Query | None = None, *, timeout: float | None = None) -> Any:
        """Return the JSON answer; `timeout` in seconds, for calls that the station holds back on purpose."""
        return self._answer(self._request("GET", path, params=_given(query), timeout=timeout or _TIMEOUT))

    def get_as(self, kind: type[Answer], path: str, query: Query | None = None) -> Answer:
        """Return the answer as a `kind`."""
        return read(kind, self.get(path, query))

    def raw(self, path: str, query: Query | None = None) -> httpx.Response:
        """Return an answer of any kind, whole."""
        return _accepted(self._request("GET", path, params=_given(query)))

    def exchange(
        self, method: str, path: str, *, headers: Mapping[str, str], content: Iterable[bytes] | None = None
    ) -> httpx.Response:
        """Send bytes, streamed, under given headers and return the answer with its headers."""
        return _accepted(self._request(method, path, headers=headers, content=content))

    def send(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Any:
        """Send `body` as JSON, when there is one, and return the JSON answer (None when it is empty)."""
        return self._answer(self._request(method, path, json=body, headers=headers))

    def post_raw(self, path: str, content: bytes | Iterable[bytes], headers: Mapping[str, str]) -> Any:
        """Post bytes as they are, streamed when they come as pieces, and return the JSON answer."""
        return self._answer(self._request("POST", path, content=content, headers=headers))

    def form(self, path: str, fields: Mapping[str, str]) -> Any:
        """Send a form, as OAuth 2 asks for it, and return the JSON answer."""
        return self._answer(self._request("POST", path, data=fields))

    def pages(self, kind: type[Answer], path: str, query: Query | None = None) -> Iterator[Answer]:
        """Yield every item of a list, page by page as they are asked for."""
        wanted = dict(query or {})
        while True:
            page = self.get(path, wanted)
            yield from (read(kind, item) for item in page["items"])
            if page.get("next") is None:
                return
            wanted["after"] = page["next"]

    @contextmanager
    def stream(
        self, path: str, query: Query | None = None, headers: Mapping[str, str] | None = None
    ) -> Iterator[httpx.Response]:
        """Open an answer whose body is read piece by piece."""
        response = self._deliver(self._build("GET", path, params=_given(query), headers=headers), stream=True)
        try:
            if response.is_error:
                raise refusal(response.status_code, response.read())
            yield response
        except httpx.TransportError as error:
            raise unreachable(self.url, _why(error)) from error
        finally:
            response.close()

    def follow(self, path: str) -> Iterator[ServerEvent]:
        """Yield the events of a stream up to its event `end`; a stream that breaks is taken up behind the last one."""
        last: str | None = None
        failures = 0
        while True:
            headers = {"Accept": EVENT_STREAM} | ({"Last-Event-ID": last} if last else {})
            try:
                with self.stream(path, headers=headers) as response:
                    for event in server_events(response.iter_lines()):
                        failures, last = 0, event.id or last
                        yield event
                        if event.name == "end":
                            return
            except ClientError as error:
                if error.reason != "unreachable" or failures >= REPEATS:
                    raise
            failures += 1
            if failures > REPEATS:
                raise unreachable(self.url, "the stream of events ends without an end")
            time.sleep(_PAUSE_SECONDS * 2**failures)

    def _request(self, method: str, path: str, **content: Any) -> httpx.Response:
        return self._deliver(self._build(method, path, **content), stream=False)

    def _build(self, method: str, path: str, **content: Any) -> httpx.Request:
        return self._http.build_request(method, path, **content)

    def _deliver(self, request: httpx.Request, *, stream: bool) -> httpx.Response:
        """Send a request, again where that does no harm, and return the answer of any status."""
        repeatable = request.method in _REPEATABLE or "Idempotency-Key" in request.headers
        attempt = 0
        while True:
            pause = _PAUSE_SECONDS * 2**attempt
            try:
                response = self._http.send(request, stream=stream)
            except httpx.TransportError as error:
                unsent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
                if attempt >= (_REPEATS_UNSENT if unsent else REPEATS) or not (repeatable or unsent):
                    raise unreachable(self.url, _why(error)) from error
            else:
                wanted = _retry_after(response) if repeatable else None
                if attempt >= REPEATS or wanted is None:
                    return response
                response.close()
                pause = max(pause, min(wanted, _LONGEST_PAUSE_SECONDS))
            time.sleep(pause)
            attempt += 1

    @staticmethod
    def _answer(response: httpx.Response) -> Any:
        _accepted(response)
        try:
            return response.json() if response.content else None
        except ValueError:
            raise refusal(response.status_code, response.content) from None


def _accepted(response: httpx.Response) -> httpx.Response:
    if not response.is_success:
        raise refusal(response.status_code, response.content)
    return response


def _given(query: Query | None) -> dict[str, str | int | bool]:
    return {name: value for name, value in (query or {}).items() if value is not None}


def _retry_after(response: httpx.Response) -> float | None:
    if response.status_code not in (409, 503):
        return None
    try:
        return float(response.headers["Retry-After"])
    except (KeyError, ValueError):
        return None


def _why(error: httpx.TransportError) -> str:
    return str(error) or type(error).__name__
