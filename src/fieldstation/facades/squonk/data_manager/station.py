"""What the door says about itself, and who it answers to for what is consumed."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fieldstation.core.accounting.service import Merchants
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.squonk.application import refusals
from fieldstation.kernel.clock import wire_time

NAMESPACE = "fieldstation"  # the Account Server is a door of this same station


class VersionOut(BaseModel):
    """Which release answers."""

    version: str = Field(examples=["0.1.0"])


class ModeOut(BaseModel):
    """How strict the station is with what its users define."""

    mode: str = Field(examples=["PRODUCTION"])


class NamespaceOut(BaseModel):
    """Where the Account Server is."""

    namespace: str = Field(examples=[NAMESPACE])


class RegistrationOut(BaseModel):
    """Which merchant of the Account Server this is."""

    merchant_id: int = Field(examples=[1])
    name: str
    registered: str


def router(release: str, mode: str, merchants: Merchants) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["service"])

    @routes.get("/version", operation_id="get_version", summary="Which release answers")
    async def version() -> VersionOut:
        return VersionOut(version=release)

    @routes.get("/mode", operation_id="get_mode", summary="Whether definitions may be taken back")
    async def mode_of_station() -> ModeOut:
        return ModeOut(mode=mode)

    @routes.get(
        "/workflow-engine/version", operation_id="get_workflow_engine_version", summary="Which release runs workflows"
    )
    async def engine_version() -> VersionOut:
        return VersionOut(version=release)

    _add_account_server(routes, merchants)
    return routes


def _add_account_server(routes: APIRouter, merchants: Merchants) -> None:
    @routes.get(
        "/account-server/namespace",
        operation_id="get_account_server_namespace",
        summary="Where the Account Server is",
        responses=refusals(),
    )
    async def namespace(call: CallerCall) -> NamespaceOut:
        await call(merchants.show)
        return NamespaceOut(namespace=NAMESPACE)

    @routes.get(
        "/account-server/registration",
        operation_id="get_account_server_registration",
        summary="Which merchant of the Account Server this is",
        responses=refusals(),
    )
    async def registration(call: CallerCall) -> RegistrationOut:
        found = await call(merchants.show)
        return RegistrationOut(merchant_id=found.id, name=found.name, registered=wire_time(found.created_at))
