"""The route that gives a run as an RO-Crate."""

import os
from collections.abc import Iterator

from fastapi import APIRouter, Response
from zipstream import ZIP_STORED, ZipStream

from fieldstation.core.runs.model.crate import DEFINITION, METADATA, OUTPUTS, Contents, crate, definition_text
from fieldstation.core.runs.service.crates import Crates
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.moving import BLOCK, Movers
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.kit.sending import BlocksAnswer, stored_headers
from fieldstation.kernel.errors import Broken
from fieldstation.ports.storage import BlobStore


def add_crate_routes(routes: APIRouter, crates: Crates, store: BlobStore, movers: Movers) -> None:
    """Add the route to those of runs."""

    @routes.get(
        "/{run_id}/crate",
        operation_id="read_run_crate",
        summary="Take a run along as an RO-Crate",
        response_class=Response,
        responses={
            **responses(404, 409),
            200: {"description": "A zip with `ro-crate-metadata.json` at its top", "content": {"application/zip": {}}},
        },
    )
    async def read(call: CallerCall, run_id: str) -> Response:
        """Give the run, its tool, inputs by name and outputs as files: a Process Run Crate (RO-Crate 1.2), zipped."""
        contents = await call(lambda tx, caller: crates.contents(tx, caller, run_id))
        zipped = await movers.run(lambda: _zip(contents, store))
        headers = {**stored_headers(f"{run_id}.zip", "application/zip"), "Content-Length": str(len(zipped))}
        return BlocksAnswer(iter(zipped), movers, headers)


def _zip(contents: Contents, store: BlobStore) -> ZipStream:
    zipped = ZipStream(compress_type=ZIP_STORED, sized=True)
    zipped.add(crate(contents), arcname=METADATA)
    zipped.add(definition_text(contents), arcname=DEFINITION)
    for file in contents.files:
        zipped.add(_read(store, file.sha256), arcname=OUTPUTS + file.path, size=file.size)
    return zipped


def _read(store: BlobStore, sha256: str) -> Iterator[bytes]:
    try:
        path = store.readable(sha256).path
    except KeyError:
        raise Broken("a stored file is gone", next_step="restore it from the backup: fieldstation restore") from None
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC), "rb") as file:
        while block := file.read(BLOCK):
            yield block
