"""What the door says about itself, to anybody."""

from fastapi import APIRouter
from pydantic import BaseModel, Field


class VersionOut(BaseModel):
    """Which release answers."""

    version: str = Field(examples=["0.1.0"])


class ModeOut(BaseModel):
    """How strict the station is with what its users define."""

    mode: str = Field(examples=["PRODUCTION"])


def router(release: str, mode: str) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["service"])

    @routes.get("/version", operation_id="get_version", summary="Which release answers")
    async def version() -> VersionOut:
        return VersionOut(version=release)

    @routes.get("/mode", operation_id="get_mode", summary="Whether definitions may be taken back")
    async def mode_of_station() -> ModeOut:
        return ModeOut(mode=mode)

    return routes
