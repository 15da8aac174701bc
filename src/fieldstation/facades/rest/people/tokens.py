"""Routes of service tokens."""

from http import HTTPStatus

from fastapi import APIRouter, Response

from fieldstation.core.people.service import People
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.people.shapes import IssuedTokenOut, TokenIn, TokenOut, issued_out, token_out


def add_routes(routes: APIRouter, people: People) -> None:
    """Add the routes that make, list and revoke the caller's tokens."""

    @routes.post(
        "/tokens",
        operation_id="create_token",
        summary="Make a service token for yourself",
        status_code=HTTPStatus.CREATED,
        response_model_exclude_none=True,
        responses=responses(403),
    )
    async def create(body: TokenIn, call: CallerCall, response: Response) -> IssuedTokenOut:
        response.headers["Cache-Control"] = "no-store"
        return await call(lambda tx, caller: issued_out(people.tokens.create(tx, caller, body.new())))

    @routes.get(
        "/tokens",
        operation_id="list_tokens",
        summary="List your tokens, newest first",
        response_model_exclude_none=True,
        responses=responses(403),
    )
    async def list_all(call: CallerCall, page: ById) -> PageOut[TokenOut]:
        return await call(lambda tx, caller: page_out(people.tokens.list(tx, caller, page), token_out))

    @routes.delete(
        "/tokens/{token_id}",
        operation_id="revoke_token",
        summary="Revoke a token at once",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404),
    )
    async def revoke(token_id: str, call: CallerCall) -> None:
        await call(lambda tx, caller: people.tokens.revoke(tx, caller, token_id))
