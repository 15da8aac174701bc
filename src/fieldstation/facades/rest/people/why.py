"""The route that explains a decision."""

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Query

from fieldstation.core.people.model import Caller, Kind, Permission, kind_of
from fieldstation.core.people.service import People
from fieldstation.core.people.service.why import Question
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.names import Text
from fieldstation.facades.rest.people.shapes import DecisionOut, decision_out
from fieldstation.kernel.errors import Invalid

Finder = Callable[[Tx, Caller, str], str]  # from what the caller calls a thing to its id; says nothing about access


def add_routes(routes: APIRouter, people: People, finders: Mapping[Kind, Finder]) -> None:
    """Add the route; `finders` read names of things, by their kind."""

    @routes.get(
        "/why",
        operation_id="explain_access",
        summary="Explain why somebody may or may not do something",
        response_model_exclude_none=True,
        responses=responses(403, 404),
    )
    async def why(
        call: CallerCall,
        permission: Annotated[Permission, Query(description="such as `dataset:read`")],
        thing: Annotated[
            Text | None, Query(max_length=200, description="id or name; left out for `station:` permissions")
        ] = None,
        user: Annotated[Text | None, Query(max_length=64, description="username; left out: yourself")] = None,
    ) -> DecisionOut:
        def work(tx: Tx, caller: Caller) -> DecisionOut:
            kind = _kind(permission, thing)
            found = finders[kind](tx, caller, thing) if thing is not None and kind in finders else thing
            question = Question(permission=permission, thing=found, username=user)
            return decision_out(people.why.explain(tx, caller, question))

        return await call(work)


def _kind(permission: Permission, thing: str | None) -> Kind:
    kind = kind_of(permission)
    if (thing is None) != (kind is Kind.STATION):
        raise Invalid(
            f"{permission} is decided on a {kind}" if thing is None else f"{permission} is about no single thing",
            next_step="name the thing" if thing is None else "leave the thing out",
        )
    return kind
