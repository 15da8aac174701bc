"""Routes that send files: one, or all of a version as a zip."""

import os
from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from zipstream import ZIP_STORED, ZipStream

from fieldstation.core.datasets.service import Contents, Datasets, File
from fieldstation.core.people.model import Caller
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import Call, CallerCall
from fieldstation.facades.kit.moving import BLOCK
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.kit.sending import BlocksAnswer, answer_file, stored_headers
from fieldstation.facades.kit.stored import stored_file
from fieldstation.facades.rest.datasets.parts import Number, Parts
from fieldstation.kernel.errors import TooLarge

ZIP_FILES = 1_000_000
_BYTES = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file. Several ranges in one request mean the whole.", **_BYTES},
    206: {"description": "The range that was asked for", **_BYTES},
    304: {"description": "Not changed; versions never change"},
    416: {"description": "The range begins behind the end"},
}
_ZIP: dict[int | str, dict[str, Any]] = {
    200: {"description": "All files, not compressed", "content": {"application/zip": {}}}
}


def add_routes(routes: APIRouter, parts: Parts) -> None:
    """Add the routes that send files."""

    async def one(reference: str, number: Number, path: str, request: Request, call: CallerCall) -> Response:
        def work(tx: Tx, caller: Caller) -> File:
            version = parts.datasets.version(tx, caller, reference, number)
            return parts.datasets.file(tx, caller, version, path)

        file = await call(work)
        outgoing = await parts.movers.run(lambda: stored_file(parts.contents, file))
        return answer_file(outgoing, parts.movers, request.headers)

    address = "/datasets/{reference}/versions/{number}/files/{path:path}"
    told = {**responses(403, 404, 409, 412), **_FILE}
    routes.get(
        address,
        operation_id="read_file",
        summary="Read a file, or a range of it",
        responses=told,
        response_class=Response,
    )(one)
    routes.head(
        address,
        operation_id="head_file",
        summary="Describe a file",
        responses=told,
        response_class=Response,
    )(one)

    @routes.get(
        "/datasets/{reference}/versions/{number}/archive.zip",
        operation_id="read_archive",
        summary="Read all files of a version as one zip",
        responses={**responses(403, 404, 409, 413), **_ZIP},
        response_class=Response,
    )
    async def archive(reference: str, number: Number, call: CallerCall) -> Response:
        name, files = await _files_of(call, parts.datasets, reference, number)
        zipped = await parts.movers.run(lambda: _zip(parts.contents, files))
        headers = {**stored_headers(name, "application/zip"), "Content-Length": str(len(zipped))}
        return BlocksAnswer(iter(zipped), parts.movers, headers)


async def _files_of(call: Call, datasets: Datasets, reference: str, number: int) -> tuple[str, Sequence[File]]:
    def work(tx: Tx, caller: Caller) -> tuple[str, Sequence[File]]:
        version = datasets.version(tx, caller, reference, number)
        if version.file_count > ZIP_FILES:
            raise TooLarge(
                f"a zip may have {ZIP_FILES} files, this version has {version.file_count}",
                next_step="read the files one by one: fieldstation dataset get",
            )
        dataset = datasets.show(tx, caller, version.dataset_id)
        return f"{dataset.name}-{number}.zip", datasets.all_files(tx, caller, version)

    return await call(work)


def _zip(contents: Contents, files: Sequence[File]) -> ZipStream:
    zipped = ZipStream(compress_type=ZIP_STORED, sized=True)
    for file in files:
        zipped.add(_Bytes(contents, file), file.entry.path, size=file.entry.size)
    return zipped


class _Bytes:
    """The bytes of one file, opened when its turn comes."""

    def __init__(self, contents: Contents, file: File) -> None:
        self._contents = contents
        self._file = file

    def __iter__(self) -> Iterator[bytes]:
        with os.fdopen(self._contents.open(self._file), "rb", buffering=0) as opened:
            while block := opened.read(BLOCK):
                yield block
