"""How much is done for each figure: all of it, or little (`quick`), to see that measuring works."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Counts of one way to measure; sizes in bytes, times in seconds."""

    noops: int
    runs: int
    run_rounds: int
    listed_runs: int
    asks: int
    instances: int
    files: tuple[int, ...]
    file_rounds: int
    transfer_bytes: int
    transfer_rounds: int
    idle_seconds: float
    starts: int
    molecules_read: int
    molecules: int
    molecules_in_small_files: int
    scans: int
    postings: int
    posting_rounds: int


FULL = Scale(
    noops=200,
    runs=600,
    run_rounds=5,
    listed_runs=1_000_000,
    asks=200,
    instances=100_000,
    files=(1_000, 10_000, 100_000),
    file_rounds=3,
    transfer_bytes=1 << 30,
    transfer_rounds=5,
    idle_seconds=60.0,
    starts=5,
    molecules_read=100_000,
    molecules=1_000_000,
    molecules_in_small_files=100_000,
    scans=40,
    postings=2_000,
    posting_rounds=5,
)
QUICK = Scale(
    noops=40,
    runs=100,
    run_rounds=3,
    listed_runs=20_000,
    asks=40,
    instances=5_000,
    files=(100, 1_000, 10_000),
    file_rounds=3,
    transfer_bytes=128 << 20,
    transfer_rounds=3,
    idle_seconds=10.0,
    starts=1,
    molecules_read=4_000,
    molecules=20_000,
    molecules_in_small_files=2_000,
    scans=12,
    postings=200,
    posting_rounds=3,
)
