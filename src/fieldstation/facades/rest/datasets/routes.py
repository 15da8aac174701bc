"""All routes of data sets."""

from fastapi import APIRouter

from fieldstation.facades.rest.datasets import citation, files, storage, things, tree, versions
from fieldstation.facades.rest.datasets.parts import Parts


def router(parts: Parts) -> APIRouter:
    """Return the routes of data sets, their versions and files, and of the room that they take."""
    routes = APIRouter(tags=["datasets"])
    things.add_routes(routes, parts.datasets)
    things.add_sharing(routes, parts.datasets)
    things.add_trash(routes, parts.datasets, parts.trash)
    versions.add_routes(routes, parts)
    tree.add_routes(routes, parts)
    citation.add_routes(routes, parts)
    files.add_routes(routes, parts)
    storage.add_routes(routes, parts)
    return routes
