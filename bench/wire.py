"""The one client of all transfers, as thin as Python allows: it must never be what is measured."""

import hashlib
import socket
import time
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

_BLOCK = 1 << 20
_PATIENCE_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """A file on its way out, between two texts that a form puts around it."""

    path: Path
    head: bytes = b""
    tail: bytes = b""

    @property
    def size(self) -> int:
        """Bytes of the whole body."""
        return len(self.head) + self.path.stat().st_size + len(self.tail)


def send(url: str, parcel: Parcel, headers: dict[str, str]) -> tuple[float, bytes]:
    """POST a parcel; return the seconds until the answer was read, and its body. RuntimeError unless 2xx."""
    with _connected(url) as connection, parcel.path.open("rb") as file:
        began = time.perf_counter()
        request = _request("POST", url, {**headers, "Content-Length": str(parcel.size)})
        connection.sendall(request + parcel.head)
        connection.sendfile(file)
        connection.sendall(parcel.tail)
        answer = _answer(connection, "POST")
        body = answer.read()
        return time.perf_counter() - began, body


def fetch(url: str, headers: dict[str, str], *, digest: bool = False) -> tuple[float, int, str]:
    """GET a file and throw it away; return the seconds, its bytes and, if wanted, their SHA-256."""
    buffer, hashed, size = memoryview(bytearray(_BLOCK)), hashlib.sha256(), 0
    with _connected(url) as connection:
        began = time.perf_counter()
        connection.sendall(_request("GET", url, headers))
        answer = _answer(connection, "GET")
        expected = int(answer.getheader("Content-Length") or 0)
        while size < expected and (count := answer.readinto(buffer)):
            size += count
            if digest:
                hashed.update(buffer[:count])
        return time.perf_counter() - began, size, hashed.hexdigest()


def _connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((str(parts.hostname), int(parts.port or 80)), timeout=_PATIENCE_SECONDS)


def _request(method: str, url: str, headers: dict[str, str]) -> bytes:
    parts = urlsplit(url)
    lines = [f"{method} {parts.path} HTTP/1.1", f"Host: {parts.netloc}", "Connection: close"]
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode()


def _answer(connection: socket.socket, method: str) -> HTTPResponse:
    answer = HTTPResponse(connection, method=method)
    answer.begin()
    if not 200 <= answer.status < 300:
        raise RuntimeError(f"{method} was answered {answer.status}: {answer.read()[:500].decode(errors='replace')}")
    return answer
