"""Tools defined elsewhere over REST: the manifests that they come from, and what their work costs."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from fieldstation.core.people.model import Caller
from fieldstation.core.tools.model.jobs import (
    JOB_NAMESPACE,
    KeptJob,
    KeptManifest,
    LoadReport,
    PastRevision,
    Rate,
    written_rate,
)
from fieldstation.core.tools.service import Jobs, Rates, Tools
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.loading import Loading
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.paging import Page
from fieldstation.ports.web import Errand

Secrets = Annotated[dict[str, Annotated[str, Field(max_length=4000)]], Field(max_length=20)]


class ManifestIn(BaseModel):
    """A manifest to load, and what its host wants to see."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(
        max_length=2000,
        description="`https:` or `file:`, below a source of the station",
        examples=["https://raw.githubusercontent.com/acme/jobs/main/data-manager/manifest.yaml"],
    )
    headers: Secrets = Field(default_factory=dict, description="sent with each request to that host; kept sealed")
    query: Secrets = Field(default_factory=dict, description="added to each address; kept sealed")
    strict: StrictBool | None = Field(
        default=None, description="hold its files to the letter of their published rules; absent: as before, or no"
    )


class LoadOut(BaseModel):
    """What a load came to; every failure names the file or the job that it is about."""

    ok: bool
    manifests: int
    files: int
    jobs: int = Field(description="that were found in the files")
    loaded: int = Field(description="that can be used now")
    manifest_failures: list[str]
    file_failures: list[str]
    job_failures: list[str]


class ManifestOut(BaseModel):
    """A manifest; of its secrets only the names are told."""

    id: str
    url: str
    headers: list[str]
    query: list[str]
    strict: bool = Field(description="whether its files are held to the letter of their published rules")
    created: str
    created_by: str
    loaded: str | None = Field(default=None, description="when it was loaded last")
    loaded_well: str | None = Field(default=None, description="when it was loaded last without any failure")
    last: LoadOut | None = None


class RatedToolOut(BaseModel):
    """A version of a job, and the newest rate."""

    id: str
    namespace: str = Field(examples=["squonk2/im-test"])
    name: str = Field(examples=["nop"])
    version: str = Field(examples=["1.0.0"])
    rate: str | None = Field(default=None, description="coins for a thousand of its cost; absent: it costs nothing")


class PastOut(BaseModel):
    """What a version of a job was until it was loaded anew."""

    revision: str
    published: str
    published_by: str | None = None
    ended: str


class RateIn(BaseModel):
    """What a version of a job costs from now on."""

    model_config = ConfigDict(extra="forbid")

    rate: str = Field(
        pattern=r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$",
        description="decimal number, at most six decimals",
        examples=["0.05"],
    )
    comment: str | None = Field(default=None, max_length=80)


class RateOut(BaseModel):
    """A rate that counted from some moment on."""

    rate: str
    created: str
    created_by: str
    comment: str | None = None


def router(loading: Loading, tools: Tools, jobs: Jobs, rates: Rates) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["tools"])
    _add_manifests(routes, loading)
    _add_rated(routes, jobs)
    _add_rates(routes, tools, jobs, rates)
    return routes


def _add_manifests(routes: APIRouter, loading: Loading) -> None:
    @routes.get(
        "/tool-manifests",
        operation_id="list_tool_manifests",
        summary="List where tools defined elsewhere come from, oldest first; for operators",
        response_model_exclude_none=True,
        responses=responses(403),
    )
    async def listed(call: CallerCall, page: ById) -> PageOut[ManifestOut]:
        return await call(lambda tx, caller: page_out(loading.manifests.list(tx, caller, page), _manifest_out))

    @routes.post(
        "/tool-manifests",
        operation_id="load_tool_manifest",
        summary="Load tools from a manifest, a new one or one known by its address; for operators",
        responses=responses(403),
    )
    async def put(body: ManifestIn, call: CallerCall) -> LoadOut:
        errand = Errand(address=body.url, headers=body.headers, query=body.query)
        return _load_out(await loading.put(call, errand, strict=body.strict))

    @routes.post(
        "/tool-manifests/load",
        operation_id="load_tool_manifests",
        summary="Load every manifest again; for operators of a station for development",
        responses=responses(403),
    )
    async def load(call: CallerCall) -> LoadOut:
        return _load_out(await loading.load_all(call))

    @routes.delete(
        "/tool-manifests/{manifest_id}",
        operation_id="remove_tool_manifest",
        summary="Remove a manifest; for operators of a station for development",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404),
    )
    async def remove(
        manifest_id: str,
        call: CallerCall,
        purge: Annotated[bool, Query(description="also the tools that came from it alone")] = False,
    ) -> None:
        await call(lambda tx, caller: loading.manifests.remove(tx, caller, manifest_id, purge=purge))


