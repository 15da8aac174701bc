"""Jobs as programs made for the Data Manager read them."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

from fieldstation.core.instances.model.needs import Lack
from fieldstation.core.tools.model.jobs import KeptJob, Rate, successors, written_rate
from fieldstation.core.tools.model.squonk.job import Replaced
from fieldstation.kernel.clock import wire_time

APPLICATION_ID = "datamanagerjobs.squonk.it"  # under which every job runs
_ENCODING = "JINJA2_3_0"
Successors = Mapping[tuple[str, str], Sequence[Replaced]]


class ReplacedOut(BaseModel):
    """A job that another one stands for."""

    collection: str
    job: str


class JobOut(BaseModel):
    """A job in a list."""

    id: int = Field(description="never changes", examples=[7])
    collection: str = Field(examples=["im-test"])
    job: str = Field(examples=["nop"])
    version: str = Field(examples=["1.0.0"])
    name: str
    image_type: str = Field(examples=["SIMPLE", "NEXTFLOW"])
    category: str | None = None
    keywords: list[str] | None = None
    description: str | None = None
    doc_url: str | None = None
    required_assets: list[str]
    missing_assets: list[str] | None = None
    disabled: bool
    disabled_reason: str | None = None
    disabled_remedy: str | None = None
    replaces: list[ReplacedOut] | None = None
    replaced_by: list[ReplacedOut] | None = None


class JobsOut(BaseModel):
    """The jobs that you may use."""

    count: int
    jobs: list[JobOut]


class ApplicationOut(BaseModel):
    """What every job runs under."""

    application_id: str = APPLICATION_ID
    kind: str = "DataManagerJob"
    group: str = "squonk.it"
    latest_version: str = "v1"


class JobDetailOut(JobOut):
    """A job with everything that a form for it needs."""

    application: ApplicationOut = Field(default_factory=ApplicationOut)
    command: str
    command_encoding: str = _ENCODING
    image_name: str
    image_tag: str
    image_project_directory: str
    image_working_directory: str
    variables: Mapping[str, Any] = Field(description="blocks `inputs`, `options`, `outputs` and `order` as written")
    exchange_rate: str = Field(description="coins for a thousand of its cost", examples=["0.05"])


class RatedOut(BaseModel):
    """A job and its newest rate."""

    id: int
    collection: str
    job: str
    version: str
    rate: str | None = None


class RatedJobsOut(BaseModel):
    """What the jobs cost."""

    count: int
    only_undefined: bool
    exchange_rates: list[RatedOut]


class RateOut(BaseModel):
    """A rate that counted from some moment on."""

    id: int
    rate: str
    created: str
    user_id: str = Field(description="username")
    comment: str | None = None


class RatesOut(BaseModel):
    """The rates of a job, latest first."""

    id: int
    count: int
    exchange_rates: list[RateOut]


def jobs_out(kept: Sequence[KeptJob], lacks: Sequence[Lack]) -> JobsOut:
    """Write a list of jobs, and what each of them lacks."""
    replaced = successors(kept)
    jobs = [JobOut(**_summary(one, lack, replaced)) for one, lack in zip(kept, lacks, strict=True)]
    return JobsOut(count=len(jobs), jobs=jobs)


def job_out(kept: KeptJob, lack: Lack, replaced: Successors) -> JobDetailOut:
    """Write one job, and what it lacks."""
    job, image = kept.job, kept.job.image
    return JobDetailOut(
        **_summary(kept, lack, replaced),
        command=job.command,
        image_name=image.name,
        image_tag=image.tag,
        image_project_directory=image.project_directory,
        image_working_directory=image.working_directory,
        variables=job.blocks,
        exchange_rate=written_rate(kept.rate),
    )


def rated_out(kept: KeptJob) -> RatedOut:
    """Write a job with its rate."""
    job = kept.job
    rate = None if kept.rate is None else written_rate(kept.rate)
    return RatedOut(id=kept.number, collection=job.collection, job=job.name, version=job.version, rate=rate)


def rate_out(rate: Rate) -> RateOut:
    """Write a rate."""
    return RateOut(
        id=rate.number,
        rate=written_rate(rate.rate),
        created=wire_time(rate.created_at),
        user_id=rate.created_by,
        comment=rate.comment,
    )


def _summary(kept: KeptJob, lack: Lack, replaced: Successors) -> dict[str, Any]:
    job = kept.job
    by = replaced.get((job.collection, job.name), ())
    return {
        "id": kept.number,
        "collection": job.collection,
        "job": job.name,
        "version": job.version,
        "name": job.title,
        "image_type": "NEXTFLOW" if job.image.nextflow else "SIMPLE",
        "category": job.category,
        "keywords": list(job.keywords) or None,
        "description": job.description or None,
        "doc_url": kept.doc_url,
        "required_assets": list(job.assets),
        "missing_assets": list(lack.assets) or None,
        "disabled": bool(lack),
        "disabled_reason": lack.reason or None,
        "disabled_remedy": lack.remedy or None,
        "replaces": _replaced(job.replaces),
        "replaced_by": _replaced(by),
    }


def _replaced(jobs: Sequence[Replaced]) -> list[ReplacedOut] | None:
    return [ReplacedOut(collection=one.collection, job=one.job) for one in jobs] or None
