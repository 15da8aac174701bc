"""Sending stored bytes: by the server itself where it can, else block by block in moving threads."""

import base64
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from fieldstation.facades.kit.moving import BLOCK, Movers
from fieldstation.facades.kit.ranges import Failed, NotModified, Part, Unsatisfiable, Whole, wanted

PATHSEND = "http.response.pathsend"
_SHOWN = frozenset(
    {"application/json", "image/gif", "image/jpeg", "image/png", "image/webp", "text/csv", "text/plain"}
)  # what a browser may show instead of saving: none of it can run
_STORED = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",  # rights can be taken away: ask again, which costs a 304
}


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """Bytes to be sent: what a reader needs to know, and how to get at them.

    `path` may be handed to the server; where it is None, `open` gives a descriptor that is read and closed.
    """

    name: str
    size: int
    sha256: str
    media_type: str
    path: Path | None
    open: Callable[[], int]


class FileAnswer(Response):
    """Answers GET or HEAD for one file, with conditions and ranges."""

    def __init__(self, file: Outgoing, movers: Movers, headers: Mapping[str, str]) -> None:
        self._file = file
        self._movers = movers
        etag = f'"{file.sha256}"'
        self._wanted = wanted(headers, etag=etag, size=file.size)
        super().__init__(status_code=_status(self._wanted))
        del self.headers["content-length"]
        self.headers.update({**_STORED, "ETag": etag, "Accept-Ranges": "bytes"})
        if isinstance(self._wanted, Unsatisfiable):
            self.headers["Content-Range"] = f"bytes */{file.size}"
        if isinstance(self._wanted, Whole | Part):
            self._describe(self._wanted)
        elif not isinstance(self._wanted, NotModified):
            self.headers["Content-Length"] = "0"

    def _describe(self, part: Whole | Part) -> None:
        file = self._file
        self.headers["Content-Type"] = _with_charset(file.media_type)
        self.headers["Content-Disposition"] = disposition(file.name, shown=file.media_type in _SHOWN)
        self.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(file.sha256)).decode()}:"
        self.headers["Content-Length"] = str(part.size if isinstance(part, Part) else file.size)
        if isinstance(part, Part):
            self.headers["Content-Range"] = f"bytes {part.first}-{part.last}/{file.size}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head, then the bytes that are wanted."""
        part = self._wanted
        if scope["method"] == "HEAD" or not isinstance(part, Whole | Part) or not self._file.size:
            await self._start(send)
            await send({"type": "http.response.body", "body": b""})
        elif isinstance(part, Whole) and self._file.path and PATHSEND in scope.get("extensions", {}):
            await self._start(send)
            await send({"type": PATHSEND, "path": str(self._file.path)})
        else:
            first, size = (part.first, part.size) if isinstance(part, Part) else (0, self._file.size)
            await self._copy(send, first, size)

    async def _start(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})

    async def _copy(self, send: Send, first: int, size: int) -> None:
        descriptor = await self._movers.run(self._file.open)
        try:
            await self._start(send)
            await send_blocks(send, self._movers, _blocks(descriptor, first, size))
        finally:
            with suppress(OSError):
                os.close(descriptor)


async def send_blocks(send: Send, movers: Movers, blocks: Iterator[bytes]) -> None:
    """Send blocks as they are made in moving threads; a client that went away ends it quietly."""
    with suppress(OSError):
        while block := await movers.run(lambda: next(blocks, b"")):
            await send({"type": "http.response.body", "body": block, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def stored_headers(name: str, media_type: str) -> dict[str, str]:
    """Return the headers under which bytes that somebody stored may leave, always as an attachment."""
    return {**_STORED, "Content-Type": media_type, "Content-Disposition": disposition(name, shown=False)}


def disposition(name: str, *, shown: bool) -> str:
    """Write Content-Disposition (RFC 6266) for a file of this name."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    exact = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'{"inline" if shown else "attachment"}; filename="{plain}"{exact}'


def _status(found: object) -> int:
    match found:
        case Part():
            return HTTPStatus.PARTIAL_CONTENT
        case NotModified():
            return HTTPStatus.NOT_MODIFIED
        case Failed():
            return HTTPStatus.PRECONDITION_FAILED
        case Unsatisfiable():
            return HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        case _:
            return HTTPStatus.OK


def _with_charset(media_type: str) -> str:
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") and ";" not in media_type else media_type


def _blocks(descriptor: int, first: int, size: int) -> Iterator[bytes]:
    end = first + size
    while first < end:
        block = os.pread(descriptor, min(BLOCK, end - first), first)
        if not block:
            raise OSError(
                "a stored file is shorter than its record"
            )  # the client sees a cut connection, not wrong bytes
        yield block
        first += len(block)
