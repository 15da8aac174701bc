"""The routes that run again and compare."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from fieldstation.core.people.model import Caller
from fieldstation.core.runs.service.again import Again, Change, Compared
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.names import Text
from fieldstation.facades.rest.runs.keys import IdempotencyKey, key_for
from fieldstation.facades.rest.runs.shapes import RunOut, run_out
from fieldstation.facades.rest.runs.writing import Writing


class SideOut(BaseModel):
    """A file as one of the runs made it."""

    size: int
    sha256: str


class ComparedOut(BaseModel):
    """One file of either run."""

    path: str
    change: Change
    before: SideOut | None = None
    after: SideOut | None = None


class ComparisonOut(BaseModel):
    """The outputs of two runs beside each other."""

    identical: bool = Field(description="whether both ended alike and every byte is the same")
    before: RunOut
    after: RunOut
    files: Sequence[ComparedOut]


def add_again_routes(routes: APIRouter, again: Again, writing: Writing) -> None:
    """Add the routes to those of runs."""

    @routes.post(
        "/{run_id}/rerun",
        operation_id="rerun",
        summary="Run the same once more",
        status_code=201,
        response_model=RunOut,
        response_model_exclude_none=True,
        responses={
            **responses(402, 403, 404, 409),
            200: {"model": RunOut, "description": "The same key made this run before"},
        },
    )
    async def rerun(call: CallerCall, run_id: str, response: Response, key: IdempotencyKey = None) -> RunOut:
        """Submit the same tool revision, parameters and versions again; a result is never reused for it."""
        make = key_for(key, f"POST /api/v1/runs/{run_id}/rerun", {})

        def work(tx: Tx, caller: Caller) -> tuple[bool, RunOut]:
            answer = again.rerun(tx, caller, run_id, make(caller.user_id))
            return answer.repeated, writing.one(tx, caller, answer.run)

        repeated, run = await call(work)
        response.status_code = 200 if repeated else 201
        response.headers["Location"] = f"/api/v1/runs/{run.id}"
        return run

    @routes.get(
        "/{run_id}/comparison",
        operation_id="compare_runs",
        summary="Compare what two runs made, byte by byte",
        response_model=ComparisonOut,
        response_model_exclude_none=True,
        responses=responses(404, 409),
    )
    async def compare(
        call: CallerCall, run_id: str, other: Annotated[Text, Query(max_length=200, description="id of the other run")]
    ) -> ComparisonOut:
        """Compare the outputs of this run with those of another; both must have ended."""
        found = await call(lambda tx, caller: again.compare(tx, caller, run_id, other))
        return ComparisonOut(
            identical=found.identical,
            before=run_out(found.before),
            after=run_out(found.after),
            files=[_compared(file) for file in found.files],
        )


def _compared(file: Compared) -> ComparedOut:
    return ComparedOut(
        path=file.path,
        change=file.change,
        before=SideOut(size=file.before.size, sha256=file.before.sha256) if file.before else None,
        after=SideOut(size=file.after.size, sha256=file.after.sha256) if file.after else None,
    )
