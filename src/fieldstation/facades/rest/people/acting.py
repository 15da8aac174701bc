"""Routes of whom operators act as, and of the calls that people made at the Data Manager's door."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from fieldstation.core.people.service import People
from fieldstation.core.people.service.api_log import PagedCall, Wanted
from fieldstation.facades.kit.calls import CallerCall, OwnCall
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.names import Moment, Text
from fieldstation.facades.rest.people.shapes import ActingIn, ActingOut, acting_out
from fieldstation.kernel.clock import wire_time


class CallOut(BaseModel):
    """A call to the Data Manager's door that was no GET; secrets and files are left out."""

    id: int
    at: str
    username: str = Field(description="whose call it was, as the station took it")
    acted_by: str | None = Field(default=None, description="the operator who acted as them")
    method: str = Field(examples=["POST"])
    path: str = Field(examples=["/project"])
    status: int = Field(description="how it was answered", examples=[201])
    duration_seconds: float
    query: dict[str, str]
    form: dict[str, str] = Field(description="the texts of the form; long ones are cut")


def add_routes(routes: APIRouter, people: People) -> None:
    """Add the routes."""
    _add_acting(routes, people)

    @routes.get(
        "/calls",
        operation_id="list_calls",
        summary="List your calls to the Data Manager's door that were no GET, newest first; for operators those of all",
        description="They are kept for 90 days, and written a moment after they ended.",
        response_model_exclude_none=True,
        responses=responses(403, 404),
    )
    async def calls(
        call: CallerCall,
        page: ById,
        user: Annotated[Text | None, Query(max_length=200, description="of this user, by name; for operators")] = None,
        everybody: Annotated[bool, Query(description="of all users; for operators")] = False,
        since: Annotated[Moment | None, Query(description="from then on")] = None,
        until: Annotated[Moment | None, Query(description="before then")] = None,
    ) -> PageOut[CallOut]:
        wanted = Wanted(user=user, everybody=everybody, since=since, until=until)
        return await call(lambda tx, caller: page_out(people.calls.page(tx, caller, page, wanted), _call_out))


def _add_acting(routes: APIRouter, people: People) -> None:
    @routes.get(
        "/acting",
        operation_id="show_acting",
        summary="Show who you are, whoever you act as",
        response_model_exclude_none=True,
        responses=responses(),
    )
    async def show(own: OwnCall) -> ActingOut:
        return await own(lambda tx, caller: acting_out(people.accounts.show(tx, caller)))

    @routes.patch(
        "/acting",
        operation_id="change_acting",
        summary="Take up what operators may at the Data Manager's door, or act as somebody there and in the console",
        response_model_exclude_none=True,
        responses=responses(403, 404),
    )
    async def change(body: ActingIn, own: OwnCall) -> ActingOut:
        return await own(lambda tx, caller: acting_out(people.accounts.change(tx, caller, body.change())))


def _call_out(one: PagedCall) -> CallOut:
    call = one.call
    return CallOut(
        id=one.id,
        at=wire_time(call.began),
        username=one.username,
        acted_by=call.impersonator,
        method=call.method,
        path=call.path,
        status=call.status_code,
        duration_seconds=call.duration_ns / 1e9,
        query=dict(call.params),
        form=dict(call.body),
    )
