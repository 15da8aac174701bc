"""Quotes: what a run would use and get, said before it is submitted. Nothing is changed."""

from fieldstation.core.datasets.service.use import DataUse
from fieldstation.core.people.model import Caller, Kind, Permission
from fieldstation.core.people.service import People
from fieldstation.core.runs.model.quote import Foretold, Quote
from fieldstation.core.runs.model.reuse import NotReusable
from fieldstation.core.runs.model.values import Submission
from fieldstation.core.runs.service.prepare import Prepared, Preparing
from fieldstation.core.runs.store import queue
from fieldstation.core.runs.store.experience import experience
from fieldstation.db import Tx


class Quotes:
    """Says what submissions would come to."""

    def __init__(self, people: People, use: DataUse, preparing: Preparing) -> None:
        self._people = people
        self._use = use
        self._preparing = preparing

    def quote(self, tx: Tx, caller: Caller, submission: Submission) -> Quote:
        """Return what a submission would come to now; raises what submitting it would raise."""
        prepared = self._preparing.prepare(tx, caller, submission)
        output = self._use.output_of(tx, caller, prepared.output)
        own = output is None or output.owner == caller.user_id
        visible = self._people.visible(caller, Permission.PROJECT_READ, Kind.PROJECT)
        ahead = queue.ahead_of_new(tx, prepared.priority)
        return Quote(
            tool=prepared.tool,
            parameters=prepared.parameters,
            inputs=prepared.inputs,
            resources=prepared.resources,
            soft_seconds=prepared.soft_seconds,
            hard_seconds=prepared.tool.definition.limits.hard_seconds,
            output_name=output.name if output else prepared.output.dataset,
            output_id=output.id if output else None,
            reuse=self._foretold(tx, caller, submission, prepared),
            ahead=ahead,
            estimate_seconds=queue.estimate(tx, ahead) if ahead else None,
            before=experience(tx, prepared.tool.tool_id, prepared.tool.name, visible),
            account=self._use.account(tx, caller) if own else None,
        )

    def _foretold(self, tx: Tx, caller: Caller, submission: Submission, prepared: Prepared) -> Foretold:
        if isinstance(prepared.parts, NotReusable):
            return Foretold(run=None, text=f"it will run: {prepared.parts.why}")
        if not submission.reuse:
            return Foretold(run=None, text="it will run: reuse is switched off")
        found = self._preparing.reusable(tx, caller, prepared)
        if found is None:
            return Foretold(run=None, text="it will run: no identical run with a result that you may read is known")
        return Foretold(run=found.id, text="the result of an identical run will be used, and nothing has to run")
