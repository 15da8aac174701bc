"""Limits: each that is met is told as itself, with evidence, and the others are not."""

from fieldstation.ports.engine import Breach, LimitKind, Limits, Phase
from fieldstation.testing.engine.bench import EngineBench

_MIB = 1 << 20
_EATS_MEMORY = """
import time
kept = []
while len(kept) < 120:
    kept.append(bytearray(b"x" * (4 << 20)))
    time.sleep(0.02)
"""
_EATS_DISK = """
import time
for number in range(200):
    with open(f"part-{number}", "wb") as file:
        file.write(b"x" * (1 << 20))
    time.sleep(0.01)
"""
_ONE_LONG_FILE = """
with open("long", "wb") as file:
    for _ in range(300):
        file.write(b"x" * (1 << 20))
"""
_FORKS = """
import os, time
for _ in range(60):
    try:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
    except OSError:
        break
print("done", flush=True)
time.sleep(1.5)
"""


class KeepingLimits(EngineBench):
    """Memory, disk, processes."""

    def test_modest_run_meets_no_limit(self) -> None:
        limits = Limits(memory_bytes=128 * _MIB, disk_bytes=8 * _MIB, pids=32)
        seen = self.run(self.python("open('file', 'wb').write(b'x' * 1000000)", limits=limits))
        assert (seen.exit_code, seen.breaches) == (0, frozenset())

    def test_memory(self) -> None:
        seen = self.run(self.python(_EATS_MEMORY, limits=Limits(memory_bytes=64 * _MIB)))
        assert (seen.phase, seen.breaches) == (Phase.EXITED, frozenset({Breach.MEMORY}))
        assert seen.exit_code != 0

    def test_disk_in_many_files(self) -> None:
        seen = self.run(self.python(_EATS_DISK, limits=Limits(disk_bytes=8 * _MIB, log_bytes=_MIB)))
        assert (seen.phase, seen.breaches) == (Phase.EXITED, frozenset({Breach.DISK}))
        assert seen.usage.disk_bytes is None or seen.usage.disk_bytes > 8 * _MIB

    def test_disk_in_one_file(self) -> None:
        seen = self.run(self.python(_ONE_LONG_FILE, limits=Limits(disk_bytes=8 * _MIB, log_bytes=_MIB)))
        assert (seen.phase, seen.breaches) == (Phase.EXITED, frozenset({Breach.DISK}))
        assert seen.exit_code != 0

    def test_processes(self) -> None:
        handle = self.engine.submit(self.python(_FORKS, limits=Limits(pids=20)))
        seen = self.wait(handle)
        assert Breach.PIDS in seen.breaches
        if self.engine.traits.limits is LimitKind.EXACT:
            assert (seen.exit_code, self.said(handle).split()[-1]) == (0, "done"), "the program is told, not killed"

    def test_limits_are_each_runs_own(self) -> None:
        greedy = self.engine.submit(self.python(_EATS_MEMORY, limits=Limits(memory_bytes=64 * _MIB)))
        modest = self.engine.submit(self.python(_EATS_MEMORY, limits=Limits(memory_bytes=700 * _MIB)))
        assert Breach.MEMORY in self.wait(greedy).breaches
        seen = self.wait(modest)
        assert (seen.exit_code, seen.breaches) == (0, frozenset())
