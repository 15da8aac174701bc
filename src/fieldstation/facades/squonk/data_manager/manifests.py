"""Manifests: where the station's jobs come from; for administrators."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from fieldstation.core.people.model import Caller
from fieldstation.core.tools.model.jobs import KeptManifest, LoadReport
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.loading import Loading
from fieldstation.facades.squonk.application import refusals
from fieldstation.facades.squonk.arguments import Arguments, GivenArguments, described
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Invalid
from fieldstation.kernel.paging import MAX_LIMIT, PageRequest
from fieldstation.ports.web import Errand

_HIDDEN = "..."  # stands for every secret


class LoadOut(BaseModel):
    """What a load came to."""

    status: bool = Field(description="whether nothing failed")
    num_manifest_files_inspected: int
    num_job_definition_files_inspected: int
    num_jobs_inspected: int
    num_jobs_loaded: int
    num_jobs_purged: int | None = None
    manifest_file_failures: list[str] | None = None
    job_definition_file_failures: list[str] | None = None
    job_definition_failures: list[str] | None = None


class ManifestOut(BaseModel):
    """A manifest and what its last load came to; of secrets only their names are told."""

    id: int
    url: str
    header: str | None = None
    params: str | None = None
    created: str
    creator: str
    job_definition_files_loaded: int | None = None
    job_definitions_loaded: int | None = None
    last_successful_load_time: str | None = None
    last_load_time: str | None = None
    last_load_status: str = Field(examples=["SUCCESS", "FAILURE", "PENDING"])


class ManifestsOut(BaseModel):
    """The manifests, oldest first."""

    count: int
    job_manifests: list[ManifestOut]


def router(loading: Loading) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["admin"])

    @routes.get(
        "/admin/job-manifest",
        operation_id="get_job_manifests",
        summary="Where jobs come from",
        response_model_exclude_none=True,
        responses=refusals(),
    )
    async def listed(call: CallerCall) -> ManifestsOut:
        def work(tx: Tx, caller: Caller) -> Sequence[KeptManifest]:
            return loading.manifests.list(tx, caller, PageRequest(limit=MAX_LIMIT)).items

        found = [_manifest_out(one) for one in await call(work)]
        return ManifestsOut(count=len(found), job_manifests=found)

    @routes.put(
        "/admin/job-manifest",
        operation_id="put_job_manifest",
        summary="Load jobs from a manifest, a new one or one known by its address",
        response_model_exclude_none=True,
        responses=refusals(),
        openapi_extra=described("url", optional=("header", "params")),
    )
    async def put(arguments: GivenArguments, call: CallerCall) -> LoadOut:
        errand = Errand(
            address=arguments.needed("url"),
            headers=_secrets(arguments, "header"),
            query=_secrets(arguments, "params"),
        )
        return _load_out(await loading.put(call, errand))

    @routes.put(
        "/admin/job-manifest/load",
        operation_id="load_job_manifests",
        summary="Load every manifest again, in a station for development",
        response_model_exclude_none=True,
        responses=refusals(),
    )
    async def load(call: CallerCall) -> LoadOut:
        return _load_out(await loading.load_all(call))

    @routes.delete(
        "/admin/job-manifest/{manifest_id}",
        operation_id="delete_job_manifest",
        summary="Remove a manifest, in a station for development",
        status_code=HTTPStatus.NO_CONTENT,
        responses=refusals(404),
    )
    async def remove(
        manifest_id: Annotated[int, Path()],
        call: CallerCall,
        purge: Annotated[bool, Query(description="also the jobs that came from it alone")] = False,
    ) -> None:
        await call(lambda tx, caller: loading.manifests.remove(tx, caller, manifest_id, purge=purge))

    return routes


def _secrets(arguments: Arguments, name: str) -> Mapping[str, str]:
    text = arguments.text(name)
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str | int | float) for value in found.values()):
        raise Invalid(f"{name} is no JSON object of texts", next_step=f'send {name} such as {{"name": "value"}}')
    return {key: str(value) for key, value in found.items()}


def _load_out(report: LoadReport) -> LoadOut:
    return LoadOut(
        status=report.ok,
        num_manifest_files_inspected=report.manifests,
        num_job_definition_files_inspected=report.files,
        num_jobs_inspected=report.jobs,
        num_jobs_loaded=report.loaded,
        num_jobs_purged=report.purged,
        manifest_file_failures=list(report.manifest_failures) or None,
        job_definition_file_failures=list(report.file_failures) or None,
        job_definition_failures=list(report.job_failures) or None,
    )


def _manifest_out(manifest: KeptManifest) -> ManifestOut:
    last = manifest.last
    status = "PENDING" if last is None else "SUCCESS" if last.ok else "FAILURE"
    return ManifestOut(
        id=manifest.number,
        url=manifest.url,
        header=_hidden(manifest.header_names),
        params=_hidden(manifest.query_names),
        created=wire_time(manifest.created_at),
        creator=manifest.created_by,
        job_definition_files_loaded=last and last.files,
        job_definitions_loaded=last and last.loaded,
        last_successful_load_time=manifest.loaded_well_at and wire_time(manifest.loaded_well_at),
        last_load_time=manifest.loaded_at and wire_time(manifest.loaded_at),
        last_load_status=status,
    )


def _hidden(names: Sequence[str]) -> str | None:
    return json.dumps(dict.fromkeys(names, _HIDDEN)) if names else None
