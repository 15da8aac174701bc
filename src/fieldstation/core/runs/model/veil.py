"""Keeping what a run was given in confidence out of its logs: every piece of it becomes stars, of the same length."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from fieldstation.ports.engine import LogChunk

SHORTEST = 4  # bytes of a value that is one line; shorter ones are in every other text
_SHORTEST_LINE = 8  # bytes of one of several lines
_PIECE = 64  # bytes of a long line that are looked for at once
_MOST = 64 << 10  # bytes of a value that are looked for

Read = Callable[[int, int], LogChunk]


class Veil:
    """Hides `values` in what is read of a log. Offsets stay what they are."""

    def __init__(self, values: Sequence[bytes]) -> None:
        self._needles = sorted({piece for value in values for piece in _pieces(value)}, key=len, reverse=True)
        self._reach = max(map(len, self._needles), default=1) - 1

    def __bool__(self) -> bool:
        """Tell whether there is anything to hide."""
        return bool(self._needles)

    def read(self, read: Read, offset: int, limit: int, *, over: bool) -> LogChunk:
        """Return up to `limit` bytes from `offset` as `read` does, veiled.

        Unless the log is `over`, an end that may be the beginning of something hidden is left for later.
        """
        chunk = read(offset, limit)
        if not self._needles or not chunk.data:
            return chunk
        end = chunk.offset + len(chunk.data)
        before = self._before(read, chunk.offset)
        after = read(end, self._reach)
        behind = b"" if after.skipped or not self._reach else after.data
        veiled = self._pattern.sub(_stars, before + chunk.data + behind)
        shown = veiled[len(before) : len(before) + len(chunk.data)]
        if not over and not behind:
            shown = shown[: len(shown) - self._begun(veiled)]
        return LogChunk(offset=chunk.offset, data=shown, skipped=chunk.skipped)

    def _before(self, read: Read, start: int) -> bytes:
        """Return the bytes right before `start`, as many as something hidden may begin with; none across a gap."""
        first = max(0, start - self._reach)
        if first == start:
            return b""
        chunk = read(first, start - first)
        return chunk.data[: start - chunk.offset] if chunk.offset + len(chunk.data) >= start > chunk.offset else b""

    def _begun(self, text: bytes) -> int:
        """Return how many bytes at the end may be the beginning of something hidden."""
        for length in range(min(self._reach, len(text)), 0, -1):
            if any(len(needle) > length and needle.startswith(text[-length:]) for needle in self._needles):
                return length
        return 0

    @cached_property
    def _pattern(self) -> re.Pattern[bytes]:
        return re.compile(b"|".join(map(re.escape, self._needles)))


def _stars(match: re.Match[bytes]) -> bytes:
    return b"*" * len(match[0])


def _pieces(value: bytes) -> Iterator[bytes]:
    lines = value[:_MOST].strip().splitlines()
    shortest = SHORTEST if len(lines) == 1 else _SHORTEST_LINE
    for line in lines:
        if len(line) >= shortest:
            cuts = [*range(0, max(1, len(line) - _PIECE // 2), _PIECE)]
            yield from (line[cut:end] for cut, end in zip(cuts, [*cuts[1:], len(line)], strict=True))
