"""The route of a version's files as a tree, one folder at a time."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from fieldstation.core.datasets.model import FileEntry, Folder, media_type_of
from fieldstation.core.people.model import Caller
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.datasets.parts import Number, Parts
from fieldstation.facades.rest.names import Text


class TreeEntryOut(BaseModel):
    """A file, or a folder with what is below it."""

    path: str = Field(description="of a folder it ends with `/`", examples=["2021/"])
    kind: Literal["file", "folder"]
    size: int = Field(description="bytes; of a folder those of all files below it")
    files: int | None = Field(default=None, description="of a folder: how many files are below it")
    more: bool | None = Field(default=None, description="of a folder: more files are below it than were counted")
    sha256: str | None = None
    media_type: str | None = None


def add_routes(routes: APIRouter, parts: Parts) -> None:
    """Add the route of folders."""

    @routes.get(
        "/datasets/{reference}/versions/{number}/tree",
        operation_id="list_folder",
        summary="List what lies in a folder of a version: folders with their counts, and files",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def tree(
        reference: str,
        number: Number,
        call: CallerCall,
        page: ById,
        folder: Annotated[Text, Query(max_length=1024, description="such as `2021/may`; empty for the top")] = "",
    ) -> PageOut[TreeEntryOut]:
        def work(tx: Tx, caller: Caller) -> PageOut[TreeEntryOut]:
            version = parts.datasets.version(tx, caller, reference, number)
            return page_out(parts.folders.list(tx, caller, version, folder, page), _entry_out)

        return await call(work)


def _entry_out(entry: FileEntry | Folder) -> TreeEntryOut:
    if isinstance(entry, Folder):
        return TreeEntryOut(
            path=entry.path, kind="folder", size=entry.size, files=entry.files, more=True if entry.more else None
        )
    return TreeEntryOut(
        path=entry.path, kind="file", size=entry.size, sha256=entry.sha256, media_type=media_type_of(entry)
    )
