"""All routes of data sets."""

from fastapi import APIRouter

from fieldstation.facades.rest.datasets import files, things, versions
from fieldstation.facades.rest.datasets.parts import Parts


def router(parts: Parts) -> APIRouter:
    """Return the routes of data sets, their versions and files."""
    routes = APIRouter(tags=["datasets"])
    things.add_routes(routes, parts.datasets)
    versions.add_routes(routes, parts)
    files.add_routes(routes, parts)
    return routes
