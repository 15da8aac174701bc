"""multipart/form-data (RFC 7578), written piece by piece: any number of files of any size, one open at a time."""

import json
import mimetypes
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence

from fieldstation.client.errors import ClientError
from fieldstation.client.sources import Source

PIECE = 1 << 20  # bytes
_WORTH_SENDING = 1 << 16  # bytes
Progress = Callable[[int], None]  # told how many more bytes were sent or received


class Form:
    """A version on its way: `metadata` first, then the files. `length` is known before the first byte is sent."""

    def __init__(self, sources: Sequence[Source], metadata: Mapping[str, object] | None, progress: Progress) -> None:
        self._boundary = secrets.token_hex(16)
        self._sources = sources
        self._metadata = _metadata(self._boundary, metadata) if metadata else b""
        self._end = f"--{self._boundary}--\r\n".encode()
        self._progress = progress

    @property
    def headers(self) -> dict[str, str]:
        """The headers that the form needs."""
        heads = sum(len(self._head(source)) + source.size + 2 for source in self._sources)
        return {
            "Content-Type": f"multipart/form-data; boundary={self._boundary}",
            "Content-Length": str(len(self._metadata) + heads + len(self._end)),
        }

    def __iter__(self) -> Iterator[bytes]:
        """Yield the form in pieces worth a system call each."""
        gathered = bytearray()
        for piece in self._pieces():
            gathered += piece
            if len(gathered) >= _WORTH_SENDING:
                yield bytes(gathered)
                gathered.clear()
        yield bytes(gathered)

    def _pieces(self) -> Iterator[bytes]:
        yield self._metadata
        for source in self._sources:
            yield self._head(source)
            yield from self._body(source)
            yield b"\r\n"
        yield self._end

    def _head(self, source: Source) -> bytes:
        media_type = mimetypes.guess_type(source.path)[0] or "application/octet-stream"
        return (
            f"--{self._boundary}\r\n"
            f'Content-Disposition: form-data; name="files"; filename="{_quoted(source.path)}"\r\n'
            f"Content-Type: {media_type}\r\n\r\n"
        ).encode()

    def _body(self, source: Source) -> Iterator[bytes]:
        left = source.size
        with source.file.open("rb") as file:
            while left and (piece := file.read(min(PIECE, left))):
                yield piece
                self._progress(len(piece))
                left -= len(piece)
            if left or file.read(1):
                raise changed(source)


def changed(source: Source) -> ClientError:
    """Return the error for a file that somebody writes while it is sent."""
    return ClientError(
        f"{source.file} changed while it was sent", next_step="send it again when nothing writes it", reason="changed"
    )


def _metadata(boundary: str, metadata: Mapping[str, object]) -> bytes:
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="metadata"\r\nContent-Type: application/json\r\n\r\n'
    return head.encode() + json.dumps(metadata).encode() + b"\r\n"


def _quoted(path: str) -> str:
    """Write a file's name as browsers do (HTML, multipart form data)."""
    return path.replace("\\", "\\\\").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
