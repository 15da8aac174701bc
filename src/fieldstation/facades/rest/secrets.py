"""The station's own secrets over REST: kept and removed by operators, read by nobody but runs."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from fieldstation.core.tools.service import Secrets
from fieldstation.core.tools.service.secrets import MAX_BYTES, KeptSecret
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.kernel.clock import wire_time

Word = Annotated[str, Path(max_length=200, examples=["warehouse"])]


class SecretIn(BaseModel):
    """The value of a secret."""

    model_config = ConfigDict(extra="forbid")

    value: str = Field(min_length=1, max_length=MAX_BYTES)


class SecretOut(BaseModel):
    """A secret of the station, without its value."""

    name: str
    key: str
    kept: str
    kept_by: str


def router(secrets: Secrets) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["tools"])

    @routes.get(
        "/secrets",
        operation_id="list_secrets",
        summary="List the secrets that jobs may ask for, without their values; for operators",
        responses=responses(403),
    )
    async def listed(call: CallerCall, page: ById) -> PageOut[SecretOut]:
        return await call(lambda tx, caller: page_out(secrets.list(tx, caller, page), _out))

    @routes.put(
        "/secrets/{name}/{key}",
        operation_id="keep_secret",
        summary="Keep a value that jobs may ask for by this name and key; for operators",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403),
    )
    async def keep(name: Word, key: Word, body: SecretIn, call: CallerCall) -> None:
        await call(lambda tx, caller: secrets.put(tx, caller, (name, key), body.value.encode()))

    @routes.delete(
        "/secrets/{name}/{key}",
        operation_id="remove_secret",
        summary="Remove a secret; for operators",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404),
    )
    async def remove(name: Word, key: Word, call: CallerCall) -> None:
        await call(lambda tx, caller: secrets.remove(tx, caller, (name, key)))

    return routes


def _out(secret: KeptSecret) -> SecretOut:
    return SecretOut(name=secret.name, key=secret.key, kept=wire_time(secret.kept_at), kept_by=secret.kept_by)
