"""Uploads in pieces: tus 1.0.0 with creation, creation-with-upload, checksum, expiration and termination.

https://tus.io/protocols/resumable-upload. `GET` is ours: a client without memory finds its uploads by it.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, Field

from fieldstation.core.datasets.model import Upload
from fieldstation.core.datasets.service import Uploads
from fieldstation.core.people.model import Caller
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import Call, CallerCall
from fieldstation.facades.kit.moving import Movers
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.kit.refusals import refused
from fieldstation.facades.kit.tus import (
    CHECKSUM_MISMATCH,
    MOST_BYTES,
    OUT,
    PIECE,
    SPOKEN,
    VERSION,
    Refusal,
    announced_length,
    b64,
    media_type,
    progress,
    read_checksum,
    read_metadata,
    require_tus,
)
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Conflict, Invalid, TooLarge
from fieldstation.ports.storage import BlobStore, Busy, Growing, Stored

Offset = Annotated[int, Header(ge=0, le=MOST_BYTES, alias="Upload-Offset")]
_BODY = {"requestBody": {"content": {PIECE: {"schema": {"type": "string", "format": "binary"}}}}}


def _header(name: str, schema: Mapping[str, Any], about: str, *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "description": about, "schema": schema}


_SPEAKS = _header("Tus-Resumable", {"const": VERSION}, "the protocol's version", required=True)
_CHECKED = _header("Upload-Checksum", {"type": "string"}, "`sha256 <base64>`: what the piece must be")
_SPOKEN = {"parameters": [_SPEAKS]}
_CREATES = {
    **_BODY,
    "parameters": [
        _SPEAKS,
        _header(
            "Upload-Length", {"type": "integer", "minimum": 0, "maximum": MOST_BYTES}, "bytes in all", required=True
        ),
        _header("Upload-Metadata", {"type": "string"}, "`key <base64>,key <base64>`; your own notes"),
        _CHECKED,
    ],
}
_APPENDS = {**_BODY, "parameters": [_SPEAKS, _CHECKED]}


class UploadOut(BaseModel):
    """An upload that was not used in a version yet."""

    id: str = Field(examples=["upload-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b13"])
    size: int = Field(description="bytes that were announced and are reserved on your quota")
    offset: int = Field(description="bytes that came so far")
    sha256: str | None = Field(default=None, description="digest of its bytes, once all came")
    metadata: dict[str, str]
    created: str
    expires: str


def router(uploads: Uploads, store: BlobStore, movers: Movers) -> APIRouter:
    """Return the routes of uploads."""
    door = _Door(uploads, store, movers)
    routes = APIRouter(tags=["uploads"])
    told = responses(400, 403, 404, 409, 412, 413, 415)
    told |= {CHECKSUM_MISMATCH: {**told[HTTPStatus.CONFLICT], "description": "Checksum Mismatch"}}
    done = HTTPStatus.NO_CONTENT

    @routes.options("/uploads", operation_id="describe_uploads", summary="Tell which tus is spoken", status_code=done)
    async def describe() -> Response:
        return Response(status_code=done, headers=SPOKEN)

    @routes.post(
        "/uploads",
        operation_id="create_upload",
        summary="Reserve room for a file that is sent in pieces; the first may come along",
        status_code=HTTPStatus.CREATED,
        response_class=Response,
        responses=told,
        openapi_extra=_CREATES,
    )
    async def create(request: Request, call: CallerCall) -> Response:
        return await _answering(lambda: door.create(request, call))

    @routes.head(
        "/uploads/{upload}",
        operation_id="head_upload",
        summary="Tell how far an upload came",
        response_class=Response,
        responses=told,
        openapi_extra=_SPOKEN,
    )
    async def head(upload: str, request: Request, call: CallerCall) -> Response:
        return await _answering(lambda: door.head(upload, request, call))

    @routes.patch(
        "/uploads/{upload}",
        operation_id="append_upload",
        summary="Send the next piece",
        status_code=done,
        response_class=Response,
        responses=told,
        openapi_extra=_APPENDS,
    )
    async def append(upload: str, request: Request, call: CallerCall, upload_offset: Offset) -> Response:
        return await _answering(lambda: door.append(upload, request, call, upload_offset))

    @routes.delete(
        "/uploads/{upload}",
        operation_id="end_upload",
        summary="Throw an upload away",
        status_code=done,
        responses=told,
        openapi_extra=_SPOKEN,
    )
    async def end(upload: str, request: Request, call: CallerCall) -> Response:
        return await _answering(lambda: door.end(upload, request, call))

    _add_reads(routes, uploads, door)
    return routes


def _add_reads(routes: APIRouter, uploads: Uploads, door: "_Door") -> None:
    @routes.get(
        "/uploads",
        operation_id="list_uploads",
        summary="List your uploads, newest first",
        response_model_exclude_none=True,
        responses=responses(),
    )
    async def list_all(call: CallerCall, page: ById) -> PageOut[UploadOut]:
        found = await call(lambda tx, caller: uploads.list(tx, caller, page))
        return await door.movers.run(lambda: page_out(found, door.out))

    @routes.get(
        "/uploads/{upload}",
        operation_id="show_upload",
        summary="Show an upload",
        response_model_exclude_none=True,
        responses=responses(404),
    )
    async def show(upload: str, call: CallerCall) -> UploadOut:
        found = await call(lambda tx, caller: uploads.show(tx, caller, upload))
        return await door.movers.run(lambda: door.out(found))


class _Door:
    """The protocol over our uploads: rows in the core, bytes in the store, moved by the movers."""

    def __init__(self, uploads: Uploads, store: BlobStore, movers: Movers) -> None:
        self._uploads = uploads
        self._store = store
        self.movers = movers

    def out(self, upload: Upload) -> UploadOut:
        """Write an upload as JSON."""
        return UploadOut(
            id=upload.id,
            size=upload.size,
            offset=self._offset(upload),
            sha256=upload.sha256,
            metadata=dict(upload.metadata),
            created=wire_time(upload.created),
            expires=wire_time(upload.expires),
        )

    async def create(self, request: Request, call: Call) -> Response:
        """Make an upload, with its first bytes if they came along."""
        require_tus(request)
        upload = await call(lambda tx, caller: self._begun(tx, caller, request))
        if media_type(request) == PIECE or not upload.size:
            upload = await self._piece(upload, request, call, 0)
        headers = {"Location": f"{request.url.path.rstrip('/')}/{upload.id}", **progress(upload, self._offset(upload))}
        return Response(status_code=HTTPStatus.CREATED, headers=headers)

    def _begun(self, tx: Tx, caller: Caller, request: Request) -> Upload:
        """Reserve room once all headers are read, so that none is reserved for a request that will be refused."""
        size, metadata = announced_length(request), read_metadata(request.headers.get("upload-metadata", ""))
        read_checksum(request.headers.get("upload-checksum"))
        return self._uploads.create(tx, caller, size, metadata)

    async def head(self, upload_id: str, request: Request, call: Call) -> Response:
        """Tell how far an upload came; one whose last step was cut short by a crash is completed first."""
        require_tus(request)
        upload = await call(lambda tx, caller: self._uploads.show(tx, caller, upload_id))
        offset = await self.movers.run(lambda: self._offset(upload))
        if offset == upload.size and upload.sha256 is None:
            upload = await self._complete(upload, call)
        headers = {**progress(upload, offset), "Upload-Length": str(upload.size)}
        if upload.metadata:
            headers["Upload-Metadata"] = ",".join(f"{key} {b64(value)}" for key, value in upload.metadata.items())
        return Response(status_code=HTTPStatus.OK, headers=headers)

    async def append(self, upload_id: str, request: Request, call: Call, offset: int) -> Response:
        """Take the next bytes."""
        require_tus(request)
        if media_type(request) != PIECE:
            raise Refusal(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE, Invalid("this is no piece", next_step=f"send it as {PIECE}")
            )
        upload = await call(lambda tx, caller: self._uploads.show(tx, caller, upload_id))
        upload = await self._piece(upload, request, call, offset)
        came = await self.movers.run(lambda: self._offset(upload))
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=progress(upload, came))

    async def end(self, upload_id: str, request: Request, call: Call) -> Response:
        """Throw an upload away."""
        require_tus(request)
        await call(lambda tx, caller: self._uploads.end(tx, caller, upload_id))
        await self.movers.run(lambda: self._store.drop_grown(upload_id))
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=OUT)

    async def _piece(self, upload: Upload, request: Request, call: Call, offset: int) -> Upload:
        checksum = read_checksum(request.headers.get("upload-checksum"))
        if upload.sha256 is not None:
            return _nothing_more(upload, request, offset)
        piece = await self.movers.run(lambda: _Piece(self._grow(upload), upload, offset, checksum))
        try:
            piece.expect(request.headers.get("content-length", ""))
            await self.movers.take_in(request.stream(), piece.take)
            piece.check()
        finally:
            with anyio.CancelScope(shield=True):
                whole = await self.movers.run(piece.close)
                upload = await call.core.run(lambda tx: self._uploads.prolong(tx, upload))
        return await self._complete(upload, call) if whole else upload

    async def _complete(self, upload: Upload, call: Call) -> Upload:
        stored = await self.movers.run(lambda: self._settled(upload))
        done = await call.core.run(lambda tx: self._uploads.complete(tx, upload, stored))
        await self.movers.run(lambda: self._store.drop_grown(upload.id))
        return done

    def _settled(self, upload: Upload) -> Stored:
        try:
            stored = self._store.settle_grown(upload.id)
        except KeyError:
            if upload.size:
                raise
            self._store.grow(upload.id).close()  # no piece came of an empty upload, and it is whole nevertheless
            stored = self._store.settle_grown(upload.id)
        self._store.flush()
        return stored

    def _grow(self, upload: Upload) -> Growing:
        try:
            return self._store.grow(upload.id)
        except Busy:
            raise Conflict(
                "another request is sending to this upload",
                next_step="wait for it to end, then ask how far the upload came (HEAD)",
                reason="upload_busy",
            ) from None

    def _offset(self, upload: Upload) -> int:
        return upload.size if upload.sha256 is not None else self._store.grown(upload.id)


class _Piece:
    """One piece on its way into an upload; a piece that is refused leaves the upload as it was."""

    def __init__(self, growing: Growing, upload: Upload, offset: int, checksum: tuple[str, bytes] | None) -> None:
        self._growing = growing
        self._size = upload.size
        self._begin = growing.size
        self._hash = hashlib.new(checksum[0], usedforsecurity=False) if checksum else None
        self._wanted = checksum[1] if checksum else b""
        self._keeps = not checksum
        if offset != self._begin:
            growing.close()
            raise _wrong_offset(offset, self._begin)

    def expect(self, length: str) -> None:
        """Refuse a piece that says it is too long."""
        if length.isdigit() and self._begin + int(length) > self._size:
            raise self._too_long()

    def take(self, data: bytes) -> None:
        """Take the next bytes."""
        if self._growing.size + len(data) > self._size:
            self._keeps = False
            raise self._too_long()
        self._growing.write(data)
        if self._hash:
            self._hash.update(data)

    def check(self) -> None:
        """Refuse the piece when its bytes are not those that were announced."""
        if self._hash and self._hash.digest() != self._wanted:
            mismatch = Invalid(
                "the bytes that came do not have the checksum that was announced",
                next_step="send this piece again",
                reason="checksum_mismatch",
            )
            raise Refusal(CHECKSUM_MISMATCH, mismatch)
        self._keeps = True

    def close(self) -> bool:
        """Keep what came or, of a refused piece, nothing; tell whether the upload is whole."""
        try:
            if not self._keeps:
                self._growing.cut(self._begin)
            return self._growing.size == self._size
        finally:
            self._growing.close()

    def _too_long(self) -> Refusal:
        return Refusal(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            TooLarge(
                f"the upload was announced with {self._size} bytes, {self._begin} came before, and this piece has more"
                " than the rest",
                next_step="send only the bytes behind Upload-Offset, or begin a new upload with the right length",
                reason="upload_too_long",
            ),
        )


async def _answering(work: Callable[[], Awaitable[Response]]) -> Response:
    try:
        return await work()
    except Refusal as refusal:
        return refused(refusal.status, refusal.error, SPOKEN)


def _nothing_more(upload: Upload, request: Request, offset: int) -> Upload:
    if offset != upload.size:
        raise _wrong_offset(offset, upload.size)
    if request.headers.get("content-length", "0") != "0":
        raise Conflict("this upload is complete", next_step="make a version of it", reason="upload_complete")
    return upload


def _wrong_offset(offset: int, came: int) -> Conflict:
    return Conflict(
        f"the piece begins at {offset}, but {came} bytes came so far",
        next_step="ask how far the upload came (HEAD) and go on from there",
        reason="upload_offset",
    )
