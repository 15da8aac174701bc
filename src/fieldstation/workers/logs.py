"""Keeping the logs of an ended attempt: small ones in the database, others as a compressed blob."""

import base64
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from fieldstation.core.runs.model.veil import Read, Veil
from fieldstation.core.runs.service.given import NO_VEIL
from fieldstation.core.runs.service.logs import SAMPLES
from fieldstation.ports.engine import LogChunk, Sample, Stream
from fieldstation.ports.storage import BlobStore, Sink, StoreFull

_CHUNK = 1 << 20
_INLINE_BYTES = 16 << 10  # compressed; larger logs go into the store


class LogSource(Protocol):
    """The part of an engine that logs are read from."""

    def logs(self, attempt_id: str, stream: Stream, offset: int, limit: int) -> LogChunk:
        """Return up to `limit` bytes of a log from `offset`; empty at the end."""


class SampleSource(Protocol):
    """The part of an engine that tells what attempts use."""

    def samples(self, attempt_id: str) -> Sequence[Sample]:
        """Return what an attempt used over time so far."""


def keep_logs(engine: LogSource, store: BlobStore, attempt_id: str, veil: Veil = NO_VEIL) -> Mapping[str, Any]:
    """Keep both logs, veiled; returns for each stream how much there was, what was dropped, and where the rest is.

    Where the store is full the logs are given up rather than the run's end.
    """
    return {
        stream.value: _keep(partial(veil.read, partial(engine.logs, attempt_id, stream), over=True), store)
        for stream in Stream
    }


def keep_samples(engine: SampleSource, attempt_id: str) -> Mapping[str, Any]:
    """Return what an attempt used over time, to be kept beside its logs; empty where it was too short to tell."""
    points = [[one.seconds, one.cpu_seconds, one.memory_bytes, one.disk_bytes] for one in engine.samples(attempt_id)]
    return {SAMPLES: {"points": points}} if points else {}


def _keep(read: Read, store: BlobStore) -> Mapping[str, Any]:
    facts: dict[str, Any] = {"bytes": 0, "dropped_at": None, "dropped_bytes": 0}
    packed = _Packed(store)
    try:
        for piece in _pieces(read, facts):
            packed.write(piece)
        return {**_present(facts), **packed.finish()}
    except StoreFull:
        return {**_present(facts), "lost": "the station's disk was full"}
    finally:
        packed.abort()


def _pieces(read: Read, facts: dict[str, Any]) -> Iterator[bytes]:
    offset = 0
    while True:
        chunk = read(offset, _CHUNK)
        if chunk.skipped:
            facts["dropped_at"] = offset
            facts["dropped_bytes"] += chunk.skipped
        if not chunk.data:
            facts["bytes"] = chunk.offset
            return
        yield chunk.data
        offset = chunk.offset + len(chunk.data)


def _present(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value or name == "bytes"}


class _Packed:
    """Compresses into memory, and into a blob as soon as it is too much for a row."""

    def __init__(self, store: BlobStore) -> None:
        self._store = store
        self._packer = zlib.compressobj(wbits=31)  # gzip
        self._start = b""
        self._sink: Sink | None = None
        self._empty = True

    def write(self, data: bytes) -> None:
        self._empty = False
        self._add(self._packer.compress(data))

    def finish(self) -> Mapping[str, Any]:
        if self._empty:
            return {}
        self._add(self._packer.flush())
        if self._sink is None:
            return {"gzip": base64.b64encode(self._start).decode()}
        stored = self._sink.finish()
        return {"sha256": stored.sha256, "size": stored.size}

    def abort(self) -> None:
        if self._sink is not None:
            self._sink.abort()

    def _add(self, packed: bytes) -> None:
        if self._sink is not None:
            self._sink.write(packed)
            return
        self._start += packed
        if len(self._start) > _INLINE_BYTES:
            self._sink = self._store.sink()
            self._sink.write(self._start)
