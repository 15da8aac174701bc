"""Who calls, and who provides."""

from urllib.parse import urlsplit

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fieldstation.core.accounting.service import Merchant, Merchants
from fieldstation.core.people.model import Caller
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.squonk.account_server.shapes import UserOut
from fieldstation.facades.squonk.application import refusals
from fieldstation.kernel.clock import wire_time

EVALUATOR_ROLE = "account-server-evaluator"
USER_ROLE, ADMIN_ROLE = "account-server-user", "account-server-admin"


class AccountOut(BaseModel):
    """Who calls, and what they may here."""

    user: UserOut
    caller_has_admin_privilege: bool
    account_server_roles: list[str] = Field(examples=[[USER_ROLE]])


class MerchantOut(BaseModel):
    """A provider of what products pay for."""

    id: int
    created: str
    kind: str = "DATA_MANAGER"
    name: str
    api_hostname: str


class MerchantsOut(BaseModel):
    """All providers."""

    count: int
    merchants: list[MerchantOut]


def router(merchants: Merchants) -> APIRouter:
    """Return the routes."""
    routes = APIRouter()

    @routes.get(
        "/user/account",
        tags=["user"],
        operation_id="get_user_account",
        summary="Who you are",
        responses=refusals(),
    )
    async def account(call: CallerCall) -> AccountOut:
        return await call(lambda _tx, caller: _account_out(caller))

    @routes.get(
        "/merchant",
        tags=["merchant"],
        operation_id="get_merchants",
        summary="Who provides what products pay for: this station",
        responses=refusals(),
    )
    async def list_all(call: CallerCall) -> MerchantsOut:
        found = await call(merchants.show)
        return MerchantsOut(count=1, merchants=[merchant_out(found)])

    @routes.get(
        "/merchant/{merchant_id}",
        tags=["merchant"],
        operation_id="get_merchant",
        summary="One provider",
        responses=refusals(404),
    )
    async def show(merchant_id: int, call: CallerCall) -> MerchantOut:
        return await call(lambda tx, caller: merchant_out(merchants.show(tx, caller, merchant_id)))

    return routes


def _roles(caller: Caller) -> list[str]:
    if caller.operator:
        return [USER_ROLE, ADMIN_ROLE]
    return [EVALUATOR_ROLE if caller.evaluator else USER_ROLE]


def _account_out(caller: Caller) -> AccountOut:
    return AccountOut(
        user=UserOut(id=caller.username),
        caller_has_admin_privilege=caller.operator,
        account_server_roles=_roles(caller),
    )


def merchant_out(merchant: Merchant) -> MerchantOut:
    """Write a merchant."""
    return MerchantOut(
        id=merchant.id,
        created=wire_time(merchant.created_at),
        name=merchant.name,
        api_hostname=urlsplit(merchant.address).netloc,
    )
