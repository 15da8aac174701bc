"""Molecules found by structure, in all data sets that the caller may read and nowhere else."""

import heapq
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from fieldstation.core.datasets.service import Datasets
from fieldstation.core.molecules.model import prints
from fieldstation.core.molecules.model.prints import BLOCK
from fieldstation.core.molecules.model.values import Hit, Molecule, Place
from fieldstation.core.molecules.store import find as store
from fieldstation.core.molecules.store.find import Window
from fieldstation.core.people.model import Caller, Kind, Permission
from fieldstation.core.people.service import Access
from fieldstation.db import Tx
from fieldstation.kernel.errors import Invalid
from fieldstation.kernel.paging import Page, PageRequest, page_of

_SCREENED_BITS = 48  # of a query: more make the screen hardly sharper
_BLOCKS = 256  # looked at together: a million molecules
_WINDOWS = 4  # looked at in one call
_DIGITS = 18  # of a number in a position
_START = ("0", "-1")


@dataclass(frozen=True, kw_only=True)
class Query:
    """A structure that is searched for, as a chemist made it of a text.

    `smiles` and `inchikey` are there where it is a molecule, not only a pattern; fingerprints as in `Described`.
    """

    smiles: str | None
    inchikey: str | None
    morgan: bytes
    pattern: bytes


@dataclass(frozen=True, kw_only=True)
class Screened:
    """Molecules that may have a substructure, to be matched one by one; `next` is where to go on, None at the end."""

    hits: Sequence[Hit]
    next: tuple[str, ...] | None


class MoleculeSearch:
    """Finds molecules. A position of a list by place is (source, index)."""

    def __init__(self, access: Access, datasets: Datasets) -> None:
        self._access = access
        self._datasets = datasets

    def of_version(
        self, tx: Tx, caller: Caller, reference: str, number: int, request: PageRequest, *, faulty: bool = False
    ) -> tuple[str, Page[tuple[str, Molecule]]]:
        """Return a page of the molecules of a version, by path and place in the file, and the id of the version.

        `faulty`: only records that could not be read.
        """
        version = self._datasets.version(tx, caller, reference, number)
        path, index = request.after or ("", "-1")
        values = {"version_id": version.id, "path": path, "index": _number(index), "faulty": faulty}
        rows = store.of_version(tx, {**values, "limit": request.limit + 1})
        return version.id, page_of(rows, request, lambda row: (row[0], str(row[1].index)))

    def exact(self, tx: Tx, caller: Caller, query: Query, request: PageRequest) -> Page[Hit]:
        """Return a page of the molecules that are the query."""
        seen = self._places(tx, caller)
        source, index = _position(request.after)
        values = {
            "sources": list(seen),
            "source": source,
            "index": index,
            "inchikey": query.inchikey,
            "smiles": query.smiles,
            "limit": request.limit + 1,
        }
        hits = [Hit(molecule=one, place=seen[one.source]) for one in store.exact(tx, values)]
        return page_of(hits, request, key_of)

    def similar(self, tx: Tx, caller: Caller, query: Query, threshold: float, request: PageRequest) -> Page[Hit]:
        """Return a page of the molecules at least so similar to the query, the most similar first. Exact."""
        seen = self._places(tx, caller)
        behind = _rank(request.after)
        bits = prints.bits_of(query.morgan)
        found = (
            (-similarity, source, index)
            for window in _windows(seen.values())
            for source, index, similarity in _similar(tx, window, bits, threshold)
            if behind is None or (-similarity, source, index) > behind
        )
        ranked = heapq.nsmallest(request.limit + 1, found)
        molecules = store.at(tx, [(source, index) for _, source, index in ranked])
        hits = [
            Hit(molecule=molecules[source, index], place=seen[source], similarity=-less)
            for less, source, index in ranked
            if (source, index) in molecules
        ]
        return page_of(hits, request, lambda hit: (repr(hit.similarity), *key_of(hit)))

    def screen(self, tx: Tx, caller: Caller, query: Query, after: tuple[str, ...] | None, limit: int) -> Screened:
        """Return up to `limit` molecules whose fingerprint does not rule out the query, from a position on.

        There may be none of them and yet more to look at: so many are looked at in one call at most.
        """
        seen = self._places(tx, caller)
        behind = _position(after)
        bits = prints.bits_of(query.pattern)
        found: list[tuple[int, int]] = []
        reached: tuple[int, int] | None = behind
        for place, window in enumerate(_windows(seen.values(), behind)):
            if place == _WINDOWS or len(found) >= limit:
                return self._screened(tx, seen, found, reached)
            candidates = (one for one in _candidates(tx, window, bits, seen) if one > behind)
            found += islice(candidates, limit - len(found))
            reached = found[-1] if len(found) >= limit else window.end
        return self._screened(tx, seen, found, reached if len(found) >= limit else None)

    def _screened(
        self, tx: Tx, seen: Mapping[int, Place], found: Sequence[tuple[int, int]], reached: tuple[int, int] | None
    ) -> Screened:
        molecules = store.at(tx, found) if found else {}
        hits = [Hit(molecule=molecules[one], place=seen[one[0]]) for one in found if one in molecules]
        return Screened(hits=hits, next=None if reached is None else (str(reached[0]), str(reached[1])))

    def _places(self, tx: Tx, caller: Caller) -> Mapping[int, Place]:
        visible = self._access.visible(caller, Permission.DATASET_READ, Kind.DATASET)
        return store.places(tx, visible.where("d.id"), visible.values)


