"""Loading manifests for a door: what is asked of others happens between two transactions, in a thread of its own."""

from collections.abc import Sequence

from fieldstation.core.tools.model.jobs import LoadReport
from fieldstation.core.tools.service import Manifests
from fieldstation.facades.kit.calls import Call
from fieldstation.facades.kit.moving import Movers
from fieldstation.ports.web import Errand


class Loading:
    """Puts and loads manifests for whoever calls."""

    def __init__(self, manifests: Manifests, movers: Movers) -> None:
        self.manifests = manifests
        self._movers = movers

    async def put(self, call: Call, errand: Errand) -> LoadReport:
        """Keep a manifest and load what it names."""
        return await self._load(call, [await call(lambda tx, caller: self.manifests.put(tx, caller, errand))])

    async def load_all(self, call: Call) -> LoadReport:
        """Load every manifest again."""
        return await self._load(call, await call(self.manifests.errands))

    async def _load(self, call: Call, errands: Sequence[tuple[str, Errand]]) -> LoadReport:
        total = LoadReport()
        for manifest_id, errand in errands:
            total = total.plus(await self._one(call, manifest_id, errand))
        return total

    async def _one(self, call: Call, manifest_id: str, errand: Errand) -> LoadReport:
        gathered = await self._movers.run(lambda: self.manifests.gather(manifest_id, errand))
        return await call(lambda tx, caller: self.manifests.keep(tx, caller, gathered))
