"""Gathering what goes into a run's RO-Crate."""

from dataclasses import dataclass

from fieldstation.core.datasets.service.use import DataUse
from fieldstation.core.people.model import Caller
from fieldstation.core.runs.model.crate import Contents
from fieldstation.core.runs.service.show import Runs
from fieldstation.core.tools.service import Tools
from fieldstation.db import Tx
from fieldstation.kernel.errors import Conflict

_MOST_FILES = 100_000


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """Who publishes the crate: the address and release of this station."""

    address: str
    release: str


class Crates:
    """Makes crates."""

    def __init__(self, runs: Runs, tools: Tools, use: DataUse, publisher: Publisher) -> None:
        self._runs = runs
        self._tools = tools
        self._use = use
        self._publisher = publisher

    def contents(self, tx: Tx, caller: Caller, run_id: str) -> Contents:
        """Gather a run that the caller may see, with the outputs that they may read."""
        run = self._runs.show(tx, caller, run_id)
        if run.output_dataset_id is None:
            raise Conflict(
                "this run worked in its project, whose files change: there is nothing fixed to describe",
                next_step="save what it made as a data set, and describe that",
                reason="in_project",
            )
        output = run.output
        mine = output is not None and bool(self._use.readable(tx, caller, [output.version_id]))
        return Contents(
            run=run,
            definition=self._tools.definition(tx, run.revision),
            files=self._use.first_files(tx, output.version_id, _MOST_FILES) if output and mine else (),
            names=self._use.known(tx, caller, [item.version_id for item in run.inputs]),
            station=self._publisher.address,
            release=self._publisher.release,
            made_at=tx.now(),
        )
