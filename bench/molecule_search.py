"""Searches for molecules beside pgvector's scan of a plain table: same server, same molecules, same rights."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from rdkit import Chem

from bench.corpus import Corpus, filled
from bench.report import Figure, percentile, spread
from bench.scale import Scale
from bench.stations import Bench, station
from bench.structures import Prints
from fieldstation.core.molecules.service import Query
from fieldstation.core.people.model import Caller
from fieldstation.kernel.paging import PageRequest

FILES, SMALL = 100, 10  # files of the large corpus; molecules of each file of the small one
PAGE = 20
SUBSTRUCTURES = (
    "c1ccc(Br)cc1",
    "S(=O)(=O)NC1CC1",
    "c1ccc2nc(C(=O)O)oc2c1",
    "O=C1CCCN1CCO",
    "FC(F)(F)C(C)N",
    "[#7]~[#6]~[#8]",
)
NAMES = (
    "molecules.scan_similar",
    "molecules.scan_few",
    "molecules.scan_part",
    "molecules.scan_small",
    "molecules.disk",
)
FEW_RATIO, PART_RATIO, SMALL_RATIO = 3.0, 1.5, 5.0  # of a scan, where that has little to look at, or ends soon
_THRESHOLDS = (0.5, 0.7, 0.9)
_SCREENED = 64  # molecules that pass the screen, as many as are matched first
_INDEXES = ("molecule_slice", "molecule_run", "molecule_segment")
_SAME = 1e-6  # similarities that two ways to compute them may differ by
Found = Sequence[tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What one way to search took in milliseconds, and the other."""

    ours: list[float] = field(default_factory=list)
    scan: list[float] = field(default_factory=list)

    def told(self) -> Mapping[str, float]:
        """Return both medians and 95th percentiles."""
        return {
            "p50": statistics.median(self.ours),
            "p95": percentile(self.ours, 0.95),
            "scan_p50": statistics.median(self.scan),
            "scan_p95": percentile(self.scan, 0.95),
        }

    def ratio(self) -> float:
        """Return by how much ours is slower at the median."""
        return self.told()["p50"] / self.told()["scan_p50"]


