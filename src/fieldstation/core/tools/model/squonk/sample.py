"""The tests that authors put beside their jobs, as calls of the job."""

import posixpath
from collections.abc import Mapping
from typing import Any

from fieldstation.core.tools.model.squonk.fill import CODE_DIRECTORY, FILE_PREFIX, Filled, Surroundings, fill
from fieldstation.core.tools.model.squonk.job import InputType, Job
from fieldstation.kernel.canonical import Json

INSTANCE = ".instance-88888888-8888-8888-8888-888888888888"
CODE = "/code"


def fill_from_test(job: Job, test: Mapping[str, Any], *, strict: bool = False) -> Filled:
    """Return the values of a test's variables: files lie flat in the project, under their own names. Raises Invalid."""
    options: Mapping[str, Json] = test.get("options") or {}
    inputs = {name: _flat(job, name, value) for name, value in (test.get("inputs") or {}).items()}
    around = Surroundings(instance_directory=INSTANCE, more={CODE_DIRECTORY: CODE})
    return fill(job, {**options, **inputs}, around, strict=strict)


def _flat(job: Job, name: str, value: Json) -> Json:
    if isinstance(value, list):
        return [_flat(job, name, one) for one in value]
    if not isinstance(value, str):
        return value
    molecules = name in job.inputs and job.inputs[name].type is InputType.MOLECULES
    if molecules and not value.startswith((FILE_PREFIX, "data/")):
        return value
    names = [posixpath.basename(one) for one in value.removeprefix(FILE_PREFIX).split(",")]
    return (FILE_PREFIX if molecules else "") + ",".join(names)
