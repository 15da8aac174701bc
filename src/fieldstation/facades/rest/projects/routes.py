"""All routes of projects."""

from fastapi import APIRouter

from fieldstation.core.projects.service import Lifecycles, Projects, Saves
from fieldstation.facades.kit.grounds import Grounds
from fieldstation.facades.rest.projects import files, things


def router(projects: Projects, lifecycles: Lifecycles, grounds: Grounds, saves: Saves) -> APIRouter:
    """Return the routes of projects."""
    routes = APIRouter(tags=["projects"])
    things.add_routes(routes, projects, lifecycles)
    files.add_routes(routes, grounds, saves)
    return routes
