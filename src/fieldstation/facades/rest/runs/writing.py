"""Runs written with the names of their data sets."""

from collections.abc import Sequence
from dataclasses import dataclass

from fieldstation.core.datasets.service.use import DataUse
from fieldstation.core.people.model import Caller
from fieldstation.core.runs.model.values import Run
from fieldstation.db import Tx
from fieldstation.facades.rest.runs.shapes import RunOut, run_out


@dataclass(frozen=True, kw_only=True)
class Writing:
    """Writes runs for a reader; what of their data sets the reader may not see has no name."""

    use: DataUse

    def one(self, tx: Tx, caller: Caller, run: Run) -> RunOut:
        """Write one run."""
        return self.several(tx, caller, [run])[0]

    def several(self, tx: Tx, caller: Caller, runs: Sequence[Run]) -> Sequence[RunOut]:
        """Write runs; one statement for all of their names."""
        named = {run.output_dataset_id for run in runs if run.output_dataset_id} | {
            item.dataset_id for run in runs for item in run.inputs
        }
        named |= {run.output.dataset_id for run in runs if run.output}
        names = self.use.names(tx, caller, named)
        return [run_out(run, names) for run in runs]
