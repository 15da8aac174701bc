"""Files of a request on their way into the store."""

import base64
import binascii
from collections.abc import Mapping

from fieldstation.core.datasets.model import FileEntry, path_fault, worth_keeping
from fieldstation.facades.kit.forms import Part
from fieldstation.kernel.errors import Invalid, Problem
from fieldstation.ports.storage import BlobStore, Sink, Stored

MAX_FILES = 500_000  # of one request; more go into the same version through `base`
_SMALL = 256 << 10  # kept in memory until whole: one call of the store each


class Received:
    """Collects the files of one request; `problems` names every fault found on the way."""

    def __init__(self, store: BlobStore) -> None:
        self._store = store
        self._open: _Incoming | None = None
        self.files: list[FileEntry] = []
        self.problems: list[Problem] = []

    def open_part(self, part: Part) -> "_Incoming":
        """Return the taker for one file of a form."""
        if part.field != "files":
            raise Invalid(
                f"the form has a file in the field {part.field!r}", next_step="send files in fields called `files`"
            )
        media_type = part.headers.get("content-type", "").strip() or None
        return self.open(part.filename, media_type=media_type, sha256=_digest_of(part.headers))

    def open(self, path: str, *, media_type: str | None = None, sha256: str | None = None) -> "_Incoming":
        """Return the taker for one file; a digest that is given must be that of its bytes."""
        if len(self.files) >= MAX_FILES:
            raise Invalid(
                f"one request may bring {MAX_FILES} files",
                next_step="send the others in a second request with `base` set to the first's number",
            )
        self._open = _Incoming(self._store, path, self, worth_keeping(path, media_type), sha256)
        return self._open

    def add(self, entry: FileEntry) -> None:
        """Take note of a whole file."""
        self.files.append(entry)

    def abort(self) -> None:
        """Throw away the file under way."""
        if self._open:
            self._open.abort()

    def finish(self) -> None:
        """Make all files durable; raises Invalid when digests did not match or nothing came."""
        if self.problems:
            raise Invalid(
                f"{len(self.problems)} files did not arrive as they were sent",
                next_step="send them again; if it persists, compute their digests anew",
                reason="checksum_mismatch",
                problems=self.problems[:100],
            )
        self._store.flush()


class _Incoming:
    """Takes the bytes of one file; what has a name that cannot be kept is not stored at all."""

    def __init__(
        self, store: BlobStore, path: str, received: Received, media_type: str | None, sha256: str | None
    ) -> None:
        self._store = store
        self._path = path
        self._received = received
        self._media_type = media_type
        self._expected = sha256
        self._skips = path_fault(path) is not None
        self._waiting = bytearray()
        self._sink: Sink | None = None

    def write(self, data: bytes) -> None:
        if self._skips:
            return
        if self._sink:
            self._sink.write(data)
            return
        self._waiting += data
        if len(self._waiting) > _SMALL:
            self._sink = self._store.sink()
            self._sink.write(bytes(self._waiting))
            self._waiting.clear()

    def close(self) -> None:
        stored = self._stored()
        if self._expected and not self._skips and stored.sha256 != self._expected:
            text = f"{self._path}: has SHA-256 {stored.sha256} here, {self._expected} was announced"
            self._received.problems.append(Problem(where=f"/files/{len(self._received.files)}", text=text))
        self._received.add(
            FileEntry(path=self._path, size=stored.size, sha256=stored.sha256, media_type=self._media_type)
        )

    def abort(self) -> None:
        if self._sink:
            self._sink.abort()

    def _stored(self) -> Stored:
        if self._skips:
            return Stored(sha256="0" * 64, size=0)
        return self._sink.finish() if self._sink else self._store.put_bytes(bytes(self._waiting))


def _digest_of(headers: Mapping[str, str]) -> str | None:
    """Read `Content-Digest: sha-256=:…:` or `Repr-Digest` (RFC 9530); other algorithms are not checked."""
    for name in ("content-digest", "repr-digest"):
        for item in headers.get(name, "").split(","):
            algorithm, _, value = item.strip().partition("=")
            if algorithm.lower() == "sha-256":
                return _hex(value.strip(":"))
    return None


def _hex(value: str) -> str:
    try:
        digest = base64.b64decode(value, validate=True)
    except binascii.Error:
        digest = b""
    if len(digest) != 32:
        raise Invalid("a Content-Digest is not `sha-256=:<base64 of 32 bytes>:`", next_step="write it as RFC 9530 says")
    return digest.hex()
