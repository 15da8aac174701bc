"""`python -m bench [NAME…]`: measure all promises, or those whose names begin so; write and print the figures."""

import sys
from collections.abc import Callable, Iterator, Mapping

from bench import lists, runs
from bench.report import Figure, table, write
from bench.stations import Bench, station

GROUPS: Mapping[str, Callable[[Bench], Iterator[Figure]]] = {"run.": runs.measure, "runs.": lists.measure}


def main(wanted: list[str]) -> int:
    """Measure, tell, and return 0 when every promise that was measured holds."""
    figures: list[Figure] = []
    for prefix, measure in GROUPS.items():
        if wanted and not any(name.startswith(prefix) or prefix.startswith(name) for name in wanted):
            continue
        with station() as bench:
            for figure in measure(bench):
                figures.append(figure)
                print(table([figure]).splitlines()[-1], flush=True)
    write(figures)
    print("\n" + table(figures))
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
