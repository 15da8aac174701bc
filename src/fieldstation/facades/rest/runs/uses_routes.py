"""The route of what took a version."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fieldstation.core.datasets.service import Datasets
from fieldstation.core.people.model import Caller
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.service.uses import Use, Uses
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.datasets.parts import Number
from fieldstation.kernel.clock import wire_time


class MadeOut(BaseModel):
    """The version that a run made."""

    dataset: str
    name: str
    number: int


class UseOut(BaseModel):
    """A run that took the version."""

    run: str = Field(description="id of the run")
    name: str | None = None
    state: State
    tool: str = Field(examples=["table-summary"])
    tool_version: str
    submitted_by: str
    created_at: str
    slots: list[str] = Field(description="the inputs that it was given as")
    made: MadeOut | None = Field(default=None, description="its result, where you may see that")


def uses_router(uses: Uses, datasets: Datasets) -> APIRouter:
    """Return the route of uses."""
    routes = APIRouter(tags=["datasets"])

    @routes.get(
        "/datasets/{reference}/versions/{number}/uses",
        operation_id="list_uses",
        summary="List the runs that took a version, newest first, and what they made of it",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def show(reference: str, number: Number, call: CallerCall, page: ById) -> PageOut[UseOut]:
        def work(tx: Tx, caller: Caller) -> PageOut[UseOut]:
            version = datasets.version(tx, caller, reference, number)
            return page_out(uses.page(tx, caller, version, page), lambda use: _use_out(use, version.id))

        return await call(work)

    return routes


def _use_out(use: Use, version_id: str) -> UseOut:
    run = use.run
    made = None
    if run.output and use.made is not None:
        made = MadeOut(dataset=run.output.dataset_id, name=use.made, number=run.output.number)
    return UseOut(
        run=run.id,
        name=run.name,
        state=run.state,
        tool=run.tool_name,
        tool_version=run.tool_version,
        submitted_by=run.username,
        created_at=wire_time(run.created_at),
        slots=sorted({taken.slot for taken in run.inputs if taken.version_id == version_id}),
        made=made,
    )
