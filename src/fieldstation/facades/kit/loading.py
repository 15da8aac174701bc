"""Loading manifests for a door: what is asked of others happens between two transactions, in a thread of its own."""

from collections.abc import Sequence

from fieldstation.core.tools.model.jobs import LoadReport
from fieldstation.core.tools.service import Manifests
from fieldstation.core.tools.service.manifests import Reading
from fieldstation.facades.kit.calls import Call
from fieldstation.facades.kit.moving import Movers
from fieldstation.ports.web import Errand


class Loading:
    """Puts and loads manifests for whoever calls."""

    def __init__(self, manifests: Manifests, movers: Movers) -> None:
        self.manifests = manifests
        self._movers = movers

    async def put(self, call: Call, errand: Errand, *, strict: bool | None = None) -> LoadReport:
        """Keep a manifest and load what it names, as strictly as it was before where `strict` says nothing."""
        reading = await call(lambda tx, caller: self.manifests.put(tx, caller, errand, strict=strict))
        return await self._load(call, [reading])

    async def load_all(self, call: Call) -> LoadReport:
        """Load every manifest again."""
        return await self._load(call, await call(self.manifests.errands))

    async def _load(self, call: Call, readings: Sequence[Reading]) -> LoadReport:
        total = LoadReport()
        for reading in readings:
            total = total.plus(await self._one(call, reading))
        return total

    async def _one(self, call: Call, reading: Reading) -> LoadReport:
        gathered = await self._movers.run(lambda: self.manifests.gather(reading))
        return await call(lambda tx, caller: self.manifests.keep(tx, caller, gathered))
