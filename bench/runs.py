"""What one run costs: the round trip of a no-op, and how many a second, beside the bare loop."""

import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench.report import Figure, spread
from bench.stations import Bench

BARE = Path(__file__).parent / "bare_loop.py"
ROUNDS = 5
NOOPS = 200
RUNS = 600
CLIENTS = 4
_TOOL = """
kind: Tool
name: bench-output
version: 1.0.0
title: One small output and a line of log
image: "host:"
command: ["/usr/bin/sh", "-c", "head -c 100 /usr/bin/sh >out.bin; echo done"]
parameters: {type: object, properties: {}}
outputs: {all: {glob: "out.bin"}}
resources: {cpu: 1, memory: 64Mi, disk: 1Mi, pids: 16}
limits: {soft_seconds: 50, hard_seconds: 60}
"""


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield `run.noop_p50` and `run.throughput`."""
    with _attempts() as attempts:
        yield _noop(bench, attempts)
        yield _throughput(bench, attempts)


def _noop(bench: Bench, attempts: Path) -> Figure:
    bound = _bare(bench, attempts, threads=1, count=NOOPS)["p50"]
    times = []
    for _ in range(NOOPS):
        began = time.perf_counter()
        made = bench.http.post("/api/v1/runs", json={"tool": "noop", "reuse": False}).raise_for_status().json()
        run = bench.http.get(f"/api/v1/runs/{made['id']}", params={"wait_seconds": 30}).raise_for_status().json()
        times.append(time.perf_counter() - began)
        assert run["state"] == "succeeded", run
    value = statistics.median(times)
    return Figure(
        name="run.noop_p50",
        value=value * 1000,
        unit="ms",
        bound=bound * 1000,
        bound_name="one launch of the same recipe",
        ratio=value / bound,
        holds=value <= 4 * bound,
        n=NOOPS,
        spread=[seconds * 1000 for seconds in spread(times)],
        settings=bench.settings,
        sha=_sha(),
        promise="at most 4 times one bare launch, submit to final state over REST, idle",
    )


def _throughput(bench: Bench, attempts: Path) -> Figure:
    bench.http.post("/api/v1/tools", content=_TOOL, headers={"Content-Type": "application/yaml"}).raise_for_status()
    threads = max((1, 2, 3, 4), key=lambda count: _bare(bench, attempts, threads=count, count=RUNS // 2)["rate"])
    ours, bare = [], []
    for _ in range(ROUNDS):
        bare.append(_bare(bench, attempts, threads=threads, count=RUNS)["rate"])
        ours.append(_round(bench))
    value, bound = statistics.median(ours), statistics.median(bare)
    return Figure(
        name="run.throughput",
        value=value,
        unit="runs/s",
        bound=bound,
        bound_name=f"bare loop, {threads} threads",
        ratio=value / bound,
        holds=value >= 0.4 * bound,
        n=RUNS * ROUNDS,
        spread=spread(ours),
        settings={**bench.settings, "threads": threads, "clients": CLIENTS},
        sha=_sha(),
        promise="at least 0.4 of the bare loop, each run with events, a log and one output as a version",
    )


def _round(bench: Bench) -> float:
    """Submit RUNS runs over REST from several clients and wait for the last; return runs per second."""
    body = {"tool": "bench-output", "reuse": False}
    ids: list[str] = []

    def client() -> None:
        with httpx.Client(base_url=bench.url, headers=bench.http.headers, timeout=60) as http:
            for _ in range(RUNS // CLIENTS):
                ids.append(http.post("/api/v1/runs", json=body).raise_for_status().json()["id"])

    crew = [threading.Thread(target=client) for _ in range(CLIENTS)]
    began = time.perf_counter()
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    for run_id in ids:
        run = bench.http.get(f"/api/v1/runs/{run_id}", params={"wait_seconds": 60}).raise_for_status().json()
        assert run["state"] == "succeeded" and run["output"], run
    return len(ids) / (time.perf_counter() - began)


@contextmanager
def _attempts() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fst-bare-", dir=os.environ.get("FIELDSTATION_BENCH_DIR")) as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def _bare(bench: Bench, attempts: Path, *, threads: int, count: int) -> dict[str, float]:
    told = subprocess.run(
        [sys.executable, BARE, bench.database_url, attempts, str(threads), str(count)],
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode:
        raise RuntimeError(told.stderr[-2000:])
    found: dict[str, float] = json.loads(told.stdout)
    return found


def _sha() -> str:
    return hashlib.sha256(BARE.read_bytes()).hexdigest()
