"""Writing beside the outputs of a job what its author says of them, as the user whose run it was."""

import os
from collections.abc import Sequence

from fieldstation.core.instances.model.describe import MOST_BYTES, Described, describe
from fieldstation.core.instances.service import Describing
from fieldstation.core.instances.service.describing import Ending
from fieldstation.core.projects.model import Ground
from fieldstation.core.projects.service import Files
from fieldstation.db import Database
from fieldstation.kernel.errors import FieldstationError, Invalid, NotFound


class WriteBeside:
    """Writes it once a job ended well. May be repeated: the same files are written again."""

    def __init__(self, database: Database, describing: Describing, files: Files) -> None:
        self._database = database
        self._describing = describing
        self._files = files

    def write(self, instance_id: str) -> Sequence[str]:
        """Write it; returns why an output was not described. What fails never fails the run."""
        with self._database.begin() as tx:
            ending = self._describing.ending(tx, instance_id)
        if ending is None:
            return ()
        made: list[str] = []
        faults = list(ending.faults)
        for output in ending.outputs:
            try:
                made += _written(self._files, ending, output)
            except FieldstationError as error:
                faults.append(f"the output {output.name} is not described: {error}")
        with self._database.begin() as tx:
            self._describing.written(tx, instance_id, ending.ground.project, made)
        return faults


def _written(files: Files, ending: Ending, output: Described) -> list[str]:
    ground = ending.ground
    files.described(ground, output.path)
    texts = describe(ending.execution, output, _derived(files, ground, output.source), ending.at)
    for path, data in texts.items():
        files.write(ground, path, data)
    return list(texts)


def _derived(files: Files, ground: Ground, source: str | None) -> bytes | None:
    """Read the metadata that the one of an output goes on from; None where there is none."""
    if source is None:
        return None
    try:
        descriptor, entry = files.open(ground, source)
    except (NotFound, Invalid):
        return None
    with os.fdopen(descriptor, "rb") as file:
        if entry.size > MOST_BYTES:
            raise Invalid(f"{source} has more than {MOST_BYTES} bytes", next_step="make that metadata smaller")
        return file.read(MOST_BYTES)
