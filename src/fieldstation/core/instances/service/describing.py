"""What is to be described of jobs that ended well, and what became of that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from fieldstation.core.instances.model.describe import Described, Execution, described
from fieldstation.core.instances.store import instances as store
from fieldstation.core.projects.model import Ground
from fieldstation.core.projects.service import Files
from fieldstation.core.tools.model.jobs import JobName
from fieldstation.db import Tx


@dataclass(frozen=True, kw_only=True)
class Ending:
    """What is to be written beside the outputs of a run that ended well, and where."""

    execution: Execution
    outputs: Sequence[Described]
    faults: Sequence[str]
    ground: Ground
    at: datetime


class Describing:
    """What whoever writes beside outputs does inside its transactions."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def ending(self, tx: Tx, instance_id: str) -> Ending | None:
        """Return what is to be described of an instance whose run ended well; None where nothing is."""
        row = store.execution(tx, instance_id)
        execution = Execution(
            job=JobName(collection=row.collection, job=row.job_name, version=row.job_version),
            username=row.username,
            variables=row.specification["variables"],
            outputs=row.outputs,
            mounted=row.mounted,
            folder=_below(row.mounted, row.directory),
        )
        found = list(described(execution))
        ground = self._files.standing(tx, row.user_id, row.project) if found else None
        if ground is None:
            return None
        return Ending(
            execution=execution,
            outputs=[output for output in found if isinstance(output, Described)],
            faults=[fault for fault in found if isinstance(fault, str)],
            ground=ground,
            at=tx.now(),
        )

    def written(self, tx: Tx, instance_id: str, project: str, files: Sequence[str]) -> None:
        """Take note of what was written, in which project."""
        store.describe(tx, instance_id, files)
        self._files.changed(tx, [project])


def _below(mounted: str, directory: str) -> str:
    """Return where a run started, below its project; that itself for one that started elsewhere."""
    place = PurePosixPath(directory)
    return str(place.relative_to(mounted)) if place.is_relative_to(mounted) else "."
