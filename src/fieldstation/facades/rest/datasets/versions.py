"""Routes of versions: sent, put together, shown, listed; their files listed."""

from http import HTTPStatus
from typing import Annotated

import anyio
from fastapi import APIRouter, Query, Request

from fieldstation.core.datasets.model import NewVersion, Version
from fieldstation.core.datasets.service import Incoming, Uploads
from fieldstation.core.people.model import Caller
from fieldstation.core.people.service.users import usernames
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import Call, CallerCall
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.datasets.intake import FORM, TAR, announced_size, take_in, version_of
from fieldstation.facades.rest.datasets.parts import Number, Parts
from fieldstation.facades.rest.datasets.receive import Received
from fieldstation.facades.rest.datasets.recipes import JSON, RECIPE_SCHEMA, read_recipe
from fieldstation.facades.rest.datasets.shapes import FileOut, VersionOut, VersionRemovalOut, file_out, version_out
from fieldstation.facades.rest.names import Text
from fieldstation.kernel.errors import Invalid
from fieldstation.kernel.paging import Page

_SENT = {
    "parameters": [
        {
            "name": "metadata",
            "in": "query",
            "description": "metadata (JSON) of a version sent as tar",
            "schema": {"type": "string"},
        }
    ],
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "properties": {
                        "metadata": {"type": "string", "description": "JSON object; the data set's schema decides"},
                        "files": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                            "description": "files; the file name is the relative path inside the version",
                        },
                    },
                }
            },
            TAR: {"schema": {"type": "string", "format": "binary"}},
            JSON: {"schema": RECIPE_SCHEMA},
        },
    },
}


def add_routes(routes: APIRouter, parts: Parts) -> None:
    """Add the routes of versions."""
    _add_removal(routes, parts)

    @routes.post(
        "/datasets/{reference}/versions",
        operation_id="add_version",
        summary="Send or name the files of the next version",
        status_code=HTTPStatus.CREATED,
        response_model_exclude_none=True,
        responses=responses(402, 403, 404, 409, 413),
        openapi_extra=_SENT,
    )
    async def add(
        reference: str,
        request: Request,
        call: CallerCall,
    ) -> VersionOut:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == JSON:
            return await _composed(parts, reference, request, call)
        if kind in (FORM, TAR):
            return await _received(parts, reference, request, call)
        raise Invalid(
            f"versions cannot be made from {kind or 'a body without Content-Type'}",
            next_step=f"send {FORM} with parts called `files`, {TAR}, or {JSON}",
            reason="media_type",
        )

    @routes.get(
        "/datasets/{reference}/versions",
        operation_id="list_versions",
        summary="List versions, newest first",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def list_all(reference: str, call: CallerCall, page: ById) -> PageOut[VersionOut]:
        return await call(lambda tx, caller: _page(tx, parts.datasets.versions(tx, caller, reference, page)))

    @routes.get(
        "/datasets/{reference}/versions/{number}",
        operation_id="show_version",
        summary="Show one version",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def show(reference: str, number: Number, call: CallerCall) -> VersionOut:
        return await call(lambda tx, caller: _shown(tx, parts.datasets.version(tx, caller, reference, number)))

    @routes.get(
        "/datasets/{reference}/versions/{number}/files",
        operation_id="list_files",
        summary="List files of a version, by path",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def files(
        reference: str,
        number: Number,
        call: CallerCall,
        page: ById,
        prefix: Annotated[Text, Query(max_length=1024, description="only paths that begin so, such as `2021/`")] = "",
    ) -> PageOut[FileOut]:
        def work(tx: Tx, caller: Caller) -> PageOut[FileOut]:
            version = parts.datasets.version(tx, caller, reference, number)
            return page_out(parts.datasets.files(tx, caller, version, page, prefix), file_out)

        return await call(work)


def _add_removal(routes: APIRouter, parts: Parts) -> None:
    @routes.delete(
        "/datasets/{reference}/versions/{number}",
        operation_id="remove_version",
        summary="Remove a version of one file for good, the last one with its data set; the task tells when it is gone",
        status_code=HTTPStatus.ACCEPTED,
        responses=responses(403, 404, 409),
    )
    async def remove(
        reference: str,
        number: Number,
        call: CallerCall,
        keep_copies: Annotated[bool, Query(description="leave its copies in projects as files like any other")] = False,
    ) -> VersionRemovalOut:
        def work(tx: Tx, caller: Caller) -> VersionRemovalOut:
            task = parts.removals.remove(tx, caller, reference, number, keep_project_files=keep_copies)
            return VersionRemovalOut(task=task.id)

        return await call(work)


async def _received(parts: Parts, reference: str, request: Request, call: Call) -> VersionOut:
    size = announced_size(request)
    incoming = await call(lambda tx, caller: parts.uploads.begin(tx, caller, reference, size))
    received = Received(parts.store)
    kind = request.headers["content-type"].partition(";")[0].strip().lower()
    try:
        metadata = await take_in(request, kind, received, parts.movers)
        new = await parts.movers.run(lambda: version_of(incoming, received, metadata))
        return await call.core.run(lambda tx: _published(tx, parts.uploads, incoming, new))
    except BaseException:
        with anyio.CancelScope(shield=True):
            await parts.movers.run(received.abort)
            await call.core.run(lambda tx: parts.uploads.drop(tx, incoming))
        raise


async def _composed(parts: Parts, reference: str, request: Request, call: Call) -> VersionOut:
    recipe = await read_recipe(request, call, parts)
    incoming, new = await call(lambda tx, caller: parts.uploads.compose(tx, caller, reference, recipe))
    await parts.movers.run(lambda: new.manifest)
    made = await call.core.run(lambda tx: _published(tx, parts.uploads, incoming, new))
    await parts.movers.run(lambda: _drop_grown(parts, incoming))
    return made


def _drop_grown(parts: Parts, incoming: Incoming) -> None:
    for upload in incoming.uploads:
        parts.store.drop_grown(upload)


def _published(tx: Tx, uploads: Uploads, incoming: Incoming, new: NewVersion) -> VersionOut:
    return _shown(tx, uploads.publish(tx, incoming, new))


def _shown(tx: Tx, version: Version) -> VersionOut:
    return version_out(version, usernames(tx, [version.author]))


def _page(tx: Tx, page: Page[Version]) -> PageOut[VersionOut]:
    names = usernames(tx, {version.author for version in page.items})
    return page_out(page, lambda version: version_out(version, names))
