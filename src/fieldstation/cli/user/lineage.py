"""Lineage as a tree of text, from one version on."""

from collections.abc import Iterable, Iterator

from fieldstation.cli.output import count, printable, size
from fieldstation.client.things import Edge, Lineage


def drawn(found: Lineage, version: str, *, down: bool = False) -> str:
    """Draw the graph as seen from a version: upwards what it was made from, or downwards what was made from it."""
    return printable("\n".join(_Tree(found, down=down).of_version(version, "")))


class _Tree:
    """Draws each version and each run once in full; where one comes again, only its name is drawn."""

    def __init__(self, found: Lineage, *, down: bool) -> None:
        self._versions = {version.id: version for version in found.versions}
        self._runs = {run.id: run for run in found.runs}
        self._edges = found.edges
        self._down = down
        self._drawn: set[str] = set()

    def of_version(self, version: str, slot: str) -> Iterator[str]:
        node = self._versions.get(version)
        name = (
            f"{node.name}@{node.number}  {count(node.files, 'file')}, {size(node.size)}"
            if node
            else "a version you cannot see"
        )
        yield f"{slot}: {name}" if slot else name
        if self._again(version):
            return
        runs = [edge for edge in self._edges if edge.version == version and (edge.slot is not None) == self._down]
        yield from _branches(self._of_run(edge) for edge in runs)

    def _of_run(self, edge: Edge) -> Iterator[str]:
        run = self._runs.get(edge.run)
        tool = (
            f"{run.tool.name}@{run.tool.version}  revision {run.tool.revision[:12]}" if run else "a run you cannot see"
        )
        yield f"{f'read as {edge.slot} by' if self._down else 'made by'} {tool}  {edge.run}"
        if self._again(edge.run):
            return
        more = [one for one in self._edges if one.run == edge.run and (one.slot is None) == self._down]
        yield from _branches(self.of_version(one.version, one.slot or "") for one in more)

    def _again(self, node: str) -> bool:
        known = node in self._drawn
        self._drawn.add(node)
        return known


def _branches(children: Iterable[Iterator[str]]) -> Iterator[str]:
    branches = [list(lines) for lines in children]
    for place, (first, *rest) in enumerate(branches):
        last = place == len(branches) - 1
        yield f"{'└─' if last else '├─'} {first}"
        yield from (f"{'  ' if last else '│ '} {line}" for line in rest)
