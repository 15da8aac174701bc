"""Routes of versions: sent, shown, listed; their files listed."""

import json
from collections.abc import Awaitable, Callable, Mapping
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
from fieldstation.facades.kit.forms import Form
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.datasets.parts import Number, Parts
from fieldstation.facades.rest.datasets.receive import Received
from fieldstation.facades.rest.datasets.shapes import FileOut, VersionOut, file_out, version_out
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Invalid
from fieldstation.kernel.paging import Page

Receive = Callable[[Request, Received], Awaitable[Mapping[str, Json]]]
_SENT = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
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
            }
        },
    }
}


def add_routes(routes: APIRouter, parts: Parts) -> None:
    """Add the routes of versions."""

    @routes.post(
        "/datasets/{reference}/versions",
        operation_id="add_version",
        summary="Send files that become the next version",
        status_code=HTTPStatus.CREATED,
        response_model_exclude_none=True,
        responses=responses(403, 404, 409, 413),
        openapi_extra=_SENT,
    )
    async def add(reference: str, request: Request, call: CallerCall) -> VersionOut:
        receive = _receiver(request)
        size = _announced(request)
        incoming = await call(lambda tx, caller: parts.uploads.begin(tx, caller, reference, size))
        received = Received(parts.store)
        try:
            metadata = await receive(request, received)
            await parts.movers.run(received.finish)
            new = NewVersion(
                dataset_id=incoming.dataset_id,
                files=received.files,
                metadata=metadata,
                author_id=incoming.upload.author,
            )
            await parts.movers.run(lambda: new.manifest)
            return await call(lambda tx, _caller: _published(tx, parts.uploads, incoming, new))
        except BaseException:
            await _give_back(call, parts, incoming, received)
            raise

    def _receiver(request: Request) -> Receive:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "multipart/form-data":
            return receive_form
        raise Invalid(
            f"versions cannot be made from {kind or 'a body without Content-Type'}",
            next_step="send multipart/form-data with parts called `files`",
            reason="media_type",
        )

    async def receive_form(request: Request, received: Received) -> Mapping[str, Json]:
        form = Form(request.headers["content-type"], received.open_part)
        await parts.movers.take_in(request.stream(), form.feed)
        form.close()
        return read_metadata(form.fields.get("metadata"))

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
        prefix: Annotated[str, Query(max_length=1024, description="only paths that begin so, such as `2021/`")] = "",
    ) -> PageOut[FileOut]:
        def work(tx: Tx, caller: Caller) -> PageOut[FileOut]:
            version = parts.datasets.version(tx, caller, reference, number)
            return page_out(parts.datasets.files(tx, caller, version, page, prefix), file_out)

        return await call(work)


def read_metadata(text: str | None) -> Mapping[str, Json]:
    """Read the metadata of a version from JSON text; Invalid unless it is an object."""
    try:
        metadata = json.loads(text) if text else {}
    except (ValueError, RecursionError) as error:
        raise Invalid(f"the metadata is not JSON: {error}", next_step="send a JSON object", reason="metadata") from None
    if not isinstance(metadata, dict):
        raise Invalid("the metadata is not a JSON object", next_step="send an object such as {}", reason="metadata")
    return metadata


def _announced(request: Request) -> int:
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise Invalid(
            "the request does not say how long it is, so that no room can be reserved",
            next_step="send a Content-Length, or upload in pieces at /api/v1/uploads",
            reason="length_required",
        )
    return int(length)


async def _give_back(call: Call, parts: Parts, incoming: Incoming, received: Received) -> None:
    with anyio.CancelScope(shield=True):
        await parts.movers.run(received.abort)
        await call.core.run(lambda tx: parts.uploads.drop(tx, incoming))


def _published(tx: Tx, uploads: Uploads, incoming: Incoming, new: NewVersion) -> VersionOut:
    return _shown(tx, uploads.publish(tx, incoming, new))


def _shown(tx: Tx, version: Version) -> VersionOut:
    return version_out(version, usernames(tx, [version.author]))


def _page(tx: Tx, page: Page[Version]) -> PageOut[VersionOut]:
    names = usernames(tx, {version.author for version in page.items})
    return page_out(page, lambda version: version_out(version, names))
