"""What the door says about itself, to anybody."""

from fastapi import APIRouter
from pydantic import BaseModel, Field


class VersionOut(BaseModel):
    """Which release answers."""

    version: str = Field(examples=["0.1.0"])


def router(release: str) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["service"])

    @routes.get("/version", operation_id="get_version", summary="Which release answers")
    async def version() -> VersionOut:
        return VersionOut(version=release)

    return routes
