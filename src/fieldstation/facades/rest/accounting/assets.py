"""Routes of assets."""

import base64
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, StringConstraints

from fieldstation.core.accounting.model.assets import (
    MAX_BYTES,
    MAX_DESCRIPTION,
    NAME,
    Asset,
    AssetChange,
    NewAsset,
    Scope,
)
from fieldstation.core.accounting.service import Assets
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.names import Text
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Invalid

AssetName = Annotated[str, StringConstraints(pattern=f"^{NAME}$")]
Description = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=MAX_DESCRIPTION)]
_CONTENT = f"text of at most {MAX_BYTES} bytes"
_BASE64 = "instead of `content`, what is no text, in base64"


class AssetIn(BaseModel):
    """An asset to be made, with either `content` or `content_base64`."""

    model_config = ConfigDict(extra="forbid")

    name: AssetName = Field(description="unique in its scope", examples=["solver-license"])
    scope: Scope
    scope_id: Text | None = Field(
        default=None, description="a username (yours if left out), or the id of a product, a unit or an organisation"
    )
    description: Description | None = None
    content: str | None = Field(default=None, description=_CONTENT)
    content_base64: Base64Bytes | None = Field(default=None, description=_BASE64)
    secret: bool = Field(default=False, description="whether only jobs are told its content")

    def new(self) -> NewAsset:
        """Return it as the core takes it."""
        content = _content(self.content, self.content_base64)
        if content is None:
            raise Invalid("an asset without content", next_step="give `content` or `content_base64`")
        return NewAsset(
            name=self.name,
            scope=self.scope,
            scope_id=self.scope_id,
            description=self.description,
            content=content,
            secret=self.secret,
        )


class AssetPatch(BaseModel):
    """What to change; fields left out stay as they are."""

    model_config = ConfigDict(extra="forbid")

    description: Description | None = None
    content: str | None = Field(default=None, description=_CONTENT)
    content_base64: Base64Bytes | None = Field(default=None, description=_BASE64)
    enabled: bool | None = Field(default=None, description="whether it can be used at all")
    attached: bool | None = Field(default=None, description="whether jobs of this station are given it")

    def change(self) -> AssetChange:
        """Return it as the core takes it."""
        return AssetChange(
            description=self.description,
            content=_content(self.content, self.content_base64),
            enabled=self.enabled,
            attached=self.attached,
        )


class AssetOut(BaseModel):
    """An asset: a named text or file that jobs are given while it is enabled and attached."""

    id: str = Field(examples=["asset-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11"])
    name: str = Field(examples=["solver-license"])
    scope: Scope
    scope_id: str | None = Field(default=None, description="absent for what is for everybody")
    creator: str = Field(description="username", examples=["ada"])
    description: str | None = None
    secret: bool
    enabled: bool
    attached: bool
    content: str | None = Field(default=None, description="absent of secret ones, and of long ones in a list")
    content_base64: str | None = Field(default=None, description=_BASE64)
    created: str
    content_changed: str | None = None


def router(assets: Assets) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["assets"])

    @routes.post(
        "/assets",
        operation_id="create_asset",
        summary="Make an asset",
        status_code=HTTPStatus.CREATED,
        response_model_exclude_none=True,
        responses=responses(403, 404, 409, 413),
    )
    async def create(body: AssetIn, call: CallerCall) -> AssetOut:
        new = body.new()
        return await call(lambda tx, caller: asset_out(assets.create(tx, caller, new)))

    @routes.get(
        "/assets",
        operation_id="list_assets",
        summary="List the assets you see, newest first",
        response_model_exclude_none=True,
        responses=responses(403),
    )
    async def list_all(
        call: CallerCall,
        page: ById,
        scope: Annotated[Scope | None, Query(description="only those of this scope")] = None,
        scope_id: Annotated[Text | None, Query(description="only those of this user or thing")] = None,
    ) -> PageOut[AssetOut]:
        given = {"scope": scope.value if scope else None, "scope_id": scope_id}
        filters = {name: value for name, value in given.items() if value is not None}
        return await call(lambda tx, caller: page_out(assets.list(tx, caller, page, filters), asset_out))

    _add_one(routes, assets)
    return routes


def _add_one(routes: APIRouter, assets: Assets) -> None:
    @routes.get(
        "/assets/{asset}",
        operation_id="show_asset",
        summary="Show an asset",
        response_model_exclude_none=True,
        responses=responses(403, 404),
    )
    async def show(asset: str, call: CallerCall) -> AssetOut:
        return await call(lambda tx, caller: asset_out(assets.show(tx, caller, asset)))

    @routes.patch(
        "/assets/{asset}",
        operation_id="change_asset",
        summary="Change an asset, enable it, attach it to this station's jobs",
        response_model_exclude_none=True,
        responses=responses(403, 404, 413),
    )
    async def change(asset: str, body: AssetPatch, call: CallerCall) -> AssetOut:
        wanted = body.change()
        return await call(lambda tx, caller: asset_out(assets.change(tx, caller, asset, wanted)))

    @routes.delete(
        "/assets/{asset}",
        operation_id="delete_asset",
        summary="Remove an asset that is not attached",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404, 409),
    )
    async def remove(asset: str, call: CallerCall) -> None:
        await call(lambda tx, caller: assets.remove(tx, caller, asset))


def asset_out(asset: Asset) -> AssetOut:
    """Write an asset."""
    text, encoded = _written(asset.content)
    changed = asset.content_changed_at
    return AssetOut(
        id=asset.id,
        name=asset.name,
        scope=asset.scope,
        scope_id=asset.scope_id or None,
        creator=asset.creator,
        description=asset.description,
        secret=asset.secret,
        enabled=asset.enabled,
        attached=asset.attached,
        content=text,
        content_base64=encoded,
        created=wire_time(asset.created_at),
        content_changed=None if changed is None else wire_time(changed),
    )


def _content(text: str | None, encoded: bytes | None) -> bytes | None:
    if text is not None and encoded is not None:
        raise Invalid("the content comes twice", next_step="give `content` or `content_base64`, not both")
    return encoded if text is None else text.encode()


def _written(content: bytes | None) -> tuple[str | None, str | None]:
    if content is None:
        return None, None
    try:
        return content.decode(), None
    except UnicodeDecodeError:
        return None, base64.b64encode(content).decode()