def key_of(hit: Hit) -> tuple[str, str]:
    """Return the position of a molecule in lists by place."""
    return str(hit.molecule.source), str(hit.molecule.index)


def _windows(places: Iterable[Place], behind: tuple[int, int] = (0, -1)) -> Iterator[Window]:
    """Part sources into windows of some blocks each, in their order, from a position on."""
    sources: list[int] = []
    most = total = 0
    for one in sorted(places, key=lambda one: one.source):
        if one.source < behind[0]:
            continue
        first = (behind[1] + 1) // BLOCK if one.source == behind[0] else 0
        blocks = -(-one.records // BLOCK)
        if sources and (first or total + blocks > _BLOCKS):
            yield Window(sources=sources, block=0, block_end=most)
            sources, most, total = [], 0, 0
        if first or blocks > _BLOCKS:
            for block in range(first, blocks, _BLOCKS):
                yield Window(sources=[one.source], block=block, block_end=min(block + _BLOCKS, blocks))
        elif blocks:
            sources.append(one.source)
            most, total = max(most, blocks), total + blocks
    if sources:
        yield Window(sources=sources, block=0, block_end=most)


def _similar(tx: Tx, window: Window, bits: Sequence[int], threshold: float) -> Iterator[tuple[int, int, float]]:
    for source, block, joined, count, counts in store.sharing(tx, window, bits):
        slices = prints.slices_of(joined, count)
        for molecule, similarity in prints.similar(slices, len(bits), counts, threshold):
            yield source, block * BLOCK + molecule, similarity


def _candidates(tx: Tx, window: Window, bits: Sequence[int], seen: Mapping[int, Place]) -> Iterator[tuple[int, int]]:
    if not bits:  # a pattern that any molecule may have
        for source in window.sources:
            end = min(window.block_end * BLOCK, seen[source].records)
            yield from ((source, index) for index in range(window.block * BLOCK, end))
        return
    rarest = store.rarest(tx, window, bits, _SCREENED_BITS) if len(bits) > _SCREENED_BITS else bits
    for source, block, joined, count in store.screened(tx, window, rarest):
        both = prints.in_all(prints.slices_of(joined, count))
        yield from ((source, block * BLOCK + molecule) for molecule in prints.places(both))


def _position(after: tuple[str, ...] | None) -> tuple[int, int]:
    source, index = after or _START
    return _number(source), _number(index)


def _rank(after: tuple[str, ...] | None) -> tuple[float, int, int] | None:
    """Return the rank behind which a page of similar molecules goes on; None for the first page."""
    if after is None:
        return None
    try:
        similarity = float(after[0])
    except ValueError:
        similarity = math.nan
    if not 0 <= similarity <= 1:
        raise _not_ours()
    return -similarity, _number(after[1]), _number(after[2])


def _number(text: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS):
        raise _not_ours()
    return int(text)


def _not_ours() -> Invalid:
    return Invalid("the page position is not one of this list", next_step="start from the first page")
