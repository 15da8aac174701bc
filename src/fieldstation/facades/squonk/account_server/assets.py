"""Assets: named contents that jobs are given."""

import base64
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from fieldstation.core.accounting.model.assets import Asset, AssetChange, NewAsset, Scope
from fieldstation.core.accounting.service import Assets, Merchants
from fieldstation.core.accounting.service.merchants import ONLY
from fieldstation.core.people.model import Caller
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import Call, CallerCall
from fieldstation.facades.squonk.account_server.shapes import EVERYTHING, DoneOut, IdOut
from fieldstation.facades.squonk.application import refusals
from fieldstation.facades.squonk.forms import Received, receive
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Invalid

SCOPES = {scope.name: scope for scope in Scope}
_FILE = "content_file"
_TRUE, _FALSE = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})


class AssetOut(BaseModel):
    """An asset as the caller sees it; what is no UTF-8 is written in base64."""

    id: str
    name: str
    scope: str = Field(examples=sorted(SCOPES))
    scope_id: str | None = Field(default=None, description="a username or an id; absent for what is for everybody")
    creator: str
    secret: bool
    disabled: bool
    content: str | None = Field(default=None, description="absent of secret ones, and of long ones in a list")
    created: str
    content_modified: str | None = None
    description: str | None = None
    merchants: list[int] = Field(description="to whom it is attached")


class AssetsOut(BaseModel):
    """Assets that the caller sees."""

    count: int
    assets: list[AssetOut]


def router(assets: Assets, merchants: Merchants) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["asset"])
    _add_lists(routes, assets)
    _add_assets(routes, assets)
    _add_states(routes, assets, merchants)
    return routes


def _add_lists(routes: APIRouter, assets: Assets) -> None:
    @routes.get(
        "/asset",
        operation_id="get_assets",
        summary="The assets that you see, of one scope or of all",
        response_model_exclude_none=True,
        responses=refusals(),
    )
    async def list_all(
        call: CallerCall,
        user_id: Annotated[str | None, Query(description="username")] = None,
        product_id: Annotated[str | None, Query()] = None,
        unit_id: Annotated[str | None, Query()] = None,
        org_id: Annotated[str | None, Query()] = None,
    ) -> AssetsOut:
        asked = {
            Scope.USER: user_id,
            Scope.PRODUCT: product_id,
            Scope.UNIT: unit_id,
            Scope.ORGANISATION: org_id,
        }
        given = [(scope, scope_id) for scope, scope_id in asked.items() if scope_id]
        if len(given) > 1:
            raise Invalid("several scopes at once", next_step="ask for one of user_id, product_id, unit_id and org_id")
        filters = {"scope": given[0][0].value, "scope_id": given[0][1]} if given else {}
        found = (await call(lambda tx, caller: assets.list(tx, caller, EVERYTHING, filters))).items
        return AssetsOut(count=len(found), assets=[_asset_out(one) for one in found])


def _add_assets(routes: APIRouter, assets: Assets) -> None:
    @routes.post(
        "/asset",
        operation_id="create_asset",
        summary="Make an asset",
        status_code=201,
        openapi_extra=_form("name", "scope", "secret", "scope_id", "description", required=("name", "scope", "secret")),
        responses=refusals(404, 409, 413),
    )
    async def create(request: Request, call: CallerCall) -> IdOut:
        new = _new(await _received(request, call))
        return await call(lambda tx, caller: IdOut(id=assets.create(tx, caller, new).id))

    @routes.get(
        "/asset/{asset_id}",
        operation_id="get_asset",
        summary="One asset",
        response_model_exclude_none=True,
        responses=refusals(404),
    )
    async def show(asset_id: str, call: CallerCall) -> AssetOut:
        return await call(lambda tx, caller: _asset_out(assets.show(tx, caller, asset_id)))

    @routes.patch(
        "/asset/{asset_id}",
        operation_id="alter_asset",
        summary="Change what an asset holds and says",
        openapi_extra=_form("description"),
        responses=refusals(404, 413),
    )
    async def change(asset_id: str, request: Request, call: CallerCall) -> DoneOut:
        received = await _received(request, call)
        wanted = AssetChange(description=received.fields.get("description"), content=_content(received))
        await call(lambda tx, caller: assets.change(tx, caller, asset_id, wanted))
        return DoneOut()

    @routes.delete(
        "/asset/{asset_id}",
        operation_id="delete_asset",
        summary="Remove an asset that is not attached",
        status_code=204,
        responses=refusals(404),
    )
    async def remove(asset_id: str, call: CallerCall) -> None:
        await call(lambda tx, caller: assets.remove(tx, caller, asset_id))


