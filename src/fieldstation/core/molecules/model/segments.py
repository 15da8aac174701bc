"""Segments: molecules of one file or of many whose fingerprints are kept together, and how they are merged.

A segment has slots, one for each molecule. A run says which molecules of a file have which slots; it begins at a whole
byte of the slices, so that segments are merged by putting bytes behind each other. Every file begins as segments of its
own. What is small is merged with others of its size, so that each molecule is written anew a few times at most and the
number of small segments is bounded, however many files there are.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

SLOTS = 61_440  # of a full segment: one slice of it fills a page of the database
_TOGETHER = 15  # segments of one size are merged, when there are so many
_MOST_TOGETHER = 64  # and more of them where there are, so that one merger is quick
_GROWTH = 16  # from one size to the next
_SMALLEST = 256  # slots


@dataclass(frozen=True, kw_only=True)
class Run:
    """Molecules of a file, from the place `first` there on, that have slots of a segment, from `slot` on."""

    source: int
    first: int
    segment: int
    slot: int
    count: int

    @property
    def bytes(self) -> int:
        """How many bytes of each slice are its own."""
        return (self.count + 7) // 8


@dataclass(frozen=True, kw_only=True)
class Held:
    """What a caller may see of a segment: its runs by slot, as columns, for there may be very many."""

    segment: int
    slots: Sequence[int]
    counts: Sequence[int]
    sources: Sequence[int]
    firsts: Sequence[int]

    @property
    def begin(self) -> int:
        """The first byte of each slice that is of use; what `cut` leaves begins with it."""
        return self.slots[0] // 8

    def cut(self, molecules: bytes) -> int:
        """Return a slice from the first molecule of use to the last, as bits of a number."""
        return int.from_bytes(molecules[self.begin : (self.slots[-1] + self.counts[-1] + 7) // 8], "little")

    def seen(self) -> int:
        """Return which molecules may be seen, as bits of a number like those of slices that are cut."""
        pieces, at = [], 8 * self.begin
        for slot, count in zip(self.slots, self.counts, strict=True):
            if slot > at:
                pieces.append(bytes((slot - at) // 8))
            ones = _ones(count)
            pieces.append(ones)
            at = slot + 8 * len(ones)
        return int.from_bytes(b"".join(pieces), "little")

    def parted(self, number: int) -> Iterator[tuple[int, int, int]]:
        """Part such a number by runs: yield (file, first place, which molecules from there on) where there are any."""
        data = number.to_bytes((number.bit_length() + 7) // 8, "little")
        for slot, count, source, first in zip(self.slots, self.counts, self.sources, self.firsts, strict=True):
            begin = slot // 8 - self.begin
            molecules = int.from_bytes(data[begin : begin + (count + 7) // 8], "little")
            if molecules:
                yield source, first, molecules

    def at(self, bit: int) -> tuple[int, int]:
        """Return the file, and the place there, of the molecule that has this bit of such a number."""
        slot = 8 * self.begin + bit
        run = bisect_right(self.slots, slot) - 1
        return self.sources[run], self.firsts[run] + slot - self.slots[run]


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A segment: its slots, and those that molecules have."""

    key: int
    slots: int
    taken: int


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Bytes of each slice of a segment, from `begin` on, that go into a merged one."""

    segment: int
    begin: int
    size: int


@dataclass(frozen=True, kw_only=True)
class Merger:
    """How segments become one: its slots, the pieces that follow each other in it, and the runs that it then has."""

    slots: int
    pieces: Sequence[Piece]
    runs: Sequence[Run]

    def apply(self, slices: Iterable[tuple[int, tuple[int, int], bytes]]) -> Mapping[tuple[int, int], bytes]:
        """Merge slices (segment, kind and bit, molecules), in whatever order they come, by kind and bit."""
        goes: dict[int, list[tuple[int, Piece]]] = {}
        at = 0
        for piece in self.pieces:
            goes.setdefault(piece.segment, []).append((at, piece))
            at += piece.size
        merged: dict[tuple[int, int], bytearray] = {}
        for segment, bit, molecules in slices:
            into = merged.get(bit)
            if into is None:
                into = merged[bit] = bytearray(self.slots // 8)
            for begin, piece in goes.get(segment, ()):
                into[begin : begin + piece.size] = molecules[piece.begin : piece.begin + piece.size]
        return {bit: bytes(into) for bit, into in merged.items()}


def to_merge(segments: Iterable[Segment]) -> Sequence[int]:
    """Return which segments are to become one now; none where it is not worth it.

    They are enough of one size, or one of which molecules have less than half.
    """
    sizes: dict[int, list[Segment]] = {}
    for one in sorted(segments, key=lambda one: one.key):
        if 0 < 2 * one.taken < one.slots:
            return [one.key]
        if 2 * one.taken < SLOTS:
            sizes.setdefault(_size(one.taken), []).append(one)
    for members in sizes.values():
        if len(members) >= _TOGETHER or sum(one.taken for one in members) >= SLOTS:
            return _fitting(members)
    return ()


def merger(runs: Iterable[Run]) -> Merger:
    """Plan how the segments that have these runs become one, whose key is not known yet (0)."""
    pieces: list[Piece] = []
    moved: list[Run] = []
    at = 0
    for run in sorted(runs, key=lambda one: (one.segment, one.slot)):
        last = pieces[-1] if pieces else None
        if last and last.segment == run.segment and last.begin + last.size == run.slot // 8:
            pieces[-1] = Piece(segment=last.segment, begin=last.begin, size=last.size + run.bytes)
        else:
            pieces.append(Piece(segment=run.segment, begin=run.slot // 8, size=run.bytes))
        _append(moved, Run(source=run.source, first=run.first, segment=0, slot=8 * at, count=run.count))
        at += run.bytes
    return Merger(slots=8 * at, pieces=pieces, runs=moved)


def windows(held: Iterable[Held], behind: tuple[int, int], sizes: Sequence[int]) -> Iterator[Sequence[Held]]:
    """Part what a caller may see, by file and place, into windows of so many segments each, from a position on."""
    runs = sorted(
        (source, first, one.segment, slot, count)
        for one in held
        for slot, count, source, first in zip(one.slots, one.counts, one.sources, one.firsts, strict=True)
        if (source, first + count - 1) > behind
    )
    window: dict[int, list[tuple[int, int, int, int]]] = {}
    left = iter(sizes)
    most = next(left)
    for source, first, segment, slot, count in runs:
        if segment not in window and len(window) == most:
            yield _held(window)
            window, most = {}, next(left, most)
        window.setdefault(segment, []).append((slot, count, source, first))
    if window:
        yield _held(window)


def _held(window: dict[int, list[tuple[int, int, int, int]]]) -> Sequence[Held]:
    found = []
    for segment, runs in window.items():
        slots, counts, sources, firsts = zip(*sorted(runs), strict=True)
        found.append(Held(segment=segment, slots=slots, counts=counts, sources=sources, firsts=firsts))
    return found


@lru_cache(maxsize=1_024)
def _ones(count: int) -> bytes:
    """Return so many bits that are set, and then those that fill the last byte."""
    return ((1 << count) - 1).to_bytes((count + 7) // 8, "little")


def _size(slots: int) -> int:
    size, most = 0, _SMALLEST
    while slots >= most:
        size, most = size + 1, most * _GROWTH
    return size


def _fitting(members: Sequence[Segment]) -> Sequence[int]:
    """Return the first of them that fit into one segment."""
    found, taken = [], 0
    for one in members[:_MOST_TOGETHER]:
        if taken + one.taken > SLOTS:
            break
        found.append(one.key)
        taken += one.taken
    return found


def _append(runs: list[Run], run: Run) -> None:
    """Add a run, or lengthen the last one where it goes on there."""
    last = runs[-1] if runs else None
    goes_on = last and (last.source, last.first + last.count, last.slot + last.count) == (
        run.source,
        run.first,
        run.slot,
    )
    if last and goes_on:
        runs[-1] = Run(source=last.source, first=last.first, segment=0, slot=last.slot, count=last.count + run.count)
    else:
        runs.append(run)
