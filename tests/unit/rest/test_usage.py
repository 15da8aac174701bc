"""Points of usage as the door writes them: processors at work follow from processor seconds and time."""

from fieldstation.facades.rest.runs.usage_routes import points
from fieldstation.ports.engine import Sample


def test_cores_are_what_was_used_since_the_point_before() -> None:
    samples = [Sample(seconds=1.0, cpu_seconds=0.5), Sample(seconds=3.0, cpu_seconds=4.5)]
    assert [point.cores for point in points(samples)] == [0.5, 2.0]


def test_what_is_not_told_is_absent_and_time_never_runs_back() -> None:
    samples = [
        Sample(seconds=1.0, memory_bytes=7),
        Sample(seconds=1.0, cpu_seconds=1),
        Sample(seconds=2, cpu_seconds=0),
    ]
    found = points(samples)
    assert [point.cores for point in found] == [None, None, 0.0]
    assert found[0].memory_bytes == 7
    assert not points([])