def _add_states(routes: APIRouter, assets: Assets, merchants: Merchants) -> None:
    for verb, change in (("enable", AssetChange(enabled=True)), ("disable", AssetChange(enabled=False))):
        _add_switch(routes, assets, verb, change)
    for verb, change in (("attach", AssetChange(attached=True)), ("detach", AssetChange(attached=False))):
        _add_tie(routes, (assets, merchants), verb, change)


def _add_switch(routes: APIRouter, assets: Assets, verb: str, change: AssetChange) -> None:
    @routes.patch(
        f"/asset/{{asset_id}}/{verb}",
        operation_id=f"{verb}_asset",
        summary=f"{verb.capitalize()} an asset",
        status_code=204,
        responses=refusals(404),
    )
    async def switch(asset_id: str, call: CallerCall) -> None:
        await call(lambda tx, caller: assets.change(tx, caller, asset_id, change))


def _add_tie(routes: APIRouter, parts: tuple[Assets, Merchants], verb: str, change: AssetChange) -> None:
    assets, merchants = parts

    @routes.patch(
        f"/asset/{{asset_id}}/{verb}",
        operation_id=f"{verb}_asset",
        summary=f"{verb.capitalize()} an asset, so that the jobs of a merchant get it or no longer do",
        status_code=204,
        responses=refusals(404),
    )
    async def tie(asset_id: str, m_id: int, call: CallerCall) -> None:
        def work(tx: Tx, caller: Caller) -> None:
            merchants.show(tx, caller, m_id)
            assets.change(tx, caller, asset_id, change)

        await call(work)


async def _received(request: Request, call: Call) -> Received:
    """Read the form of somebody who is known."""
    await call(lambda _tx, _caller: None)
    return await receive(request, _FILE)


def _new(received: Received) -> NewAsset:
    fields, content = received.fields, _content(received)
    missing = [name for name in ("name", "scope", "secret") if not fields.get(name)]
    if missing:
        raise Invalid(f"the form lacks {', '.join(missing)}", next_step="send these fields too", reason="form")
    if fields["scope"] not in SCOPES:
        raise Invalid(f"{fields['scope']!r} is no scope", next_step=f"use one of: {', '.join(SCOPES)}")
    if content is None:
        raise Invalid("an asset without content", next_step="send content_string, or a file as content_file")
    return NewAsset(
        name=fields["name"],
        scope=SCOPES[fields["scope"]],
        content=content,
        scope_id=fields.get("scope_id") or None,
        description=fields.get("description") or None,
        secret=_flag(fields["secret"]),
    )


def _content(received: Received) -> bytes | None:
    text = received.fields.get("content_string")
    if text is not None and received.file is not None:
        raise Invalid("the content comes twice", next_step="send content_string or content_file, not both")
    return received.file if text is None else text.encode("utf-8", "surrogateescape")


def _flag(text: str) -> bool:
    if text.lower() not in _TRUE | _FALSE:
        raise Invalid(f"{text!r} is neither true nor false", next_step="send true or false as `secret`")
    return text.lower() in _TRUE


def _form(*fields: str, required: tuple[str, ...] = ()) -> dict[str, Any]:
    text, file = {"type": "string"}, {"type": "string", "format": "binary"}
    properties = dict.fromkeys((*fields, "content_string"), text) | {_FILE: file}
    schema = {"type": "object", "properties": properties, "required": list(required)}
    return {"requestBody": {"content": {"multipart/form-data": {"schema": schema}}, "required": True}}


def _asset_out(asset: Asset) -> AssetOut:
    changed = asset.content_changed_at
    return AssetOut(
        id=asset.id,
        name=asset.name,
        scope=asset.scope.name,
        scope_id=asset.scope_id or None,
        creator=asset.creator,
        secret=asset.secret,
        disabled=not asset.enabled,
        content=None if asset.content is None else _text(asset.content),
        created=wire_time(asset.created_at),
        content_modified=None if changed is None else wire_time(changed),
        description=asset.description,
        merchants=[ONLY] if asset.attached else [],
    )


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return base64.b64encode(content).decode()
