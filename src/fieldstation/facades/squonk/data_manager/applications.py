"""Applications: what instances are of. All jobs run under one; the others are published as tools are."""

import json
from dataclasses import dataclass

from fastapi import APIRouter
from pydantic import BaseModel

from fieldstation.core.instances.service import Instances
from fieldstation.core.people.model import Caller
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.squonk.application import refusals
from fieldstation.facades.squonk.data_manager.apps import MOST, AppDoor, ApplicationDetailOut
from fieldstation.facades.squonk.data_manager.instances import instance_out
from fieldstation.facades.squonk.data_manager.job_shapes import ApplicationOut
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


@dataclass(frozen=True, kw_only=True)
class ApplicationDoor:
    """What the routes of applications need."""

    instances: Instances
    apps: AppDoor

    def one(self, tx: Tx, caller: Caller, application_id: str) -> ApplicationDetailOut:
        """Describe one application."""
        jobs = ApplicationOut()
        if application_id != jobs.application_id:
            return self.apps.describe(tx, caller, application_id)
        page = self.instances.list(tx, caller, PageRequest(limit=MOST))
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
        found = [ApplicationOut(), *await call(door.apps.all)]
        return ApplicationsOut(count=len(found), applications=found)

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
