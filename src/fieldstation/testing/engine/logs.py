"""Logs: raw bytes by offset, while a program runs and after, bounded without losing head or tail."""

import time

from fieldstation.ports.engine import Breach, Limits, Stream
from fieldstation.testing.engine.bench import PATIENCE_SECONDS, EngineBench


class Logging(EngineBench):
    """What a program writes to its standard streams."""

    def test_streams_are_kept_apart_and_raw(self) -> None:
        program = "import os; os.write(1, b'out \\xff\\x00\\n'); os.write(2, b'err\\n')"
        handle = self.engine.submit(self.python(program))
        self.wait(handle)
        assert self.engine.logs(handle.attempt_id, Stream.STDOUT, 0, 100).data == b"out \xff\x00\n"
        assert self.engine.logs(handle.attempt_id, Stream.STDERR, 0, 100).data == b"err\n"

    def test_reading_goes_by_offset(self) -> None:
        handle = self.engine.submit(self.shell("printf 0123456789"))
        self.wait(handle)
        chunks = [self.engine.logs(handle.attempt_id, Stream.STDOUT, offset, 4) for offset in (0, 4, 8, 10, 99)]
        assert [chunk.data for chunk in chunks] == [b"0123", b"4567", b"89", b"", b""]
        assert [chunk.offset for chunk in chunks] == [0, 4, 8, 10, 99]
        assert not any(chunk.skipped for chunk in chunks)

    def test_what_it_uses_over_time_is_told_while_it_runs(self) -> None:
        handle = self.engine.submit(self.python("print('up', flush=True)\nheld = b'x' * (20 << 20)\nwhile True: pass"))
        self.wait_for(handle, "up")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(points := self.engine.samples(handle.attempt_id)) < 2:
            assert time.monotonic() < deadline, "no points came"
            time.sleep(0.05)
        assert 0 < points[0].seconds < points[1].seconds
        for point in points:
            assert point.memory_bytes is None or point.memory_bytes > 10 << 20
        used = [point.cpu_seconds for point in points if point.cpu_seconds is not None]
        assert used == sorted(used)
        assert not used or used[-1] > 0
        self.engine.cancel(handle.attempt_id, grace_seconds=0)
        self.wait(handle)
        assert [*self.engine.samples(handle.attempt_id)][: len(points)] == [*points]
        self.engine.release(handle.attempt_id)
        assert not self.engine.samples(handle.attempt_id)

    def test_can_be_read_while_the_program_runs(self) -> None:
        handle = self.engine.submit(self.shell("echo first; sleep 60"))
        self.wait_for(handle, "first\n")

    def test_long_log_keeps_head_and_tail_and_counts_on(self) -> None:
        lines, size = 40_000, 100
        program = f"for n in range({lines}): print(f'{{n:0{size - 1}d}}')"
        handle = self.engine.submit(self.python(program, limits=Limits(log_bytes=1 << 20)))
        seen = self.wait(handle)
        assert (seen.exit_code, seen.breaches) == (0, frozenset({Breach.LOG}))
        read, offset, dropped = b"", 0, 0
        while chunk := self._next(handle.attempt_id, offset):
            assert chunk[1] >= offset
            if chunk[1] > offset:
                dropped += chunk[1] - offset
                assert chunk[2] == chunk[1] - offset
            assert chunk[0] == _original(chunk[1], len(chunk[0]), size)
            read += chunk[0]
            offset = chunk[1] + len(chunk[0])
        assert offset == lines * size, "offsets count the bytes that were written"
        assert dropped + len(read) == lines * size
        assert dropped > 0
        assert read.startswith(b"0" * (size - 1))
        assert read.endswith(f"{lines - 1:0{size - 1}d}\n".encode())

    def test_log_within_its_limit_is_whole(self) -> None:
        handle = self.engine.submit(self.shell("printf %1000d 1", limits=Limits(log_bytes=1000)))
        assert not self.wait(handle).breaches
        assert len(self.said(handle)) == 1000

    def _next(self, attempt_id: str, offset: int) -> tuple[bytes, int, int] | None:
        chunk = self.engine.logs(attempt_id, Stream.STDOUT, offset, 100_000)
        return (chunk.data, chunk.offset, chunk.skipped) if chunk.data else None


def _original(offset: int, length: int, size: int) -> bytes:
    """Return what the program wrote from `offset` on."""
    first = offset // size
    text = "".join(f"{number:0{size - 1}d}\n" for number in range(first, (offset + length) // size + 1))
    return text.encode()[offset - first * size :][:length]
