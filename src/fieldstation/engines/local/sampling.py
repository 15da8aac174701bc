"""Limits that no kernel group keeps: measured while the run goes on, with the measure as evidence."""

from dataclasses import dataclass

from fieldstation.engines.local.disk import DiskUse
from fieldstation.engines.local.processes import TreeUse, proportional_bytes, scratch_bytes, tree_use
from fieldstation.engines.local.records import Kill
from fieldstation.ports.engine import Breach, Limits

OVERHEAD_THREADS = 2  # the recorder and the namespace's first process


def disk_kill(use: DiskUse, limits: Limits) -> Kill | None:
    """Tell whether a run must be killed for what it wrote."""
    if use.too_deep:
        return Kill(breach=Breach.DISK, detail="folders in /outputs lie too deep to be counted")
    if use.bytes <= limits.disk_bytes:
        return None
    return Kill(breach=Breach.DISK, detail=f"{use.bytes} bytes in /outputs, {limits.disk_bytes} allowed")


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What the processes of a run use: bytes of memory now, processor seconds so far, and why to kill them, if so."""

    memory_bytes: int
    cpu_seconds: float
    kill: Kill | None = None


def measure_processes(recorder: int, inner: int | None, limits: Limits) -> Measured:
    """Measure the processes of a run, and tell whether it must be killed for their number or memory.

    `inner` is a process whose /tmp and /dev/shm are the run's own, where there is one: what lies there is memory too.
    """
    use = tree_use(recorder)
    scratch = 0 if inner is None else scratch_bytes(inner)
    memory = use.resident_bytes + scratch
    if memory > limits.memory_bytes:
        memory = proportional_bytes(use.pids) + scratch
    return Measured(memory_bytes=memory, cpu_seconds=use.cpu_seconds, kill=_kill(use, memory, limits))


def _kill(use: TreeUse, memory: int, limits: Limits) -> Kill | None:
    threads = use.threads - OVERHEAD_THREADS
    if threads > limits.pids:
        return Kill(breach=Breach.PIDS, detail=f"{threads} processes and threads, {limits.pids} allowed")
    if memory > limits.memory_bytes:
        return Kill(breach=Breach.MEMORY, detail=f"{memory} bytes of memory, {limits.memory_bytes} allowed")
    return None
