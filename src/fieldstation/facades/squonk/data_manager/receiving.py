"""A file of a form on its way into a data set; fields may come before it or after it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import anyio
from fastapi import Request
from pydantic import BaseModel

from fieldstation.core.datasets.model import Arrival
from fieldstation.core.datasets.service import Arrivals, Uploads
from fieldstation.core.datasets.service.check import unkeepable
from fieldstation.core.people.model import Caller
from fieldstation.facades.kit.calls import Call
from fieldstation.facades.kit.forms import Form, Part, Taker
from fieldstation.facades.kit.moving import Movers
from fieldstation.facades.squonk.arguments import Arguments, note_form
from fieldstation.facades.squonk.redaction import HIDDEN
from fieldstation.kernel.errors import Invalid
from fieldstation.ports.storage import BlobStore, Sink, Stored

_NAME_LENGTH = 255
_TEXTS = ("dataset_type", "unit_id", "format_extra_variables", "skip_molecule_load", "as_filename", "dataset_id")
FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["dataset_file", "dataset_type", "unit_id"],
                    "properties": {
                        "dataset_file": {"type": "string", "format": "binary"},
                        **{name: {"type": "string"} for name in _TEXTS},
                    },
                }
            }
        },
    }
}


class MadeDatasetOut(BaseModel):
    """A version that was made, and the task that makes it ready."""

    dataset_id: str
    dataset_version: int
    task_id: str


class Receiving:
    """Takes files into the store, and has them become versions."""

    def __init__(self, arrivals: Arrivals, uploads: Uploads, store: BlobStore, movers: Movers) -> None:
        self._arrivals = arrivals
        self._uploads = uploads
        self._store = store
        self._movers = movers

    async def receive(self, request: Request, call: Call) -> MadeDatasetOut:
        """Take in the one file of a request, never whole in memory."""
        length = request.headers.get("content-length", "")
        if not (length.isascii() and length.isdigit() and len(length) < 19):  # what PostgreSQL counts in
            raise Invalid("the request does not say how long it is", next_step="send a Content-Length")
        async with self._room(call, int(length)) as (caller, upload):
            taker = _OneFile(self._store)
            try:
                form = Form(request.headers.get("content-type", ""), taker.open)
                await self._movers.take_in(request.stream(), form.feed)
                form.close()
                note_form(request.scope, {**form.fields, "dataset_file": HIDDEN})
                stored = await self._movers.run(taker.finish)
            finally:
                with anyio.CancelScope(shield=True):
                    await self._movers.run(taker.abort)
            arrival = _arrival(stored, taker.name, form.fields)
            made = await call.core.run(lambda tx: self._arrivals.received(tx, caller, arrival, [upload]))
        return MadeDatasetOut(
            dataset_id=made.version.dataset_id, dataset_version=made.version.number, task_id=made.task_id
        )

    @asynccontextmanager
    async def _room(self, call: Call, size: int) -> AsyncIterator[tuple[Caller, str]]:
        """Reserve room for so many bytes, which is given back whatever becomes of them; tells for whom, as what.

        The sender's token may expire while the bytes come.
        """
        caller, upload = await call(lambda tx, caller: (caller, self._uploads.expect(tx, caller, size)))
        try:
            yield caller, upload
        finally:
            with anyio.CancelScope(shield=True):
                await call.core.run(lambda tx: self._uploads.forget(tx, upload))


class _OneFile:
    """Takes the one file of a form; a part whose file has no name is none, and what it holds is left out."""

    def __init__(self, store: BlobStore) -> None:
        self._store = store
        self._sink: Sink | None = None
        self.name: str | None = None

    def open(self, part: Part) -> Taker:
        if not part.filename:
            return _Nothing()
        if part.field != "dataset_file" or self.name is not None:
            raise Invalid("the form must have one file, in the part `dataset_file`", next_step="send one per request")
        self.name = part.filename.replace("\\", "/").rpartition("/")[2]
        self._sink = self._store.sink()
        return self

    def write(self, data: bytes) -> None:
        if self._sink is not None:
            self._sink.write(data)

    def close(self) -> None:
        """Nothing is left to do: the form tells when it ends."""

    def finish(self) -> Stored:
        """Have the bytes be durable in the store; Invalid when none came."""
        if self._sink is None:
            raise Invalid("no file came", next_step="send it in a part called `dataset_file`", reason="no_files")
        stored, self._sink = self._sink.finish(), None
        self._store.flush()
        return stored

    def abort(self) -> None:
        """Throw away what was not finished."""
        if self._sink is not None:
            self._sink.abort()


class _Nothing:
    """Takes bytes that nobody wants."""

    def write(self, data: bytes) -> None:
        """Leave them out."""

    def close(self) -> None:
        """Nothing is left to do."""


def _arrival(stored: Stored, sent_as: str | None, fields: Mapping[str, str]) -> Arrival:
    texts = {name: fields[name] for name in _TEXTS if name in fields}
    if any(unkeepable(text) for text in texts.values()):
        raise Invalid("a field has a text that cannot be kept", next_step="leave out U+0000, and send UTF-8")
    given = Arguments(texts)
    name = given.text("as_filename") or sent_as or ""
    if len(name) > _NAME_LENGTH:
        raise Invalid(f"a file name of {len(name)} characters is too long", next_step=f"use up to {_NAME_LENGTH}")
    return Arrival(
        stored=stored,
        file_name=name,
        media_type=given.needed("dataset_type").strip().lower(),
        unit=given.needed("unit_id"),
        dataset_id=given.text("dataset_id"),
        source=sent_as or "",
        skip_load=given.flag("skip_molecule_load") or False,
        extra_variables=given.text("format_extra_variables"),
    )
