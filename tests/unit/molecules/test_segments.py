"""Segments are merged so that few are small, and no molecule is lost or moved to another's place."""

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstation.core.molecules.model.segments import (
    SLOTS,
    Held,
    Run,
    Segment,
    merger,
    to_merge,
    windows,
)


def merged(sizes: list[int]) -> tuple[list[int], int]:
    """Add segments one by one, merging whenever it is worth it; returns the sizes left and the slots written."""
    segments: dict[int, int] = {}
    written = 0
    for key, size in enumerate(sizes):
        segments[key] = size
        while chosen := to_merge(Segment(key=one, slots=taken, taken=taken) for one, taken in segments.items()):
            assert len(chosen) > 1
            segments[chosen[0]] = sum(segments.pop(one) for one in chosen)
            written += segments[chosen[0]]
            assert segments[chosen[0]] <= SLOTS
    return sorted(segments.values()), written


def test_however_many_files_there_are_few_segments_are_small() -> None:
    left, written = merged([16] * 20_000)
    assert len([one for one in left if 2 * one < SLOTS]) < 45
    assert sum(left) == 16 * 20_000
    assert written <= 4 * sum(left)


def test_parts_of_a_large_file_fill_segments() -> None:
    left, written = merged([4_096] * 245)
    assert left.count(SLOTS) == 16
    assert len(left) < 16 + 15
    assert written == 16 * SLOTS


def test_what_is_mostly_gone_is_written_anew_alone() -> None:
    assert to_merge([Segment(key=7, slots=SLOTS, taken=100), Segment(key=8, slots=SLOTS, taken=SLOTS)]) == [7]
    assert to_merge([Segment(key=7, slots=SLOTS, taken=0), Segment(key=8, slots=SLOTS, taken=SLOTS)]) == ()


RUNS = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 40), st.booleans()), min_size=1, max_size=30)


@settings(max_examples=100, deadline=None)
@given(RUNS)
def test_every_molecule_keeps_its_bits(given_runs: list[tuple[int, int, bool]]) -> None:
    """Of runs in three segments, some of which are gone, each slice has a byte of its own; they follow each other."""
    slots, runs, slices = dict.fromkeys((1, 2, 3), 0), [], {1: b"", 2: b"", 3: b""}
    for source, (segment, count, kept) in enumerate(given_runs):
        run = Run(source=source, first=0, segment=segment, slot=slots[segment], count=count)
        slots[segment] += 8 * run.bytes
        slices[segment] += bytes([source]) * run.bytes
        runs += [run] if kept else []
    plan = merger(runs)
    merged = plan.apply(
        [(3, (1, 9), slices[3]), (1, (1, 9), slices[1]), (2, (1, 9), slices[2]), (1, (2, 9), bytes(len(slices[1])))]
    )
    joined = merged[1, 9]
    assert {8 * len(one) for one in merged.values()} == {plan.slots}
    assert {(one.source, one.first, one.count) for one in plan.runs} == {(r.source, r.first, r.count) for r in runs}
    for run in plan.runs:
        assert set(joined[run.slot // 8 : run.slot // 8 + run.bytes]) == {run.source}


def test_runs_that_go_on_become_one() -> None:
    first = Run(source=5, first=0, segment=1, slot=0, count=16)
    assert merger([first, Run(source=5, first=16, segment=2, slot=0, count=8)]).runs == [
        Run(source=5, first=0, segment=0, slot=0, count=24)
    ]
    apart = merger([first, Run(source=5, first=24, segment=2, slot=0, count=8)]).runs
    assert [one.count for one in apart] == [16, 8]


def test_windows_go_by_file_and_place_whatever_segment_has_them() -> None:
    one = Held(segment=1, slots=[0, 16], counts=[10, 8], sources=[1, 3], firsts=[0, 0])
    other = Held(segment=2, slots=[0, 8], counts=[8, 3], sources=[2, 3], firsts=[0, 8])
    assert [
        [(held.segment, list(held.sources)) for held in window] for window in windows([other, one], (0, -1), (1, 4))
    ] == [[(1, [1])], [(2, [2, 3]), (1, [3])]]
    assert list(windows([other, one], (3, 10), (1,))) == []


def test_only_what_may_be_seen_is_looked_at() -> None:
    held = Held(segment=1, slots=[16, 32], counts=[10, 3], sources=[1, 3], firsts=[0, 8])
    assert held.seen() == 0b00000111_00000011_11111111
    assert held.cut(b"\xff\xfe\xfd\xfc\xfb\xfa") == 0xFBFCFD
    assert list(held.parted(0b101 << 16 | 0b10)) == [(1, 0, 0b10), (3, 8, 0b101)]
    assert [held.at(bit) for bit in (0, 9, 16, 18)] == [(1, 0), (1, 9), (3, 8), (3, 10)]
