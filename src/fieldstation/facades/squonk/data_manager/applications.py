"""Applications: what instances are of. All jobs run under one, and there is no other."""

import json
from dataclasses import dataclass

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fieldstation.core.instances.service import Instances
from fieldstation.core.people.model import Caller
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.squonk.application import refusals
from fieldstation.facades.squonk.data_manager.instances import MOST, InstanceOut, instance_out
from fieldstation.facades.squonk.data_manager.job_shapes import ApplicationOut
from fieldstation.kernel.errors import NotFound
from fieldstation.kernel.paging import PageRequest

# What POST /instance takes as the specification of a job.
_TEMPLATE = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "collection": {"type": "string"},
        "job": {"type": "string"},
        "version": {"type": "string"},
        "variables": {"type": "object"},
        "sub_path": {"type": "string"},
    },
    "required": ["collection", "job", "version"],
}


class ApplicationsOut(BaseModel):
    """Every application."""

    count: int
    applications: list[ApplicationOut]


class ApplicationDetailOut(BaseModel):
    """An application and the instances of it that you see, newest first."""

    id: str
    kind: str
    group: str
    versions: list[str]
    template: str = Field(description="a JSON schema of its specification, as text")
    instances: list[InstanceOut]
    cost: str = Field(description="coins; those of jobs are theirs", examples=["0"])


@dataclass(frozen=True, kw_only=True)
class ApplicationDoor:
    """What the routes of applications need."""

    instances: Instances

    def one(self, tx: Tx, caller: Caller, application_id: str) -> ApplicationDetailOut:
        """Describe one application."""
        jobs = ApplicationOut()
        page = self.instances.list(tx, caller, PageRequest(limit=MOST))
        if application_id != jobs.application_id:
            raise NotFound("there is no application with this id", next_step="see what there is: GET /application")
        return ApplicationDetailOut(
            id=jobs.application_id,
            kind=jobs.kind,
            group=jobs.group,
            versions=[jobs.latest_version],
            template=json.dumps(_TEMPLATE),
            instances=[instance_out(one, listed=True) for one in page.items],
            cost="0",
        )


def router(door: ApplicationDoor) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["application"])

    @routes.get("/application", operation_id="get_applications", summary="What instances are of", responses=refusals())
    async def listed(call: CallerCall) -> ApplicationsOut:
        await call(lambda _tx, _caller: None)
        return ApplicationsOut(count=1, applications=[ApplicationOut()])

    @routes.get(
        "/application/{application_id}",
        operation_id="get_application",
        summary="One application",
        response_model_exclude_none=True,
        responses=refusals(404),
    )
    async def one(application_id: str, call: CallerCall) -> ApplicationDetailOut:
        return await call(lambda tx, caller: door.one(tx, caller, application_id))

    return routes
