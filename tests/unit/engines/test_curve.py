"""The curve of an attempt: few points at even distances, however long it runs and whoever follows it."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstation.engines.local.curve import Curve, read
from fieldstation.ports.engine import MOST_SAMPLES, Sample


def follow(curve: Curve, start: float, end: float, look: float = 0.25) -> None:
    """Look at an attempt each `look` seconds, as engines do."""
    seconds = start
    while seconds < end:
        if curve.due(seconds):
            curve.add(Sample(seconds=seconds, cpu_seconds=seconds / 2, memory_bytes=1000, disk_bytes=None))
        seconds += look


def test_a_short_attempt_leaves_no_file(tmp_path: Path) -> None:
    follow(Curve(tmp_path / "curve"), 0, 0.99)
    assert not (tmp_path / "curve").exists()
    assert read(tmp_path / "curve") == ()


@pytest.mark.parametrize("length", [3.0, 100.0, 1000.0, 40_000.0])
def test_points_are_few_and_even(tmp_path: Path, length: float) -> None:
    follow(Curve(tmp_path / "curve"), 0, length, look=max(0.25, length / 4000))
    points = read(tmp_path / "curve")
    assert 1 < len(points) <= MOST_SAMPLES
    distances = [after.seconds - before.seconds for before, after in pairwise(points)]
    assert max(distances) <= 2.2 * min(distances)
    assert length - points[-1].seconds <= 2.2 * max(distances)
    assert len(points) >= min(length - 2, MOST_SAMPLES / 2 - 2)


@settings(max_examples=20, deadline=None)
@given(lengths=st.lists(st.floats(min_value=1, max_value=2000), min_size=1, max_size=4))
def test_who_takes_over_goes_on(tmp_path_factory: pytest.TempPathFactory, lengths: list[float]) -> None:
    file = tmp_path_factory.mktemp("curve") / "curve"
    seconds = 0.0
    for length in lengths:
        follow(Curve(file), seconds, seconds + length)
        seconds += length
    points = read(file)
    assert len(points) <= MOST_SAMPLES
    assert [point.seconds for point in points] == sorted({point.seconds for point in points})


def test_a_point_cut_short_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "curve"
    follow(Curve(file), 0, 5)
    whole = read(file)
    file.write_text(file.read_text() + "[5.0, 2.")
    assert read(file) == whole
