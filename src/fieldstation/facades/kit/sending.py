"""Sending stored bytes: by the server itself where it can, else block by block in moving threads."""

import base64
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from fieldstation.facades.kit.moving import BLOCK, Movers
from fieldstation.facades.kit.ranges import Failed, NotModified, Part, Unsatisfiable, Whole, wanted
from fieldstation.facades.kit.refusals import refused
from fieldstation.kernel.errors import Invalid, PreconditionFailed

_WORTH_SENDING = 256 << 10
PATHSEND = "http.response.pathsend"
_SHOWN = frozenset(
    {"application/json", "image/gif", "image/jpeg", "image/png", "image/webp", "text/csv", "text/plain"}
)  # what a browser may show instead of saving: none of it can run
_TAKEN_FOR_CODE = re.compile(r"(?i)(text|application)/((x-)?(java|ecma|live|j)script[0-9.]*|css|xslt\+xml)")
_STORED = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",  # rights can be taken away: ask again, which costs a 304
}


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """Bytes to be sent: what a reader needs to know, and how to get at them.

    `path` may be handed to the server; where it is None, `open` gives a descriptor that is read and closed. What has
    no `sha256` may change, and `mark` tells its states apart.
    """

    name: str
    size: int
    sha256: str | None
    media_type: str
    path: Path | None
    open: Callable[[], int]
    mark: str = ""


def answer_file(file: Outgoing, movers: Movers, headers: Mapping[str, str]) -> Response:
    """Answer GET or HEAD for one file, as conditions and range in `headers` want it; raises PreconditionFailed."""
    etag = f'"{file.sha256 or file.mark}"'
    found = wanted(headers, etag=etag, size=file.size)
    common = {**_STORED, "ETag": etag, "Accept-Ranges": "bytes"}
    match found:
        case Failed():
            raise PreconditionFailed("this file is not the one that If-Match names", next_step="read it anew")
        case NotModified():
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=common)
        case Unsatisfiable():
            behind = Invalid(
                f"the range begins behind the last of {file.size} bytes",
                next_step="ask for a range inside the file, or for all of it",
                reason="range",
            )
            return refused(416, behind, {**common, "Content-Range": f"bytes */{file.size}"})
        case Whole() | Part():
            return _FileAnswer(file, movers, found, common)


class _FileAnswer(Response):
    """Sends a file or one range of it."""

    def __init__(self, file: Outgoing, movers: Movers, part: Whole | Part, headers: Mapping[str, str]) -> None:
        self._file = file
        self._movers = movers
        self._part = part
        ranged = isinstance(part, Part)
        super().__init__(status_code=HTTPStatus.PARTIAL_CONTENT if ranged else HTTPStatus.OK, headers=headers)
        self.headers["Content-Type"] = _with_charset(_sent_as(file.media_type))
        self.headers["Content-Disposition"] = disposition(file.name, shown=file.media_type in _SHOWN)
        if file.sha256 is not None:
            self.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(file.sha256)).decode()}:"
        self.headers["Content-Length"] = str(part.size if isinstance(part, Part) else file.size)
        if isinstance(part, Part):
            self.headers["Content-Range"] = f"bytes {part.first}-{part.last}/{file.size}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # an ASGI app
        """Send the head, then the bytes that are wanted."""
        if scope["method"] == "HEAD" or not self._file.size:
            await self._start(send)
            await send({"type": "http.response.body", "body": b""})
        elif isinstance(self._part, Whole) and self._file.path and PATHSEND in scope.get("extensions", {}):
            await self._start(send)
            await send({"type": PATHSEND, "path": str(self._file.path)})
        else:
            await self._copy(send)

    async def _start(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})

    async def _copy(self, send: Send) -> None:
        first, size = (self._part.first, self._part.size) if isinstance(self._part, Part) else (0, self._file.size)
        descriptor = await self._movers.run(self._file.open)
        try:
            await self._start(send)
            await send_blocks(send, self._movers, _blocks(descriptor, first, size))
        finally:
            os.close(descriptor)


class BlocksAnswer(Response):
    """Sends what `blocks` make, small ones together; `headers` say what it is and, if known, how long."""

    def __init__(self, blocks: Iterator[bytes], movers: Movers, headers: Mapping[str, str]) -> None:
        super().__init__(status_code=HTTPStatus.OK, headers=headers)
        self._blocks = blocks
        self._movers = movers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # an ASGI app
        """Send the head, then all blocks."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send_blocks(send, self._movers, _gathered(self._blocks))


async def send_blocks(send: Send, movers: Movers, blocks: Iterator[bytes]) -> None:
    """Send blocks as they are made in moving threads; a client that goes away ends it quietly.

    When making a block fails, the connection is cut: a reader sees too few bytes, never wrong ones.
    """
    while block := await movers.run(lambda: next(blocks, b"")):
        try:
            await send({"type": "http.response.body", "body": block, "more_body": True})
        except OSError:
            return
    await send({"type": "http.response.body", "body": b""})


def stored_headers(name: str, media_type: str) -> dict[str, str]:
    """Return the headers under which bytes that somebody stored may leave, always as an attachment."""
    return {**_STORED, "Content-Type": media_type, "Content-Disposition": disposition(name, shown=False)}


def disposition(name: str, *, shown: bool) -> str:
    """Write Content-Disposition (RFC 6266) for a file of this name."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    exact = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'{"inline" if shown else "attachment"}; filename="{plain}"{exact}'


def _sent_as(media_type: str) -> str:
    """Return the type that a file is sent with: what a page could load as its own script or style goes as text."""
    return "text/plain" if _TAKEN_FOR_CODE.fullmatch(media_type.partition(";")[0].strip()) else media_type


def _with_charset(media_type: str) -> str:
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") and ";" not in media_type else media_type


def _gathered(blocks: Iterator[bytes]) -> Iterator[bytes]:
    waiting: list[bytes] = []
    size = 0
    for block in blocks:
        waiting.append(block)
        size += len(block)
        if size >= _WORTH_SENDING:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def _blocks(descriptor: int, first: int, size: int) -> Iterator[bytes]:
    end = first + size
    while first < end:
        block = os.pread(descriptor, min(BLOCK, end - first), first)
        if not block:
            raise OSError("a stored file is shorter than its record")
        yield block
        first += len(block)