def _add_rated(routes: APIRouter, jobs: Jobs) -> None:
    @routes.get(
        "/tool-rates",
        operation_id="list_tool_rates",
        summary="List the jobs that you may use, and what they cost",
        response_model_exclude_none=True,
        responses=responses(),
    )
    async def rated(
        call: CallerCall,
        page: ById,
        undefined: Annotated[bool, Query(description="only those that no rate was set for")] = False,
    ) -> PageOut[RatedToolOut]:
        return await call(lambda tx, caller: page_out(jobs.page(tx, caller, page, unrated=undefined), _rated_out))


def _add_rates(routes: APIRouter, tools: Tools, jobs: Jobs, rates: Rates) -> None:
    def kept(tx: Tx, caller: Caller, reference: str, version: str) -> KeptJob:
        return jobs.by_tool(tx, caller, tools.identify(tx, caller, reference), version)

    @routes.get(
        "/tools/{reference}/versions/{version}/rates",
        operation_id="list_rates_of_tool",
        summary="List what a version of a job costs, and cost before, latest first",
        response_model_exclude_none=True,
        responses=responses(404, 409),
    )
    async def history(reference: str, version: str, call: CallerCall, page: ById) -> PageOut[RateOut]:
        def work(tx: Tx, caller: Caller) -> Page[Rate]:
            return rates.history(tx, caller, kept(tx, caller, reference, version).number, page)

        return page_out(await call(work), _rate_out)

    @routes.get(
        "/tools/{reference}/versions/{version}/past",
        operation_id="list_past_of_tool",
        summary="List what a version of a job was before it was loaded anew, latest first",
        response_model_exclude_none=True,
        responses=responses(404, 409),
    )
    async def past(reference: str, version: str, call: CallerCall, page: ById) -> PageOut[PastOut]:
        def work(tx: Tx, caller: Caller) -> Page[PastRevision]:
            shown = tools.show(tx, caller, f"{reference}@{version}")
            return jobs.past(tx, shown.tool_id, shown.version, page)

        return page_out(await call(work), _past_out)

    @routes.post(
        "/tools/{reference}/versions/{version}/rates",
        operation_id="set_rate_of_tool",
        summary="Say what a version of a job costs from now on; for operators",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404, 409),
    )
    async def put(reference: str, version: str, body: RateIn, call: CallerCall) -> None:
        def work(tx: Tx, caller: Caller) -> None:
            rates.set(tx, caller, kept(tx, caller, reference, version).number, body.rate, body.comment)

        await call(work)


def _load_out(report: LoadReport) -> LoadOut:
    return LoadOut(
        ok=report.ok,
        manifests=report.manifests,
        files=report.files,
        jobs=report.jobs,
        loaded=report.loaded,
        manifest_failures=list(report.manifest_failures),
        file_failures=list(report.file_failures),
        job_failures=list(report.job_failures),
    )


def _manifest_out(manifest: KeptManifest) -> ManifestOut:
    return ManifestOut(
        id=manifest.id,
        url=manifest.url,
        headers=list(manifest.header_names),
        query=list(manifest.query_names),
        strict=manifest.strict,
        created=wire_time(manifest.created_at),
        created_by=manifest.created_by,
        loaded=manifest.loaded_at and wire_time(manifest.loaded_at),
        loaded_well=manifest.loaded_well_at and wire_time(manifest.loaded_well_at),
        last=manifest.last and _load_out(manifest.last),
    )


def _rated_out(kept: KeptJob) -> RatedToolOut:
    return RatedToolOut(
        id=kept.tool_id,
        namespace=f"{JOB_NAMESPACE}{kept.job.collection}",
        name=kept.job.name,
        version=kept.job.version,
        rate=None if kept.rate is None else written_rate(kept.rate),
    )


def _past_out(past: PastRevision) -> PastOut:
    return PastOut(
        revision=past.revision,
        published=wire_time(past.published_at),
        published_by=past.published_by,
        ended=wire_time(past.ended_at),
    )


def _rate_out(rate: Rate) -> RateOut:
    return RateOut(
        rate=written_rate(rate.rate),
        created=wire_time(rate.created_at),
        created_by=rate.created_by,
        comment=rate.comment,
    )
