"""Launching jobs from any door: their commands are made between two transactions."""

from fieldstation.core.instances.model.values import Launch, Launched, Worked
from fieldstation.core.instances.service import Launches
from fieldstation.facades.kit.calls import Call
from fieldstation.facades.kit.moving import Movers
from fieldstation.ports.templates import Templates


class Launching:
    """Tries launches dry, and launches."""

    def __init__(self, launches: Launches, templates: Templates, movers: Movers) -> None:
        self._launches = launches
        self._templates = templates
        self._movers = movers

    async def worked(self, call: Call, launch: Launch) -> Worked:
        """Return what a launch comes to."""
        draft = await call(lambda tx, caller: self._launches.draft(tx, caller, launch))
        expanded = await self._movers.run(lambda: self._templates.expand(draft.templates))
        return self._launches.work(draft, expanded)

    async def launch(self, call: Call, worked: Worked) -> Launched:
        """Launch it."""
        return await call(lambda tx, caller: self._launches.launch(tx, caller, worked))
