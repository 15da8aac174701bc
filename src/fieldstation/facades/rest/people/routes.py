"""All routes of people."""

from collections.abc import Mapping

from fastapi import APIRouter

from fieldstation.core.people.model import Kind
from fieldstation.core.people.service import People
from fieldstation.facades.rest.people import acting, groups, tokens, users, why


def router(people: People, finders: Mapping[Kind, why.Finder]) -> APIRouter:
    """Return the routes of users, groups, tokens and `why`; a kind without a finder is asked about by id only."""
    routes = APIRouter(tags=["people"])
    users.add_routes(routes, people)
    acting.add_routes(routes, people)
    tokens.add_routes(routes, people)
    groups.add_routes(routes, people)
    why.add_routes(routes, people, finders)
    return routes
