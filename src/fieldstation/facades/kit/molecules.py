"""Molecules searched for at any door: what is searched is read between two transactions, and so are the matches."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from fieldstation.core.molecules.model.values import Hit
from fieldstation.core.molecules.service import MoleculeSearch, Query, Screened
from fieldstation.core.molecules.service.search import key_of
from fieldstation.facades.kit.calls import Call
from fieldstation.facades.kit.moving import Movers
from fieldstation.kernel.paging import Page, PageRequest, write_cursor
from fieldstation.ports.chemistry import Chemistry, Structure

_INCHIKEY = re.compile(r"[A-Z]{14}-[A-Z]{10}-[A-Z]")
_FEWEST, _MOST = 64, 1_024  # molecules matched in one go: ever more where few have the part
_SECONDS = 3.0  # after which a page is answered with what was found


@dataclass(frozen=True, kw_only=True)
class FindingMolecules:
    """Finds molecules in all data sets that a caller may read."""

    search: MoleculeSearch
    chemistry: Chemistry
    movers: Movers

    async def exact(self, call: Call, text: str, request: PageRequest) -> Page[Hit]:
        """Return the molecules that a SMILES, InChI, molfile or InChIKey stands for."""
        if _INCHIKEY.fullmatch(text.strip()):
            query = Query(smiles=None, inchikey=text.strip(), morgan=b"", pattern=b"")
        else:
            query = _query(await self.movers.run(lambda: self.chemistry.molecule(text)))
        return await call(lambda tx, caller: self.search.exact(tx, caller, query, request))

    async def similar(self, call: Call, text: str, threshold: float, request: PageRequest) -> Page[Hit]:
        """Return the molecules at least so similar to one, the most similar first."""
        query = _query(await self.movers.run(lambda: self.chemistry.molecule(text)))
        return await call(lambda tx, caller: self.search.similar(tx, caller, query, threshold, request))

    async def having(self, call: Call, text: str, request: PageRequest) -> Page[Hit]:
        """Return molecules that have a part; where few have it, a page may have fewer, and yet more follow."""
        query = _query(await self.movers.run(lambda: self.chemistry.pattern(text)))
        found: list[Hit] = []
        after, until, together = request.after, time.monotonic() + _SECONDS, max(_FEWEST, request.limit + 1)
        while True:
            some = await self._screened(call, query, after, together)
            together = min(2 * together, _MOST)
            found += await self._matching(text, some.hits)
            after = some.next
            if len(found) > request.limit:
                found = found[: request.limit]
                return Page(items=found, next=write_cursor(key_of(found[-1])))
            if after is None or time.monotonic() > until:
                return Page(items=found, next=None if after is None else write_cursor(after))

    async def _screened(self, call: Call, query: Query, after: tuple[str, ...] | None, most: int) -> Screened:
        return await call(lambda tx, caller: self.search.screen(tx, caller, query, after, most))

    async def _matching(self, text: str, hits: Sequence[Hit]) -> list[Hit]:
        if not hits:
            return []
        smiles = [hit.molecule.smiles or "" for hit in hits]
        matches = await self.movers.run(lambda: self.chemistry.matches(text, smiles))
        return [hit for hit, has in zip(hits, matches, strict=True) if has]


def _query(found: Structure) -> Query:
    return Query(smiles=found.smiles, inchikey=found.inchikey, morgan=found.morgan, pattern=found.pattern)
