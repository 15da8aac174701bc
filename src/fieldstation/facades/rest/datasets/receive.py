"""Files of a request on their way into the store."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import replace

from fieldstation.core.datasets.model import FileEntry, check_paths, path_fault, worth_keeping
from fieldstation.core.datasets.model.names import SHOWN_FAULTS
from fieldstation.facades.kit.forms import Part
from fieldstation.kernel.errors import Invalid, Problem
from fieldstation.ports.storage import BlobStore, Sink, Stored

MAX_FILES = 500_000  # of one request; more go into the same version through `base`
_SMALL = 256 << 10  # kept in memory until whole: one call of the store each


class Received:
    """Collects the files of one request, and every fault found on the way."""

    def __init__(self, store: BlobStore) -> None:
        self._store = store
        self._batch = store.batch()
        self._open: _Incoming | None = None
        self._by_path: dict[str, FileEntry] = {}
        self._faults: list[Problem] = []
        self._reason = "checksum_mismatch"
        self.files: list[FileEntry] = []

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

    def whole(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Take small files, each with its path."""
        if len(self.files) + len(files) > MAX_FILES or any(path_fault(path) for path, _ in files):
            for path, data in files:
                self._one(path, data)
            return
        for (path, _), stored in zip(files, self._batch.put([data for _, data in files]), strict=True):
            self.add(FileEntry(path=path, size=stored.size, sha256=stored.sha256))

    def _one(self, path: str, data: bytes) -> None:
        taker = self.open(path)
        taker.write(data)
        taker.close()

    def link(self, path: str, target: str) -> None:
        """Take note of a file with the bytes of one that came before (a hard link in an archive)."""
        known = self._by_path.get(target)
        if known is None:
            self.refuse(path, f"a hard link to {target!a}, which did not come before it")
        else:
            self.add(replace(known, path=path))

    def refuse(self, path: str, kind: str) -> None:
        """Take note of something that is no file."""
        self.fault("file_kinds", f"{path!a} is {kind}")

    def fault(self, reason: str, text: str) -> None:
        """Take note of a fault of the file that comes next."""
        self._reason = reason
        self._faults.append(Problem(where=f"/files/{len(self.files)}", text=text))

    def add(self, entry: FileEntry) -> None:
        """Take note of a whole file."""
        self.files.append(entry)
        self._by_path[entry.path] = entry

    def abort(self) -> None:
        """Throw away the file under way, and what is not written yet."""
        self._batch.close()
        if self._open:
            self._open.abort()

    def finish(self) -> None:
        """Make all files durable; raises Invalid, naming all faults of what came, unless there are none but of names.

        Those are for the manifest to tell, which looks at all names anyway.
        """
        self._batch.finish()
        if self._faults:
            faults = [*self._faults, *self._name_faults()]
            raise Invalid(
                f"{len(faults)} files cannot be kept as they came",
                next_step="mend what `problems` lists and send the files again",
                reason=self._reason,
                problems=faults[:SHOWN_FAULTS],
            )
        self._store.flush()

    def _name_faults(self) -> Sequence[Problem]:
        try:
            check_paths([file.path for file in self.files])
        except Invalid as error:
            return error.problems
        return ()


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
        self._waiting: list[bytes] = []
        self._size = 0
        self._sink: Sink | None = None

    def write(self, data: bytes) -> None:
        self._size += len(data)
        if self._skips:
            return
        if self._sink:
            self._sink.write(data)
            return
        self._waiting.append(data)
        if self._size > _SMALL:
            self._sink = self._store.sink()
            self._sink.write(self._together())

    def close(self) -> None:
        stored = self._stored()
        if self._expected and not self._skips and stored.sha256 != self._expected:
            text = f"{self._path}: has SHA-256 {stored.sha256} here, {self._expected} was announced"
            self._received.fault("checksum_mismatch", text)
        self._received.add(
            FileEntry(path=self._path, size=stored.size, sha256=stored.sha256, media_type=self._media_type)
        )

    def abort(self) -> None:
        if self._sink:
            self._sink.abort()

    def _stored(self) -> Stored:
        if self._skips:
            return Stored(sha256="0" * 64, size=self._size)
        return self._sink.finish() if self._sink else self._store.put_bytes(self._together())

    def _together(self) -> bytes:
        pieces, self._waiting = self._waiting, []
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


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
