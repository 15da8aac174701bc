"""`python -m bench [quick] [NAME…]`: measure all promises, or those whose names begin so; write and print the figures.

`quick` measures with small counts: it shows that measuring works, its figures mean little.
"""

import sys
import traceback
from collections.abc import Callable, Iterator, Mapping

from bench import files, footprint, ledger, lists, molecule_search, molecules, projects, runs, transfers
from bench.report import Figure, table, unmeasured, write
from bench.scale import FULL, QUICK, Scale

GROUPS: Mapping[tuple[str, ...], Callable[[Scale], Iterator[Figure]]] = {
    ("run.noop_p50", "run.throughput"): runs.measure,
    ("runs.list_p95", "runs.count_p95"): lists.measure,
    ("projects.list_p95",): projects.measure,
    ("ledger.post",): ledger.measure,
    ("files.register", "files.page_p95"): files.measure,
    (*molecules.NAMES, *molecule_search.NAMES): molecules.measure,
    ("transfer.upload", "transfer.download"): transfers.measure,
    ("station.ready", "station.idle_memory"): footprint.measure,
}


def main(words: list[str]) -> int:
    """Measure, tell, and return 0 when every promise holds."""
    scale = QUICK if "quick" in words else FULL
    wanted = [word for word in words if word != "quick"]
    figures: list[Figure] = []
    for names, measure in GROUPS.items():
        if wanted and not any(name.startswith(word) for name in names for word in wanted):
            continue
        for figure in _measured(names, measure, scale):
            figures.append(figure)
            print(table([figure]).splitlines()[-1], flush=True)
        write(figures)
    print("\n" + table(figures))
    return 0 if all(figure.holds for figure in figures) else 1


def _measured(names: tuple[str, ...], measure: Callable[[Scale], Iterator[Figure]], scale: Scale) -> Iterator[Figure]:
    """Yield the figures of one group; those that an error kept from being measured with its reason."""
    missing = list(names)
    try:
        for figure in measure(scale):
            missing.remove(figure.name)
            yield figure
    except Exception as error:  # noqa: BLE001  # the top of a loop: one group that breaks must not cost the others
        traceback.print_exc()
        for name in missing:
            yield unmeasured(name, f"{type(error).__name__}: {error}"[:500])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
