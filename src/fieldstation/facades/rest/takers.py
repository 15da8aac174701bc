"""The route of the tools that take some data."""

from typing import Annotated

from fastapi import APIRouter, Query

from fieldstation.core.datasets.model import FileEntry, media_type_of
from fieldstation.core.datasets.service import Datasets
from fieldstation.core.datasets.service.use import DataUse
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.tools.service import Tools
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.datasets.parts import Number
from fieldstation.facades.rest.names import Text
from fieldstation.facades.rest.tools import ToolItemOut, item_out

_LOOKED_AT = 1_000  # files of a version whose media types are gone by


def router(datasets: Datasets, use: DataUse, tools: Tools) -> APIRouter:
    """Return the route of takers."""
    routes = APIRouter(tags=["tools"])

    @routes.get(
        "/datasets/{reference}/versions/{number}/tools",
        operation_id="list_takers",
        summary="List the tools with an input that takes files of this version, newest first",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def takers(
        reference: str,
        number: Number,
        call: CallerCall,
        page: ById,
        path: Annotated[
            Text | None, Query(max_length=1024, description="a file; by default the first thousand are looked at")
        ] = None,
    ) -> PageOut[ToolItemOut]:
        def work(tx: Tx, caller: Caller) -> PageOut[ToolItemOut]:
            found = datasets.resolve(
                tx, caller, f"{_id(tx, caller, datasets, reference)}@{number}", Permission.DATASET_COMPUTE
            )
            types = {media_type_of(file) for file in _files(tx, use, found.version_id, path)}
            return page_out(tools.takers(tx, caller, page, types), item_out)

        return await call(work)

    return routes


def _id(tx: Tx, caller: Caller, datasets: Datasets, reference: str) -> str:
    return datasets.show(tx, caller, reference).id


def _files(tx: Tx, use: DataUse, version_id: str, path: str | None) -> list[FileEntry]:
    if path is not None:
        return [use.file_of(tx, version_id, path)]
    return list(use.first_files(tx, version_id, _LOOKED_AT))
