"""Instances as programs made for the Data Manager read them."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field

from fieldstation.kernel.errors import Invalid

JOBS = "datamanagerjobs.squonk.it"  # the application that all jobs are of
_SPECIFICATION_BYTES = 1 << 20


class InstanceTaskOut(BaseModel):
    """A task of an instance."""

    id: str
    purpose: str


class InstanceOut(BaseModel):
    """An instance; what is not known yet is absent."""

    id: str | None = None
    name: str
    owner: str
    project_id: str
    archived: bool
    application_id: str = JOBS
    application_version: str = "v3"
    application_type: str = "JOB"
    application_specification: str = Field(description="the specification as JSON text")
    phase: str = Field(examples=["RUNNING"])
    launched: str
    started: str | None = None
    stopped: str | None = None
    run_time: str = Field(examples=["0:00:12.5"])
    url: str | None = Field(default=None, description="where an application is opened")
    job_id: int | None = Field(default=None, description="absent for an application, as all that follows of a job")
    job_collection: str | None = None
    job_job: str | None = None
    job_name: str | None = None
    job_version: str | None = None
    job_image_type: str | None = Field(default=None, examples=["SIMPLE"])
    outputs: dict[str, Any]
    written_job_annotation_files: list[str] | None = Field(
        default=None, description="beside its outputs, once it ended"
    )
    coins: str | None = None
    cost: str | None = None
    error_message: str | None = None
    launch_exchange_rate: str | None = None
    authorisation_code: int | None = Field(
        default=None, description="of the authority to run; absent where nobody pays"
    )
    has_valid_callback_token: bool | None = None
    tasks: list[InstanceTaskOut] | None = None
    running_workflow_step_id: str | None = None


def specification_of(text: str) -> Mapping[str, Any]:
    """Read the specification of a launch, a JSON object."""
    try:
        found = json.loads(text) if len(text) <= _SPECIFICATION_BYTES else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Invalid(
            f"the specification is not a JSON object of up to {_SPECIFICATION_BYTES} bytes",
            next_step='give one such as {"collection": "im-test", "job": "nop", "version": "1.0.0"}',
        )
    return found
