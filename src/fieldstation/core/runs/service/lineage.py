"""Where a version came from and what was made of it: versions and runs as a graph, as far as one may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fieldstation.core.datasets.model import Version
from fieldstation.core.datasets.service.use import DataUse
from fieldstation.core.people.model import Caller
from fieldstation.core.runs.model.values import Run
from fieldstation.core.runs.service.show import Runs
from fieldstation.core.runs.store import runs as run_store
from fieldstation.db import Tx

_MOST_STEPS = 20
_MOST_NODES = 500


class Direction(StrEnum):
    """Which way to look from a version."""

    UP = "up"  # what it was made from
    DOWN = "down"  # what was made from it


@dataclass(frozen=True, kw_only=True)
class Edge:
    """`run` read `version` as `slot`, or made it (`slot` is absent)."""

    run_id: str
    version_id: str
    slot: str | None = None


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """The part of the graph that the caller may see; `names` are those of the versions' data sets by version id.

    `cut` when there is more than is shown.
    """

    versions: Sequence[Version]
    names: Mapping[str, str]
    runs: Sequence[Run]
    edges: Sequence[Edge]
    cut: bool


class Lineages:
    """Follows lineage."""

    def __init__(self, runs: Runs, use: DataUse) -> None:
        self._runs = runs
        self._use = use

    def lineage(self, tx: Tx, caller: Caller, version_id: str, direction: Direction) -> Lineage:
        """Walk from a version that the caller may read; each step costs the same number of queries."""
        versions, runs, edges = {version_id}, dict[str, Run](), set[Edge]()
        frontier, cut = {version_id}, False
        for _ in range(_MOST_STEPS):
            found = self._step(tx, caller, frontier, direction)
            runs.update(found)
            reached = {edge for run in found.values() for edge in edges_of(run)}
            edges |= reached
            frontier = {edge.version_id for edge in reached if _leads(edge, direction)} - versions
            versions |= {edge.version_id for edge in reached}
            cut = len(versions) + len(runs) > _MOST_NODES
            if cut or not frontier:
                break
        names = self._use.known(tx, caller, sorted(versions))
        return Lineage(
            versions=self._use.versions_of(tx, caller, sorted(names)),
            names=names,
            runs=list(runs.values()),
            edges=sorted((edge for edge in edges if edge.version_id in names), key=str),
            cut=cut or bool(frontier),
        )

    def _step(self, tx: Tx, caller: Caller, frontier: set[str], direction: Direction) -> Mapping[str, Run]:
        ids = sorted(frontier)
        if direction is Direction.UP:
            wanted = set(run_store.makers(tx, ids).values())
        else:
            wanted = set(self._runs.readers(tx, caller, ids, _MOST_NODES))
        return self._runs.several(tx, caller, sorted(wanted))


def _leads(edge: Edge, direction: Direction) -> bool:
    return (edge.slot is None) is (direction is Direction.DOWN)


def edges_of(run: Run) -> Sequence[Edge]:
    """Return what one run read and made."""
    read = [Edge(run_id=run.id, version_id=item.version_id, slot=item.slot) for item in run.inputs]
    made = [Edge(run_id=run.id, version_id=run.output.version_id)] if run.output else []
    return [*read, *made]
