"""Molecules found by structure, in all data sets that the caller may read and nowhere else."""

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from fieldstation.core.datasets.service import Datasets
from fieldstation.core.molecules.model import prints
from fieldstation.core.molecules.model.segments import Held, windows
from fieldstation.core.molecules.model.values import Hit, Molecule
from fieldstation.core.molecules.store import find as store
from fieldstation.core.people.model import Caller, Kind, Permission
from fieldstation.core.people.service import Access, Visible
from fieldstation.db import Tx
from fieldstation.kernel.errors import Invalid
from fieldstation.kernel.paging import Page, PageRequest, page_of

_SCREENED_BITS = 48  # of a query: more make the screen hardly sharper
_SEGMENTS = 64  # whose slices are read together: four million molecules
_WINDOWS = (1, 8, 64)  # segments looked at in one call, ever more together where few have the part
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
        visible = self._visible(caller)
        source, index = _position(request.after)
        values = {
            **visible.values,
            "source": source,
            "index": index,
            "inchikey": query.inchikey,
            "smiles": query.smiles,
            "limit": request.limit + 1,
        }
        found = store.exact(tx, visible.where("d.id"), values)
        hits = self._hits(tx, caller, found)
        return page_of([hits[one] for one in found if one in hits], request, key_of)

    def similar(self, tx: Tx, caller: Caller, query: Query, threshold: float, request: PageRequest) -> Page[Hit]:
        """Return a page of the molecules at least so similar to the query, the most similar first. Exact."""
        bits = prints.bits_of(query.morgan)
        best = Best(count=request.limit + 1, threshold=threshold, behind=_rank(request.after))
        for window in _batches(self._held(tx, caller)):
            _rank_all(tx, window, bits, best)
        ranked = best.ranked()
        found = self._hits(tx, caller, [one[1:] for one in ranked])
        hits = [
            replace(found[source, index], similarity=similarity)
            for similarity, source, index in ranked
            if (source, index) in found
        ]
        return page_of(hits, request, lambda hit: (repr(hit.similarity), *key_of(hit)))

    def screen(self, tx: Tx, caller: Caller, query: Query, after: tuple[str, ...] | None, limit: int) -> Screened:
        """Return up to `limit` molecules whose fingerprint does not rule out the query, from a position on.

        There may be none of them and yet more to look at: so many are looked at in one call at most.
        """
        behind = _position(after)
        bits = prints.bits_of(query.pattern)
        found: list[tuple[int, int]] = []
        reached: tuple[int, int] | None = None
        for place, window in enumerate(windows(self._held(tx, caller), behind, _WINDOWS)):
            if place == len(_WINDOWS) or len(found) >= limit:
                return self._screened(tx, caller, found, reached)
            candidates = (one for one in _candidates(tx, window, bits) if one > behind)
            found += islice(candidates, limit - len(found))
            reached = found[-1] if len(found) >= limit else _end(window)
        return self._screened(tx, caller, found, reached if len(found) >= limit else None)

    def _screened(
        self, tx: Tx, caller: Caller, found: Sequence[tuple[int, int]], reached: tuple[int, int] | None
    ) -> Screened:
        hits = self._hits(tx, caller, found)
        following = None if reached is None else (str(reached[0]), str(reached[1]))
        return Screened(hits=[hits[one] for one in found if one in hits], next=following)

    def _hits(self, tx: Tx, caller: Caller, wanted: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], Hit]:
        """Return the molecules at these places, without those that are none or that nobody sees any more."""
        visible = self._visible(caller)
        return store.at(tx, visible.where("d.id"), visible.values, wanted) if wanted else {}

    def _held(self, tx: Tx, caller: Caller) -> Sequence[Held]:
        visible = self._visible(caller)
        return store.held(tx, visible.where("d.id"), visible.values)

    def _visible(self, caller: Caller) -> Visible:
        return self._access.visible(caller, Permission.DATASET_READ, Kind.DATASET)


class Best:
    """The best of what is offered: by similarity, and then by place."""

    def __init__(self, *, count: int, threshold: float, behind: tuple[float, int, int] | None) -> None:
        self._count = count
        self._threshold = threshold
        self._behind = behind
        self._heap: list[tuple[float, int, int]] = []  # the least of them first

    def least(self) -> float:
        """Return the similarity below which nothing is wanted any more."""
        return self._heap[0][0] if len(self._heap) >= self._count else self._threshold

    def offer(self, similarity: float, source: int, index: int) -> None:
        """Take a molecule, unless it belongs on an earlier page or there are enough better ones."""
        if self._behind is not None and (-similarity, source, index) <= self._behind:
            return
        one = (similarity, -source, -index)
        if len(self._heap) < self._count:
            heapq.heappush(self._heap, one)
        else:
            heapq.heappushpop(self._heap, one)

    def ranked(self) -> Sequence[tuple[float, int, int]]:
        """Return (similarity, source, index), the best first."""
        return [(similarity, -source, -index) for similarity, source, index in sorted(self._heap, reverse=True)]


def key_of(hit: Hit) -> tuple[str, str]:
    """Return the position of a molecule in lists by place."""
    return str(hit.molecule.source), str(hit.molecule.index)


def _batches(held: Sequence[Held]) -> Iterator[Sequence[Held]]:
    for begin in range(0, len(held), _SEGMENTS):
        yield held[begin : begin + _SEGMENTS]


def _rank_all(tx: Tx, window: Sequence[Held], bits: Sequence[int], best: Best) -> None:
    for one in store.sharing(tx, window, bits):
        seen = one.held.seen()
        for bit, similarity in prints.similar(one.slices, one.digits, seen, len(bits), best.least):
            best.offer(similarity, *one.held.at(bit))


def _candidates(tx: Tx, window: Sequence[Held], bits: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield (source, index) of the molecules that have each bit, in their order; of all where there is no bit."""
    if bits:
        if len(bits) > _SCREENED_BITS:
            bits = prints.rarest(store.ones(tx, window), bits, _SCREENED_BITS)
        having = [(held, prints.in_all(slices)) for held, slices in store.screened(tx, window, bits)]
    else:
        having = [(held, held.seen()) for held in window]
    for source, first, molecules in sorted(one for held, number in having for one in held.parted(number)):
        yield from ((source, first + place) for place in prints.places(molecules))


def _end(window: Sequence[Held]) -> tuple[int, int]:
    """Return the position behind which nothing of a window lies."""
    return max(
        (source, first + count - 1)
        for one in window
        for source, first, count in zip(one.sources, one.firsts, one.counts, strict=True)
    )


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
