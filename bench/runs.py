"""What one run costs: the round trip of a no-op, and how many a second, beside the bare loop."""

import hashlib
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from bench.report import Figure, spread
from bench.scale import Scale
from bench.stations import Bench, station

BARE = Path(__file__).parent / "bare_loop.py"
CLIENTS = 4
_TOOL = """
kind: Tool
name: bench-output
version: 1.0.0
title: One small output and a line of log
image: "host:"
command: ["/usr/bin/dd", "if=/usr/bin/sh", "of=out.bin", "bs=100", "count=1"]
parameters: {type: object, properties: {}}
outputs: {all: {glob: "out.bin"}}
resources: {cpu: 1, memory: 64Mi, disk: 1Mi, pids: 16}
limits: {soft_seconds: 50, hard_seconds: 60}
"""


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield `run.noop_p50` and `run.throughput`."""
    with station() as bench, bench.folder() as attempts:
        yield _noop(bench, attempts, scale.noops)
        yield _throughput(bench, attempts, scale)


def _noop(bench: Bench, attempts: Path, count: int) -> Figure:
    bound = _bare(bench, attempts, threads=1, count=count)["p50"]
    times = []
    for _ in range(count):
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
        n=count,
        spread=[seconds * 1000 for seconds in spread(times)],
        settings=bench.settings,
        sha=_sha(),
        promise="at most 4 times one bare launch, submit to final state over REST, idle",
    )


def _throughput(bench: Bench, attempts: Path, scale: Scale) -> Figure:
    bench.http.post("/api/v1/tools", content=_TOOL, headers={"Content-Type": "application/yaml"}).raise_for_status()
    threads = max((1, 2, 3, 4), key=lambda tried: _bare(bench, attempts, threads=tried, count=scale.runs // 2)["rate"])
    ours, bare = [], []
    for _ in range(scale.run_rounds):
        bare.append(_bare(bench, attempts, threads=threads, count=scale.runs)["rate"])
        ours.append(_round(bench, scale.runs))
    value, bound = statistics.median(ours), statistics.median(bare)
    return Figure(
        name="run.throughput",
        value=value,
        unit="runs/s",
        bound=bound,
        bound_name=f"bare loop, {threads} threads",
        ratio=value / bound,
        holds=value >= 0.4 * bound,
        n=scale.runs * scale.run_rounds,
        spread=spread(ours),
        settings={**bench.settings, "bare_threads": threads, "clients": CLIENTS},
        sha=_sha(),
        promise="at least 0.4 of the bare loop, each run with events, a log and one output as a version",
    )


def _round(bench: Bench, count: int) -> float:
    """Submit `count` runs over REST from several clients, wait for the last, read all; return runs per second."""
    body = {"tool": "bench-output", "reuse": False}
    ids: list[str] = []

    def client() -> None:
        with httpx.Client(base_url=bench.url, headers=bench.http.headers, timeout=60) as http:
            for _ in range(count // CLIENTS):
                ids.append(http.post("/api/v1/runs", json=body).raise_for_status().json()["id"])

    crew = [threading.Thread(target=client) for _ in range(CLIENTS)]
    began = time.perf_counter()
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    found = _ended(bench, sorted(ids))
    seconds = time.perf_counter() - began
    assert all(run["state"] == "succeeded" and run["output"] for run in found), found
    return len(found) / seconds


def _ended(bench: Bench, ids: list[str]) -> list[dict[str, Any]]:
    """Wait until all these runs ended, newest first, and return them; reads pages of the list, as the console does."""
    wanted = set(ids)
    runs: list[dict[str, Any]] = []
    while ids:  # the newest as a rule ends last
        bench.http.get(f"/api/v1/runs/{ids[-1]}", params={"wait_seconds": 60}).raise_for_status()
        page = {"limit": len(wanted)}
        runs = bench.http.get("/api/v1/runs", params=page).raise_for_status().json()["items"]
        ids = sorted(run["id"] for run in runs if run["id"] in wanted and "ended_at" not in run)
    return [run for run in runs if run["id"] in wanted]


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
