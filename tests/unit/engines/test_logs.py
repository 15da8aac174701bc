"""Logs keep head and tail, whatever grows when."""

from pathlib import Path
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldstation.engines.local import logs

LIMIT = 64 * 1024
KEPT = LIMIT // 2


def _byte_at(offset: int) -> int:
    return (offset * 31 + offset // 4096) % 251


def _original(start: int, end: int) -> bytes:
    return bytes(map(_byte_at, range(start, end)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(growths=st.lists(st.integers(0, 3 * LIMIT), min_size=1, max_size=5), step=st.integers(1000, 100_000))
def test_what_is_read_is_what_was_written(tmp_path: Path, growths: list[int], step: int) -> None:
    log = tmp_path / f"log-{uuid4()}"
    log.touch()
    size = 0
    for growth in growths:
        with log.open("ab") as file:
            file.write(_original(size, size + growth))
        size += growth
        assert logs.trim(log, LIMIT) == (size > LIMIT)
    offset = 0
    while (chunk := logs.read(log, offset, step)).data:
        assert chunk.offset == offset + chunk.skipped
        assert chunk.data == _original(chunk.offset, chunk.offset + len(chunk.data))
        offset = chunk.offset + len(chunk.data)
    assert offset == size
    hole = logs.dropped(log)
    assert hole.end > 0 or size <= LIMIT + 4096
    if hole.end:
        assert size > LIMIT
        assert hole.start == KEPT
        assert size - hole.end >= KEPT


def test_dropped_bytes_free_the_disk(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"x" * (40 << 20))
    before = log.stat().st_blocks
    logs.trim(log, 32 << 20)
    after = log.stat()
    assert after.st_size == 40 << 20
    assert after.st_blocks <= before * 16 // 40 + 64


def test_absent_log_is_empty(tmp_path: Path) -> None:
    assert logs.read(tmp_path / "none", 5, 10).data == b""
    assert not logs.trim(tmp_path / "none", 10)
    assert logs.dropped(tmp_path / "none") == logs.Dropped()
