"""Jobs: what there is to run, what it takes, and what it costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from fieldstation.core.instances.model.needs import Lack
from fieldstation.core.instances.service import Needs
from fieldstation.core.people.model import Caller
from fieldstation.core.projects.service import Projects
from fieldstation.core.tools.model.jobs import JobName, KeptJob, successors
from fieldstation.core.tools.model.squonk.fill import INPUT_HANDLERS
from fieldstation.core.tools.model.squonk.forms import SCHEMA_VERSION
from fieldstation.core.tools.service import Jobs, Rates
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.squonk.application import refusals
from fieldstation.facades.squonk.arguments import GivenArguments, described
from fieldstation.facades.squonk.data_manager.job_shapes import (
    JobDetailOut,
    JobsOut,
    RatedJobsOut,
    RatesOut,
    job_out,
    jobs_out,
    rate_out,
    rated_out,
)
from fieldstation.kernel.paging import MAX_LIMIT, PageRequest

ProjectId = Annotated[str | None, Query(max_length=100, description="the project that the job is to run in")]
Text = Annotated[str, Query(min_length=1, max_length=100)]


class HandlerOut(BaseModel):
    """What is done with the value of an input of one type."""

    input_type: str = Field(examples=["molecules-smi"])
    documentation: str


class HandlersOut(BaseModel):
    """The types of inputs that there are."""

    count: int
    input_handlers: list[HandlerOut]


class SchemaVersionOut(BaseModel):
    """Which rules definition files are read by."""

    version: str = Field(examples=[SCHEMA_VERSION])


@dataclass(frozen=True, kw_only=True)
class JobDoor:
    """What the routes of jobs need."""

    jobs: Jobs
    rates: Rates
    projects: Projects
    needs: Needs

    def all(self, tx: Tx, caller: Caller, project_id: str | None) -> JobsOut:
        """Describe every job."""
        kept = self.jobs.all(tx, caller)
        return jobs_out(kept, self._lacks(tx, caller, kept, project_id))

    def one(self, tx: Tx, caller: Caller, wanted: int | JobName, project_id: str | None) -> JobDetailOut:
        """Describe one job."""
        if isinstance(wanted, int):
            kept = self.jobs.by_number(tx, caller, wanted)
        else:
            kept = self.jobs.by_name(tx, caller, wanted)
        (lack,) = self._lacks(tx, caller, [kept], project_id)
        return job_out(kept, lack, successors(self.jobs.all(tx, caller)))

    def rated(self, tx: Tx, caller: Caller, only_undefined: bool) -> RatedJobsOut:
        """Describe what every job costs."""
        kept = [one for one in self.jobs.all(tx, caller) if not (only_undefined and one.rate is not None)]
        rates = [rated_out(one) for one in kept]
        return RatedJobsOut(count=len(rates), only_undefined=only_undefined, exchange_rates=rates)

    def history(self, tx: Tx, caller: Caller, number: int, current: bool) -> RatesOut:
        """Describe what one job cost when."""
        rates = self.rates.history(tx, caller, number, PageRequest(limit=1 if current else MAX_LIMIT)).items
        written = [rate_out(rate) for rate in rates]
        return RatesOut(id=number, count=len(written), exchange_rates=written)

    def _lacks(self, tx: Tx, caller: Caller, kept: Sequence[KeptJob], project_id: str | None) -> Sequence[Lack]:
        project = self.projects.show(tx, caller, project_id) if project_id else None
        return self.needs.lacks(tx, caller, [one.job for one in kept], project.product if project else None)


def router(door: JobDoor) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["job"])
    _add_rules(routes)
    _add_jobs(routes, door)
    _add_rates(routes, door)
    return routes


def _add_rules(routes: APIRouter) -> None:
    @routes.get("/input-handler", operation_id="get_input_handlers", summary="What is done with inputs, by their type")
    async def handlers() -> HandlersOut:
        listed = [HandlerOut(input_type=one.input_type, documentation=one.about) for one in INPUT_HANDLERS]
        return HandlersOut(count=len(listed), input_handlers=listed)

    @routes.get(
        "/job-definition-schema/version",
        operation_id="get_job_definition_schema_version",
        summary="Which rules definition files are read by",
    )
    async def schema_version() -> SchemaVersionOut:
        return SchemaVersionOut(version=SCHEMA_VERSION)


def _add_jobs(routes: APIRouter, door: JobDoor) -> None:
    @routes.get(
        "/job",
        operation_id="get_jobs",
        summary="The jobs that you may use",
        response_model_exclude_none=True,
        responses=refusals(404),
    )
    async def listed(call: CallerCall, project_id: ProjectId = None) -> JobsOut:
        return await call(lambda tx, caller: door.all(tx, caller, project_id))

    @routes.get(
        "/job/get-by-version",
        operation_id="get_job_by_version",
        summary="One job, by its name",
        response_model_exclude_none=True,
        responses=refusals(404),
    )
    async def by_version(
        call: CallerCall, collection: Text, job: Text, version: Text, project_id: ProjectId = None
    ) -> JobDetailOut:
        name = JobName(collection=collection, job=job, version=version)
        return await call(lambda tx, caller: door.one(tx, caller, name, project_id))

    @routes.get(
        "/job/{job_id}",
        operation_id="get_job",
        summary="One job, by its number",
        response_model_exclude_none=True,
        responses=refusals(404),
    )
    async def one(job_id: int, call: CallerCall, project_id: ProjectId = None) -> JobDetailOut:
        return await call(lambda tx, caller: door.one(tx, caller, job_id, project_id))


def _add_rates(routes: APIRouter, door: JobDoor) -> None:
    @routes.get(
        "/job-exchange-rates",
        operation_id="get_job_exchange_rates",
        summary="What the jobs cost",
        response_model_exclude_none=True,
        responses=refusals(),
    )
    async def rated(call: CallerCall, only_undefined: bool = False) -> RatedJobsOut:
        return await call(lambda tx, caller: door.rated(tx, caller, only_undefined))

    @routes.get(
        "/job/{job_id}/exchange-rate",
        operation_id="get_job_exchange_rate",
        summary="What a job costs, and cost before",
        response_model_exclude_none=True,
        responses=refusals(404),
    )
    async def history(job_id: int, call: CallerCall, current: bool = False) -> RatesOut:
        return await call(lambda tx, caller: door.history(tx, caller, job_id, current))

    @routes.put(
        "/job/{job_id}/exchange-rate",
        operation_id="put_job_exchange_rate",
        summary="Say what a job costs from now on; for administrators",
        status_code=HTTPStatus.NO_CONTENT,
        responses=refusals(404),
        openapi_extra=described("rate", optional=("comment",)),
    )
    async def put(job_id: int, arguments: GivenArguments, call: CallerCall) -> None:
        rate, comment = arguments.needed("rate"), arguments.text("comment")
        await call(lambda tx, caller: door.rates.set(tx, caller, job_id, rate, comment))
