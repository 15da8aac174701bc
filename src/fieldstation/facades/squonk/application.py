"""What both doors are: an application beside ours, whose errors have one field."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from fieldstation.facades.kit.problems import STATUS
from fieldstation.facades.kit.requests import SCOPE_KEY, route_of
from fieldstation.facades.squonk import operations_page
from fieldstation.kernel import errors
from fieldstation.kernel.logs import logger, request_id

log = logger(__name__)

# Where the doors promise another status than ours: first by reason, then by kind.
_BY_REASON: Mapping[str, HTTPStatus] = {
    "last_owner": HTTPStatus.BAD_REQUEST,
    "last_editor": HTTPStatus.BAD_REQUEST,
    "in_use": HTTPStatus.BAD_REQUEST,
    "managed": HTTPStatus.METHOD_NOT_ALLOWED,
    "media_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "conversion": HTTPStatus.UNPROCESSABLE_ENTITY,
}
_BY_KIND: Mapping[type[errors.FieldstationError], HTTPStatus] = {
    errors.Invalid: HTTPStatus.BAD_REQUEST,
    errors.OutOfCoins: HTTPStatus.FORBIDDEN,
}


class ErrorOut(BaseModel):
    """What went wrong, and what to do next."""

    error: str = Field(examples=["there is no project with this id, or you may not see it"])


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document the error statuses of a route; 401 and 403 belong to every route that knows its caller."""
    return {
        status: {"model": ErrorOut, "description": HTTPStatus(status).phrase}
        for status in sorted({400, 401, 403, *statuses})
    }


def application(title: str, version: str, description: str) -> FastAPI:
    """Return an application whose document is at `openapi.json` below its address, and at `api` for people to try."""
    app = FastAPI(
        title=title,
        version=version,
        description=description,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    _install_errors(app)
    app.include_router(operations_page.router())
    return app


def status_of(error: errors.FieldstationError) -> HTTPStatus:
    """Return the status that these doors promise for one of our errors."""
    if error.reason in _BY_REASON:
        return _BY_REASON[error.reason]
    table = {**STATUS, **_BY_KIND}
    return next(table[kind] for kind in type(error).__mro__ if kind in table)


def refusal(error: errors.FieldstationError) -> Response:
    """Translate one of our errors; who is not known gets no body."""
    status = status_of(error)
    if status is HTTPStatus.UNAUTHORIZED:
        return Response(status_code=status, headers={"WWW-Authenticate": 'Bearer realm="fieldstation"'})
    headers = {} if error.retry_after_seconds is None else {"Retry-After": str(error.retry_after_seconds)}
    faults = "".join(f"; {problem.where}: {problem.text}" for problem in error.problems)
    return _respond(status, f"{error.text}{faults} ({error.next_step})", headers)


def _install_errors(app: FastAPI) -> None:
    @app.exception_handler(errors.FieldstationError)
    async def ours(request: Request, error: errors.FieldstationError) -> Response:
        if error.fault is errors.Fault.OURS:
            log.error("request failed", reason=error.reason, route=_route(request), exc_info=error)
        return refusal(error)

    @app.exception_handler(RequestValidationError)
    async def malformed(_request: Request, error: RequestValidationError) -> Response:
        faults = "; ".join(f"{fault['loc'][-1]}: {fault['msg']}" for fault in error.errors())
        return _respond(HTTPStatus.BAD_REQUEST, f"the request does not have the documented form: {faults}")

    @app.exception_handler(HTTPException)
    async def framework(_request: Request, error: HTTPException) -> Response:
        return _respond(HTTPStatus(error.status_code), str(error.detail), error.headers)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        request_id.set(request.scope.get(SCOPE_KEY, ""))  # this runs outside of what gave the request its id
        log.error("unexpected error in a request", route=_route(request), exc_info=error)
        text = f"the station met an error that it did not expect; tell its operator this id: {request_id.get()}"
        return _respond(HTTPStatus.INTERNAL_SERVER_ERROR, text)


def _route(request: Request) -> str:
    return f"{request.method} {route_of(request.scope)}"


class _ErrorResponse(JSONResponse):
    """An error that can be sent whatever the request held: halves of surrogate pairs go out as they came, escaped."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content).encode()


def _respond(status: HTTPStatus, text: str, headers: Mapping[str, str] | None = None) -> Response:
    return _ErrorResponse({"error": text}, status_code=status, headers=dict(headers or {}))
