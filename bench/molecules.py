"""Molecules: reading them beside RDKit in a bare loop, and searches beside numpy over every fingerprint in memory."""

import hashlib
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rdkit import Chem, DataStructs
from rdkit.Chem import rdSubstructLibrary

from bench.corpus import filled
from bench.molecule_search import FILES, SUBSTRUCTURES, against_scan, many_small
from bench.report import Figure, percentile, spread
from bench.scale import Scale
from bench.stations import Bench, station
from bench.structures import Prints, fingerprints, structure

BARE = Path(__file__).parent / "bare_molecules.py"
LOAD_RATIO = 0.6
_SAMPLE = 10_000  # molecules that the bare loop reads; its rate is the same for more
_SCANS = 20
_THRESHOLD = 0.7
NAMES = ("molecules.load", "molecules.exact_p95", "molecules.part_p95", "molecules.similar_p95")


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield what reading takes, then what searches take: beside the same in memory, and beside a scan in the server."""
    with station() as bench, bench.folder() as work:
        file = work / "molecules.smi"
        with file.open("w") as out:
            out.writelines(f"{structure(number)} m{number}\n" for number in range(scale.molecules_read))
        sample = min(_SAMPLE, scale.molecules_read)
        bare = [sys.executable, str(BARE), str(file), str(sample)]
        seconds = float(subprocess.run(bare, capture_output=True, text=True, check=True).stdout)
        yield _loading(bench, file, scale.molecules_read, sample / seconds)
        yield _exact(bench, scale)
    prints = fingerprints(scale.molecules)
    with station() as bench:
        corpus = filled(bench, prints, FILES)
        yield from _searches(bench, scale, prints)
        yield from against_scan(bench, corpus, prints, scale)
    yield from many_small(prints[: scale.molecules_in_small_files], scale)


def _loading(bench: Bench, file: Path, count: int, bound: float) -> Figure:
    http = bench.http
    http.post("/api/v1/datasets", json={"name": "molecules"}).raise_for_status()
    with file.open("rb") as content:
        http.post("/api/v1/datasets/molecules/versions", files={"files": (file.name, content)}).raise_for_status()
    began = time.perf_counter()
    address = "/api/v1/datasets/molecules/versions/1/molecules"
    task = http.post(address).raise_for_status().json()["task"]
    while not (found := http.get(f"/api/v1/tasks/{task}").raise_for_status().json())["done"]:
        time.sleep(0.1)
    seconds = time.perf_counter() - began
    (read,) = http.get(address, params={"limit": 1}).raise_for_status().json()["files"]
    assert (found["exit_code"], read["records"], read["faults"]) == (0, count, 0), (found, read)
    return Figure(
        name="molecules.load",
        value=count / seconds,
        unit="1/s",
        bound=bound,
        bound_name="RDKit in a bare loop",
        ratio=count / seconds / bound,
        holds=count / seconds >= LOAD_RATIO * bound,
        n=1,
        settings={**bench.settings, "molecules": count},
        sha=hashlib.sha256(BARE.read_bytes()).hexdigest(),
        promise=f"{count} molecules found by structure at {LOAD_RATIO} of the rate of RDKit alone, or faster",
    )


def _exact(bench: Bench, scale: Scale) -> Figure:
    chosen = _spaced(scale.molecules_read, scale.asks)
    times = [_milliseconds(partial(_ask, bench, {"exact": structure(number)})) for number in chosen]
    return _figure(bench, ("molecules.exact_p95", ""), times, [], scale.molecules_read)


def _searches(bench: Bench, scale: Scale, prints: Prints) -> Iterator[Figure]:
    library = _library(prints)
    asked = [SUBSTRUCTURES[place % len(SUBSTRUCTURES)] for place in range(scale.asks // 4)]
    times = [_milliseconds(partial(_ask, bench, {"substructure": one, "limit": "50"})) for one in asked]
    scans = [_milliseconds(partial(_having, library, one)) for one in SUBSTRUCTURES]
    yield _figure(bench, ("molecules.part_p95", "RDKit's SubstructLibrary in memory"), times, scans, len(prints))
    del library
    similar = {"threshold": str(_THRESHOLD), "limit": "50"}
    chosen = _spaced(len(prints), scale.asks)
    times = [_milliseconds(partial(_ask, bench, {"similar": structure(number), **similar})) for number in chosen]
    scans = [_milliseconds(partial(_alike, prints[:, 0], prints[number, 0])) for number in chosen[:_SCANS]]
    yield _figure(bench, ("molecules.similar_p95", "numpy over all in memory"), times, scans, len(prints))


def _spaced(count: int, asks: int) -> Sequence[int]:
    return range(0, count, max(1, count // asks))[:asks]


def _figure(bench: Bench, names: tuple[str, str], times: list[float], scans: list[float], count: int) -> Figure:
    value = percentile(times, 0.95)
    bound = percentile(scans, 0.95) if scans else None
    return Figure(
        name=names[0],
        value=value,
        unit="ms",
        bound=bound,
        bound_name=names[1],
        ratio=None if bound is None else value / bound,
        holds=bound is None or value <= bound,
        n=len(times),
        spread=spread(times),
        settings={**bench.settings, "molecules": count, "p50_ms": statistics.median(times), "threshold": _THRESHOLD},
        promise=f"a page of {count} molecules over HTTP no slower than the same in memory, without rights",
    )


def _ask(bench: Bench, query: dict[str, str]) -> None:
    bench.http.get("/api/v1/molecules", params=query).raise_for_status()


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def _library(prints: Prints) -> Any:
    """Return RDKit's own library of substructures in memory."""
    molecules = rdSubstructLibrary.CachedTrustedSmilesMolHolder()
    patterns = rdSubstructLibrary.PatternHolder()
    for number, (_, pattern) in enumerate(prints):
        molecules.AddSmiles(structure(number))
        patterns.AddFingerprint(DataStructs.CreateFromFPSText(pattern.tobytes().hex()))
    return rdSubstructLibrary.SubstructLibrary(molecules, patterns)


def _having(library: Any, part: str) -> object:
    query = Chem.MolFromSmiles(part) or Chem.MolFromSmarts(part)  # type: ignore[truthy-bool]
    return library.GetMatches(query, numThreads=1, maxResults=50)


def _alike(prints: Prints, query: Prints) -> object:
    common = np.bitwise_count(prints & query).sum(axis=1, dtype=np.int32)
    either = np.bitwise_count(prints | query).sum(axis=1, dtype=np.int32)
    found = common / np.maximum(either, 1)
    return np.argsort(-found, kind="stable")[:50]
