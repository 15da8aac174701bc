"""The routes that find runs, and count them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from fieldstation.core.people.model import Caller
from fieldstation.core.runs.model.find import Group, RunFilter
from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.service.show import Runs
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.pages import ById, PageOut
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.names import Moment, Text
from fieldstation.facades.rest.runs.shapes import ReasonOut, RunOut, reason_out
from fieldstation.facades.rest.runs.writing import Writing


class RunGroupOut(BaseModel):
    """How many runs are in a state for a reason."""

    state: State
    reason: ReasonOut | None = None
    count: int
    more: bool = Field(description="there are more than `count`: only the newest were counted")


class RunGroupsOut(BaseModel):
    """All groups, the largest first."""

    items: Sequence[RunGroupOut]


def _about(
    state: Annotated[State | None, Query(description="only runs in this state")] = None,
    reason: Annotated[Reason | None, Query(description="only runs that wait or failed for this reason")] = None,
    tool: Annotated[Text | None, Query(max_length=200, description="only runs of this tool, by name")] = None,
    project: Annotated[Text | None, Query(max_length=200, description="only runs of this project, by id")] = None,
    submitted_by: Annotated[Text | None, Query(max_length=200, description="only runs of this user, by name")] = None,
) -> RunFilter:
    return RunFilter(state=state, reason=reason, tool=tool, project=project, submitted_by=submitted_by)


def _wanted(
    about: Annotated[RunFilter, Depends(_about)],
    since: Annotated[Moment | None, Query(description="only runs submitted then or later")] = None,
    until: Annotated[Moment | None, Query(description="only runs submitted before then")] = None,
) -> RunFilter:
    return replace(about, since=since, until=until)


Wanted = Annotated[RunFilter, Depends(_wanted)]


def add_find_routes(routes: APIRouter, runs: Runs, writing: Writing) -> None:
    """Add the routes to those of runs, before those of one run."""

    @routes.get(
        "",
        operation_id="list_runs",
        summary="List runs, newest first",
        response_model=PageOut[RunOut],
        response_model_exclude_none=True,
        responses=responses(),
    )
    async def list_runs(call: CallerCall, page: ById, wanted: Wanted) -> PageOut[RunOut]:
        """List the runs of all projects that you may see."""

        def work(tx: Tx, caller: Caller) -> PageOut[RunOut]:
            found = runs.page(tx, caller, page, wanted)
            return PageOut(items=writing.several(tx, caller, found.items), next=found.next)

        return await call(work)

    @routes.get(
        "/counts",
        operation_id="count_runs",
        summary="Count runs by state and reason",
        response_model=RunGroupsOut,
        response_model_exclude_none=True,
        responses=responses(),
    )
    async def count(call: CallerCall, wanted: Wanted) -> RunGroupsOut:
        """Count all runs that the same filters would list, grouped by state and reason.

        Of very many runs the newest are counted, and `more` says so: 10,000 in all, of each state where an operator
        filters by state and reason alone.
        """
        found = await call(lambda tx, caller: runs.groups(tx, caller, wanted))
        return RunGroupsOut(items=[_group(group) for group in found])


def _group(group: Group) -> RunGroupOut:
    return RunGroupOut(state=group.state, reason=reason_out(group.reason), count=group.count, more=group.more)
