"""Big files to a station: sent in pieces that resume (tus 1.0), also by a later call, and proven by their digest."""

import base64
import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fieldstation.client.answers import read
from fieldstation.client.errors import ClientError
from fieldstation.client.multipart import PIECE, Progress, changed
from fieldstation.client.sources import Source
from fieldstation.client.transport import Transport, at

WORTH_RESUMING = 64 << 20  # bytes in all; less is sent in one request
MOST_FILES = 500  # each costs requests of its own
_ATTEMPTS = 8  # in a row without a byte arriving
_PAUSE_SECONDS = 0.1  # before the first new attempt, doubled each time
_PASSING = frozenset({"unreachable", "upload_busy", "upload_offset"})  # reasons to look how far it came and go on
_TUS = {"Tus-Resumable": "1.0.0"}
_MARK = "source"  # the metadata by which a later call knows its upload again


@dataclass(frozen=True, kw_only=True)
class Upload:
    """Bytes on their way; `sha256` once all of them came."""

    id: str
    size: int
    offset: int
    expires: datetime
    sha256: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A file that is whole at the station and the same as here."""

    source: Source
    upload: str
    sha256: str


def worth_resuming(sources: Sequence[Source]) -> bool:
    """Tell whether these files are few and big enough to be sent in pieces."""
    return len(sources) <= MOST_FILES and sum(source.size for source in sources) >= WORTH_RESUMING


def send_all(transport: Transport, sources: Sequence[Source], progress: Progress) -> list[Sent]:
    """Send each file, going on where an earlier call stopped; return once every digest is the one of the file here."""
    known = {upload.metadata[_MARK]: upload for upload in _uploads(transport) if _MARK in upload.metadata}
    return [_Sending(transport, source, progress).send(known.get(_mark(source))) for source in sources]


def _uploads(transport: Transport) -> Iterator[Upload]:
    return transport.pages(Upload, at("uploads"))


def _mark(source: Source) -> str:
    """Name a file such that it is known again as long as nobody wrote to it."""
    found = source.file.stat()
    told = f"{source.file.absolute()}|{found.st_size}|{found.st_mtime_ns}|{found.st_ino}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]


class _Sending:
    """One file on its way."""

    def __init__(self, transport: Transport, source: Source, progress: Progress) -> None:
        self._transport = transport
        self._source = source
        self._progress = progress
        self._told = 0
        self._digest = hashlib.sha256()

    def send(self, upload: Upload | None) -> Sent:
        """Send what is missing, again and again as long as something arrives."""
        upload = upload or self._create()
        failures = 0
        while upload.sha256 is None:
            try:
                self._send_rest(upload)
            except ClientError as error:
                if error.reason not in _PASSING or failures >= _ATTEMPTS:
                    raise
                time.sleep(_PAUSE_SECONDS * 2**failures)
                failures += 1
            came = self._look(upload)
            failures = 0 if came.offset > upload.offset else failures
            upload = came
        return self._proven(upload)

    def _create(self) -> Upload:
        pairs = {"path": self._source.path, _MARK: _mark(self._source)}
        metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())
        headers = _TUS | {"Upload-Length": str(self._source.size), "Upload-Metadata": metadata}
        answer = self._transport.exchange("POST", at("uploads"), headers=headers)
        return read(Upload, self._transport.get(answer.headers["Location"]))

    def _look(self, upload: Upload) -> Upload:
        return self._transport.get_as(Upload, at("uploads", upload.id))

    def _send_rest(self, upload: Upload) -> None:
        left = self._source.size - upload.offset
        headers = _TUS | {
            "Upload-Offset": str(upload.offset),
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(left),
        }
        address = at("uploads", upload.id)
        self._transport.exchange("PATCH", address, headers=headers, content=self._pieces(upload.offset))

    def _pieces(self, start: int) -> Iterator[bytes]:
        """Yield the file from `start` on, and take the digest of all of it."""
        self._digest = hashlib.sha256()
        place = 0
        with self._source.file.open("rb") as file:
            while piece := file.read(min(PIECE, start - place) if place < start else PIECE):
                self._digest.update(piece)
                place += len(piece)
                if place > self._source.size:
                    raise changed(self._source)
                self._tell(place)
                if place > start:
                    yield piece
        if place < self._source.size:
            raise changed(self._source)

    def _tell(self, place: int) -> None:
        self._progress(place - self._told)
        self._told = place

    def _proven(self, upload: Upload) -> Sent:
        if self._told < self._source.size or not self._source.size:
            for _ in self._pieces(0):
                """Only its digest is wanted: an earlier call sent it all."""
        digest = self._digest.hexdigest()
        if digest != upload.sha256:
            self._transport.exchange("DELETE", at("uploads", upload.id), headers=_TUS)
            raise ClientError(
                f"what arrived of {self._source.file} is not what was sent",
                next_step="send it again",
                reason="checksum_mismatch",
            )
        return Sent(source=self._source, upload=upload.id, sha256=digest)
