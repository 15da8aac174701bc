"""Following a log live, through all attempts of a run, until nothing will be added."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

from fieldstation.core.runs.service.logs import LogPlace, Logs
from fieldstation.facades.kit.calls import Call
from fieldstation.facades.kit.hub import Hub, Watcher
from fieldstation.facades.kit.sse import sse
from fieldstation.ports.engine import LogChunk, Stream

_CHUNK = 1 << 20
_POLL_SECONDS = 0.25
_OFFSET_BITS = 48  # of an event's id; above them is the attempt, so that those of a first one are plain offsets
_LONGEST_CHARACTER = 4  # bytes, in UTF-8


@dataclass(frozen=True, kw_only=True)
class Position:
    """Where to read: an attempt (None: the newest) and an offset in it. `only`: not beyond this attempt."""

    attempt: int | None = None
    offset: int = 0
    only: bool = False

    @property
    def event_id(self) -> int:
        """Return the id of the event behind which a reader goes on here."""
        return ((self.attempt or 1) - 1) << _OFFSET_BITS | self.offset


def position_of(event_id: int) -> Position:
    """Return where a reader goes on that saw the event of this id."""
    return Position(attempt=(event_id >> _OFFSET_BITS) + 1, offset=event_id & ((1 << _OFFSET_BITS) - 1))


@dataclass(frozen=True, kw_only=True)
class FollowedLog:
    """One log of a run."""

    logs: Logs
    hub: Hub
    run_id: str
    stream: Stream

    async def pieces(self, call: Call, start: Position) -> AsyncIterator[bytes]:
        """Yield pieces as they are written: `{"attempt", "offset", "skipped", "text"}`, and `end` at the end.

        Each event's id is the place behind it. Characters are never torn; bytes that are none are shown replaced.
        """
        attempt, offset = start.attempt, start.offset
        with self.hub.watching(self.run_id) as watcher:
            while True:
                place = await call(partial(self.logs.place, run_id=self.run_id, number=attempt))
                attempt = place.attempt.number if place.attempt else None
                chunk = await call.core.thread(partial(self._read, place, offset))
                offset = chunk.offset + len(chunk.data)
                if chunk.data:
                    yield _piece(attempt, chunk)
                elif not place.over:
                    await self._wait(watcher)
                elif attempt is None or attempt == place.newest or start.only:
                    yield sse("end", {"offset": offset})
                    return
                else:
                    attempt, offset = attempt + 1, 0

    async def _wait(self, watcher: Watcher) -> None:
        await watcher.wait(_POLL_SECONDS)

    def _read(self, place: LogPlace, offset: int) -> LogChunk:
        """Read whole characters; nothing where the rest of the only one there is may still come."""
        chunk = self.logs.read(place, self.stream, offset, _CHUNK)
        end = whole(chunk.data)
        if end:
            return LogChunk(offset=chunk.offset, data=chunk.data[:end], skipped=chunk.skipped)
        behind = chunk.offset + len(chunk.data)
        if not chunk.data or place.over or self.logs.read(place, self.stream, behind, 1).skipped:
            return chunk
        return LogChunk(offset=offset, data=b"")


def _piece(attempt: int | None, chunk: LogChunk) -> bytes:
    behind = Position(attempt=attempt, offset=chunk.offset + len(chunk.data))
    text = chunk.data.decode(errors="replace")
    data = {"attempt": attempt, "offset": chunk.offset, "skipped": chunk.skipped, "text": text}
    return sse("log", data, event_id=behind.event_id)


def whole(data: bytes) -> int:
    """Return how many bytes there are without the beginning of a UTF-8 character whose rest is missing."""
    for back in range(1, min(_LONGEST_CHARACTER, len(data) + 1)):
        byte = data[-back]
        if byte & 0xC0 == 0x80:  # inside a character
            continue
        length = 1 + (byte >= 0xC2) + (byte >= 0xE0) + (byte >= 0xF0) if byte < 0xF5 else 1
        return len(data) - back if length > back else len(data)
    return len(data)
