"""Jobs that can be launched in a project, over REST: what each takes, and what it lacks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, JsonValue

from fieldstation.core.instances.model.needs import Lack
from fieldstation.core.instances.service import Needs
from fieldstation.core.people.model import Caller
from fieldstation.core.projects.service import Projects
from fieldstation.core.tools.model.jobs import JobName, KeptJob, successors, written_rate
from fieldstation.core.tools.model.squonk.face import form_of
from fieldstation.core.tools.model.squonk.job import Replaced
from fieldstation.core.tools.service import Jobs
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.kernel.paging import Page

Project = Annotated[
    str | None, Query(max_length=200, description="id of a project, or your own name for it, that it is to run in")
]


class JobTitleOut(BaseModel):
    """A job, whatever its version."""

    collection: str = Field(examples=["im-test"])
    job: str = Field(examples=["nop"])


class JobOut(BaseModel):
    """A version of a job."""

    collection: str = Field(examples=["im-test"])
    job: str = Field(examples=["nop"])
    version: str = Field(examples=["1.0.0"])
    title: str
    description: str
    category: str | None = None
    keywords: list[str]
    doc_url: str | None = Field(default=None, description="where people read about it")
    replaces: list[JobTitleOut] = Field(description="jobs that it stands for now")
    replaced_by: list[JobTitleOut] = Field(description="jobs that stand for it now")
    rate: str | None = Field(default=None, description="coins for a thousand of its cost; absent: it costs nothing")
    lacks: str | None = Field(default=None, description="why it cannot be launched now")
    remedy: str | None = Field(default=None, description="what to do about that")


class JobFormOut(JobOut):
    """A version of a job, and what a caller fills in."""

    variables: dict[str, JsonValue] = Field(
        description="their JSON Schema (2020-12); a file is its path in the project"
    )
    command: str = Field(description="its template, in Jinja's language")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A job, what it lacks, and which jobs stand for it now."""

    kept: KeptJob
    lack: Lack
    by: Sequence[Replaced]


class JobsDoor:
    """What the routes need."""

    def __init__(self, jobs: Jobs, projects: Projects, needs: Needs) -> None:
        self.jobs = jobs
        self._projects = projects
        self._needs = needs

    def shown(self, tx: Tx, caller: Caller, found: Page[KeptJob], project: str | None) -> Page[Shown]:
        """Tell of each job what it lacks, and what stands for it."""
        product = self._projects.show(tx, caller, project).product if project else None
        lacks = self._needs.lacks(tx, caller, [kept.job for kept in found.items], product)
        by = successors(self.jobs.all(tx, caller))
        items = [
            Shown(kept=kept, lack=lack, by=by.get((kept.job.collection, kept.job.name), ()))
            for kept, lack in zip(found.items, lacks, strict=True)
        ]
        return Page(items=items, next=found.next)


def router(door: JobsDoor) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["instances"])

    @routes.get(
        "/jobs",
        operation_id="list_jobs",
        summary="List the jobs that can be launched in projects, by when they first came",
        response_model_exclude_none=True,
        responses=responses(404),
    )
    async def listed(call: CallerCall, page: ById, project: Project = None) -> PageOut[JobOut]:
        def work(tx: Tx, caller: Caller) -> Page[Shown]:
            return door.shown(tx, caller, door.jobs.page(tx, caller, page), project)

        return page_out(await call(work), _out)

    @routes.get(
        "/jobs/{collection}/{job}/{version}",
        operation_id="show_job",
        summary="Show a job, and what a caller fills in",
        response_model_exclude_none=True,
        responses=responses(404),
    )
    async def show(collection: str, job: str, version: str, call: CallerCall, project: Project = None) -> JobFormOut:
        def work(tx: Tx, caller: Caller) -> Page[Shown]:
            kept = door.jobs.by_name(tx, caller, JobName(collection=collection, job=job, version=version))
            return door.shown(tx, caller, Page(items=[kept], next=None), project)

        (one,) = (await call(work)).items
        return JobFormOut(**_out(one).model_dump(), variables=form_of(one.kept.job), command=one.kept.job.command)

    return routes


def _out(one: Shown) -> JobOut:
    kept, lack, job = one.kept, one.lack, one.kept.job
    return JobOut(
        collection=job.collection,
        job=job.name,
        version=job.version,
        title=job.title,
        description=job.description,
        category=job.category,
        keywords=list(job.keywords),
        doc_url=kept.doc_url,
        replaces=_titles(job.replaces),
        replaced_by=_titles(one.by),
        rate=None if kept.rate is None else written_rate(kept.rate),
        lacks=lack.reason or None,
        remedy=lack.remedy or None,
    )


def _titles(jobs: Sequence[Replaced]) -> list[JobTitleOut]:
    return [JobTitleOut(collection=one.collection, job=one.job) for one in jobs]
