"""Many small files in one version: registering them beside `cp -r` and `sha256sum`, and pages of the version."""

import hashlib
import json
import os
import random
import statistics
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from bench.report import Figure, percentile, spread
from bench.scale import Scale
from bench.stations import Bench, station
from bench.wire import Parcel, send

BARE = Path(__file__).parent / "copy_and_sum.sh"
FILE_BYTES = 1024
_FOLDER_FILES = 1000
_FLAT = 1.5  # times the cost of a file in a tenth of the files
PAGE_MS = 30.0


@dataclass(frozen=True, kw_only=True)
class _Round:
    """Seconds of one round: packing, registering, and what the bound took for the same files."""

    pack: float
    register: float
    bare: float


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield `files.register` and `files.page_p95`."""
    with station() as bench, bench.folder() as work:
        bench.http.post("/api/v1/datasets", json={"name": "many"}).raise_for_status()
        rounds = {
            count: [_round(bench, count, work / f"{count}-{number}") for number in range(scale.file_rounds)]
            for count in scale.files
        }
        yield _registering(bench, rounds)
        yield _pages(bench, scale)


def _round(bench: Bench, count: int, work: Path) -> _Round:
    """Register and copy the same new files. Nothing is removed before the last round is over.

    An ext4 without a journal looks for a new inode past all that were freed in the last minutes, which would make
    whoever comes after a removal up to three times as slow.
    """
    source, archive = work / "source", work / "files.tar"
    _make_files(source, count)
    bare = _seconds([BARE, source, work / "copy", work / "sums"])
    pack = _seconds(["tar", "-C", source, "-cf", archive, "."])
    os.sync()
    headers = {"Authorization": bench.http.headers["Authorization"], "Content-Type": "application/x-tar"}
    register, body = send(f"{bench.url}/api/v1/datasets/many/versions", Parcel(path=archive), headers)
    assert json.loads(body)["file_count"] == count, body
    return _Round(pack=pack, register=register, bare=bare)


def _make_files(folder: Path, count: int) -> None:
    """Write files that no other round has, a thousand to a folder."""
    source = random.Random(os.urandom(16))  # only has to differ
    for number in range(count):
        part = folder / f"part-{number // _FOLDER_FILES:04}"
        if number % _FOLDER_FILES == 0:
            part.mkdir(parents=True)
        (part / f"file-{number:07}.dat").write_bytes(source.randbytes(FILE_BYTES))


def _seconds(command: list[str | Path]) -> float:
    os.sync()
    began = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - began


def _registering(bench: Bench, rounds: dict[int, list[_Round]]) -> Figure:
    costs = {count: statistics.median(one.register for one in some) / count for count, some in rounds.items()}
    bounds = {count: statistics.median(one.bare for one in some) / count for count, some in rounds.items()}
    most = max(rounds)
    value, bound = costs[most] * most, bounds[most] * most
    flat = costs[most] <= _FLAT * costs[sorted(costs)[-2]]
    return Figure(
        name="files.register",
        value=value,
        unit="s",
        bound=bound,
        bound_name="cp -r and sha256sum",
        ratio=value / bound,
        holds=value <= bound and flat,
        n=len(rounds[most]),
        spread=spread([one.register for one in rounds[most]]),
        settings={
            **bench.settings,
            "files": most,
            "file_bytes": FILE_BYTES,
            "pack_seconds": statistics.median(one.pack for one in rounds[most]),
            "microseconds_per_file": {str(count): 1e6 * cost for count, cost in costs.items()},
            "bound_microseconds_per_file": {str(count): 1e6 * cost for count, cost in bounds.items()},
        },
        sha=hashlib.sha256(BARE.read_bytes()).hexdigest(),
        promise=f"{most} files of 1 KiB in one version no slower than cp -r and sha256sum; per file as in fewer files",
    )


def _pages(bench: Bench, scale: Scale) -> Figure:
    """Read pages from everywhere in the largest version, in no order, and within folders."""
    address = f"/api/v1/datasets/many/versions/{len(scale.files) * scale.file_rounds}/files"
    cursors = _cursors(bench, address)
    choose = random.Random(1)  # the same pages each time
    folders = -(-max(scale.files) // _FOLDER_FILES)
    times = []
    for number in range(scale.asks):
        wanted = f"prefix=part-{choose.randrange(folders):04}/" if number % 4 == 0 else choose.choice(cursors)
        began = time.perf_counter()
        bench.http.get(f"{address}?{wanted}").raise_for_status().json()
        times.append(1000 * (time.perf_counter() - began))
    value = percentile(times, 0.95)
    return Figure(
        name="files.page_p95",
        value=value,
        unit="ms",
        bound=PAGE_MS,
        bound_name="promise",
        ratio=value / PAGE_MS,
        holds=value < PAGE_MS,
        n=len(times),
        spread=spread(times),
        settings={**bench.settings, "files": max(scale.files), "p50_ms": statistics.median(times)},
        promise="a page of that version below 30 ms over HTTP",
    )


def _cursors(bench: Bench, address: str) -> list[str]:
    """Return the queries of all pages, found by walking through the version in pages of the usual size."""
    found = ["limit=100"]
    after = bench.http.get(address, params={"limit": 1000}).raise_for_status().json().get("next")
    while after:
        found.append(f"limit=100&after={quote(after)}")
        page = bench.http.get(address, params={"limit": 1000, "after": after}).raise_for_status()
        after = page.json().get("next")
    return found
