"""Molecules: reading them beside RDKit in a bare loop, and searches beside numpy over every fingerprint in memory."""

import hashlib
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rdkit import Chem, DataStructs
from rdkit.Chem import rdSubstructLibrary

from bench.report import Figure, percentile, spread
from bench.scale import Scale
from bench.stations import Bench, station

Prints = np.typing.NDArray[np.uint64]
BARE = Path(__file__).parent / "bare_molecules.py"
LOAD_RATIO = 0.6
_SAMPLE = 10_000  # molecules that the bare loop reads; its rate is the same for more
_SCANS = 20
_THRESHOLD = 0.7
_CORES = (
    "c1ccc({})cc1", "c1ccc2c(c1)ccn2{}", "C1CCN({})CC1", "c1cnc({})nc1", "O=C1CCCN1{}", "c1ccsc1{}", "C1COCCN1{}",
    "c1cc({})c(F)cc1", "c1ccc2nc({})oc2c1", "c1ccnc({})c1", "Cc1cc({})on1",
)  # fmt: skip
_LINKS = ("C(=O)N", "CCO", "CC(C)N", "S(=O)(=O)N", "C(=O)O", "OCC", "NCC(=O)N", "C=C", "CC(O)", "C7CCN(C7)", "CSC")
_SPACERS = ("", "C", "CC", "N", "CO")
_ENDS = (
    "c8ccccc8", "C8CC8", "C(F)(F)F", "c8ccc(Cl)cc8", "c8ccncc8", "CC(C)(C)C", "c8ccc(OC)cc8", "C#N", "c8ccc9ccccc9c8",
    "C8CCCCC8", "c8ccc(Br)cc8",
)  # fmt: skip
_PARTS = (_CORES, _LINKS, _SPACERS, _LINKS, _SPACERS, _LINKS, _ENDS)
_STRIDE = 1_000_003  # a prime: neighbours in the file are no neighbours in structure
_SUBSTRUCTURES = (
    "c1ccc(Br)cc1",
    "S(=O)(=O)NC1CC1",
    "c1ccc2nc(C(=O)O)oc2c1",
    "O=C1CCCN1CCO",
    "FC(F)(F)C(C)N",
    "[#7]~[#6]~[#8]",
)


def structure(number: int) -> str:
    """Return the SMILES of this number: real, and another for every number below four million."""
    total = 1
    for part in _PARTS:
        total *= len(part)
    rest, chosen = number * _STRIDE % total, []
    for part in _PARTS:
        rest, place = divmod(rest, len(part))
        chosen.append(part[place])
    return chosen[0].format("".join(chosen[1:]))


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield `molecules.load` and the 95th percentiles of the three searches."""
    with station() as bench, bench.folder() as work:
        file = work / "molecules.smi"
        with file.open("w") as out:
            out.writelines(f"{structure(number)} m{number}\n" for number in range(scale.molecules))
        sample = min(_SAMPLE, scale.molecules)
        bare = [sys.executable, str(BARE), str(file), str(sample), str(work / "prints.npy")]
        seconds = float(subprocess.run(bare, capture_output=True, text=True, check=True).stdout)
        yield _loading(bench, file, scale.molecules, sample / seconds)
        prints = np.load(work / "prints.npy")
        everything = np.resize(prints, (scale.molecules, 2, 32))
        yield from _searches(bench, scale, everything)


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


def _searches(bench: Bench, scale: Scale, prints: Prints) -> Iterator[Figure]:
    step = max(1, scale.molecules // scale.asks)
    structures = [structure(number) for number in range(0, step * scale.asks, step)]
    parts = [_SUBSTRUCTURES[place % len(_SUBSTRUCTURES)] for place in range(scale.asks)]
    similar = {"threshold": str(_THRESHOLD), "limit": "50"}
    asked = {
        "molecules.exact_p95": [{"exact": one} for one in structures],
        "molecules.part_p95": [{"substructure": one, "limit": "50"} for one in parts],
        "molecules.similar_p95": [{"similar": one, **similar} for one in structures],
    }
    library = _library(prints, min(_SAMPLE, scale.molecules))
    scans: dict[str, tuple[str, Callable[[int], object]]] = {
        "molecules.part_p95": ("RDKit's SubstructLibrary in memory", lambda row: _having(library, parts[row])),
        "molecules.similar_p95": ("numpy over all in memory", lambda row: _alike(prints[:, 0], prints[row, 0])),
    }
    for name, queries in asked.items():
        times = [_milliseconds(partial(_ask, bench, query)) for query in queries]
        bound_name, scan = scans.get(name, ("", None))
        scanned = [] if scan is None else [_milliseconds(partial(scan, row)) for row in range(_SCANS)]
        yield _figure(bench, (name, bound_name), times, scanned, scale.molecules)


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


def _library(prints: Prints, sample: int) -> Any:
    """Return RDKit's own library of substructures in memory, over the sample as often as there are prints."""
    names = [Chem.MolToSmiles(Chem.MolFromSmiles(structure(number))) for number in range(sample)]
    molecules = rdSubstructLibrary.CachedTrustedSmilesMolHolder()
    patterns = rdSubstructLibrary.PatternHolder()
    for row in range(len(prints)):
        molecules.AddSmiles(names[row % len(names)])
        patterns.AddFingerprint(DataStructs.CreateFromFPSText(prints[row, 1].tobytes().hex()))
    return rdSubstructLibrary.SubstructLibrary(molecules, patterns)


def _having(library: Any, part: str) -> object:
    query = Chem.MolFromSmiles(part) or Chem.MolFromSmarts(part)  # type: ignore[truthy-bool]
    return library.GetMatches(query, numThreads=1, maxResults=50)


def _alike(prints: Prints, query: Prints) -> object:
    common = np.bitwise_count(prints & query).sum(axis=1, dtype=np.int32)
    either = np.bitwise_count(prints | query).sum(axis=1, dtype=np.int32)
    found = common / np.maximum(either, 1)
    return np.argsort(-found, kind="stable")[:50]