def against_scan(bench: Bench, corpus: Corpus, prints: Prints, scale: Scale) -> Iterator[Figure]:
    """Yield the figures of a large corpus, whose files are few."""
    settings = {**bench.settings, "molecules": len(prints), "files": FILES}
    rows = range(0, len(prints), max(1, len(prints) // scale.scans))[: scale.scans]
    for name, caller in (("molecules.scan_similar", corpus.everybody), ("molecules.scan_few", corpus.few)):
        compared = {str(one): _similar(corpus, caller, prints, (rows, one)) for one in _THRESHOLDS}
        who, most = ("all", 1.0) if caller.operator else ("1 % of the files", FEW_RATIO)
        promise = f"the first {PAGE} similar for a reader of {who} in at most {most:g} of what a scan takes"
        yield _figure(name, compared, settings, (promise, most))
    parts = {f"{part}, {who}": _having(corpus, caller, part, scale.scans // 4) for part in SUBSTRUCTURES
             for who, caller in (("all", corpus.everybody), ("few", corpus.few))}  # fmt: skip
    promise = f"the first {_SCREENED} molecules that may have a part in at most {PART_RATIO:g} of what a scan takes"
    yield _figure("molecules.scan_part", parts, settings, (promise, PART_RATIO))
    yield _disk(corpus, len(prints), settings)


def many_small(prints: Prints, scale: Scale) -> Iterator[Figure]:
    """Yield the figure of very many files of few molecules."""
    with station() as bench:
        corpus = filled(bench, prints, len(prints) // SMALL)
        rows = range(0, len(prints), max(1, len(prints) // scale.scans))[: scale.scans]
        compared = {
            f"{threshold}, {who}": _similar(corpus, caller, prints, (rows, threshold))
            for threshold in _THRESHOLDS
            for who, caller in (("all", corpus.everybody), ("few", corpus.few))
        }
        settings = {**bench.settings, "molecules": len(prints), "files": len(prints) // SMALL}
        promise = (
            f"the first {PAGE} similar in files of {SMALL} molecules in at most {SMALL_RATIO:g} of what a scan takes"
        )
        yield _figure("molecules.scan_small", compared, settings, (promise, SMALL_RATIO))


def _figure(
    name: str, compared: Mapping[str, Beside], settings: Mapping[str, Any], promised: tuple[str, float]
) -> Figure:
    """Tell of the worst of them; what is promised (in words, and as a ratio) holds when it holds for each."""
    promise, most = promised
    worst = max(compared.values(), key=Beside.ratio)
    told = worst.told()
    return Figure(
        name=name,
        value=told["p50"],
        unit="ms",
        bound=told["scan_p50"],
        bound_name="pgvector's scan of a plain table",
        ratio=worst.ratio(),
        holds=worst.ratio() <= most,
        n=sum(len(one.ours) for one in compared.values()),
        spread=spread(worst.ours),
        settings={**settings, "all": {asked: one.told() for asked, one in compared.items()}},
        promise=promise,
    )


def _similar(corpus: Corpus, caller: Caller, prints: Prints, asked: tuple[Sequence[int], float]) -> Beside:
    beside = Beside()
    rows, threshold = asked
    for row in rows:
        fingerprint = prints[row, 0].tobytes()
        query = Query(smiles=None, inchikey=None, morgan=fingerprint, pattern=b"")
        ours = _timed(beside.ours, partial(_page, corpus, caller, query, threshold))
        scan = _timed(beside.scan, partial(corpus.plain.similar, fingerprint, threshold, _principals(caller)))
        assert len(ours) == len(scan), (ours, scan)
        assert all(abs((one.similarity or 0) - other[-1]) < _SAME for one, other in zip(ours, scan, strict=True))
    return beside


def _page(corpus: Corpus, caller: Caller, query: Query, threshold: float) -> Sequence[Any]:
    with corpus.database.begin() as tx:
        return corpus.search.similar(tx, caller, query, threshold, PageRequest(limit=PAGE)).items


def _having(corpus: Corpus, caller: Caller, part: str, asks: int) -> Beside:
    beside = Beside()
    bits = Chem.PatternFingerprint(Chem.MolFromSmarts(part), fpSize=2048).GetOnBits()
    fingerprint = sum(1 << bit for bit in bits).to_bytes(256, "little")
    query = Query(smiles=None, inchikey=None, morgan=b"", pattern=fingerprint)
    for _ in range(asks):
        ours = _timed(beside.ours, partial(_screened, corpus, caller, query))
        scan = _timed(beside.scan, partial(corpus.plain.having, fingerprint, _principals(caller), _SCREENED))
        assert [(one.molecule.source, one.molecule.index) for one in ours] == [one[:2] for one in scan]
    return beside


def _screened(corpus: Corpus, caller: Caller, query: Query) -> Sequence[Any]:
    found: list[Any] = []
    after: tuple[str, ...] | None = None
    while True:
        with corpus.database.begin() as tx:
            some = corpus.search.screen(tx, caller, query, after, _SCREENED - len(found))
        found += some.hits
        after = some.next
        if after is None or len(found) >= _SCREENED:
            return found


def _disk(corpus: Corpus, count: int, settings: Mapping[str, Any]) -> Figure:
    """Tell what both fingerprints of a molecule take once nothing waits to be swept away; and just after loading."""
    loaded = sum(corpus.plain.disk(table) for table in _INDEXES) / count
    corpus.settle()
    ours = sum(corpus.plain.disk(table) for table in _INDEXES) / count
    plain = sum(corpus.plain.disk(table) for table in ("plain_morgan", "plain_pattern")) / count
    return Figure(
        name="molecules.disk",
        value=ours,
        unit="bytes",
        bound=plain,
        bound_name="plain tables of both fingerprints",
        ratio=ours / plain,
        holds=ours <= plain,
        n=count,
        settings={**settings, "just_loaded": loaded},
        promise="both fingerprints of a molecule take no more than in plain tables",
    )


def _principals(caller: Caller) -> Sequence[int]:
    return () if caller.operator else caller.principals


def _timed(times: list[float], work: Callable[[], Any]) -> Any:
    began = time.perf_counter()
    found = work()
    times.append(1000 * (time.perf_counter() - began))
    return found
