"""Molecules of data sets: found by their structure, listed by version."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fieldstation.client.answers import read
from fieldstation.client.transport import Transport, at


@dataclass(frozen=True, kw_only=True)
class Molecule:
    """A record of a file; one that could not be read has no `smiles`, and its `fault` says why.

    Of one that was found also where, and how similar (Tanimoto, 0 to 1) where that was asked for.
    """

    path: str
    index: int
    line: int
    name: str
    smiles: str | None = None
    inchikey: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    fault: str | None = None
    dataset: str | None = None
    dataset_name: str | None = None
    version: int | None = None
    similarity: float | None = None


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How far the molecules of a file are read: `state` is reading, done or failed."""

    path: str
    state: str
    records: int
    faults: int
    fault: str | None = None


class Molecules:
    """Everything about molecules."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def exact(self, structure: str) -> Iterator[Molecule]:
        """Yield the molecules that a SMILES, InChI, InChIKey or molfile stands for."""
        return self._transport.pages(Molecule, at("molecules"), {"exact": structure})

    def having(self, part: str) -> Iterator[Molecule]:
        """Yield the molecules that have a part, written as SMARTS or SMILES."""
        return self._transport.pages(Molecule, at("molecules"), {"substructure": part})

    def similar(self, structure: str, threshold: float = 0.7) -> Iterator[Molecule]:
        """Yield the molecules at least so similar to one, the most similar first."""
        query = {"similar": structure, "threshold": str(threshold)}
        return self._transport.pages(Molecule, at("molecules"), query)

    def all(self, dataset: str, number: int, *, faulty: bool = False) -> Iterator[Molecule]:
        """Yield the molecules of a version, by file and place; `faulty`: only records that could not be read."""
        return self._transport.pages(Molecule, _at(dataset, number), {"faulty": faulty})

    def readings(self, dataset: str, number: int) -> Sequence[Reading]:
        """Return how far the files of a version are read."""
        answer = self._transport.get(_at(dataset, number), {"limit": 1})
        return [read(Reading, one) for one in answer["files"]]

    def load(self, dataset: str, number: int) -> str:
        """Have the molecules of a version be read; returns the id of the task."""
        return str(self._transport.send("POST", _at(dataset, number))["task"])


def _at(dataset: str, number: int) -> str:
    return at("datasets", dataset, "versions", str(number), "molecules")
