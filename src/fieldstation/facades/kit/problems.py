"""The table from errors to HTTP, once for all doors of ours (RFC 9457)."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from fieldstation.facades.kit.methods import allowed_methods
from fieldstation.facades.kit.requests import SCOPE_KEY, route_of
from fieldstation.kernel import errors
from fieldstation.kernel.logs import logger, request_id

log = logger(__name__)
MEDIA_TYPE = "application/problem+json"

STATUS: Mapping[type[errors.FieldstationError], HTTPStatus] = {
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.OutOfCoins: HTTPStatus.PAYMENT_REQUIRED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.PreconditionFailed: HTTPStatus.PRECONDITION_FAILED,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.Broken: HTTPStatus.INTERNAL_SERVER_ERROR,
}


class FaultOut(BaseModel):
    """One fault in the request."""

    where: str = Field(description="JSON pointer into the request, or line and column", examples=["/parameters/count"])
    text: str = Field(examples=["must be a whole number, not text"])
    line: int | None = Field(default=None, description="in a text that was sent, counted from 1")
    column: int | None = Field(default=None, description="in that line, counted from 1")


class ProblemOut(BaseModel):
    """An error: what happened, whose fault it is, and what to do next (RFC 9457)."""

    type: str = Field(examples=["urn:fieldstation:problem:not_found"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["there is no data set with this id, or you may not see it"])
    instance: str = Field(default="", description="id of this request, as in the station's logs")
    reason: str = Field(examples=["not_found"])
    fault: errors.Fault = Field(examples=["yours"])
    next_step: str = Field(examples=["see what there is: fieldstation dataset list"])
    problems: list[FaultOut] = Field(default_factory=list)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document the error statuses of a route; 401, 422 and 503 belong to every route that knows its caller."""
    return {
        status: {"model": ProblemOut, "description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {}}}
        for status in sorted({401, 422, 503, *statuses})
    }


def problem_response(error: errors.FieldstationError) -> JSONResponse:
    """Translate one of our errors."""
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    headers = {}
    if error.retry_after_seconds is not None:
        headers["Retry-After"] = str(error.retry_after_seconds)
    if isinstance(error, errors.Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="fieldstation"'
    return _respond(
        status,
        detail=error.text,
        reason=error.reason,
        fault=error.fault,
        next_step=error.next_step,
        problems=[fault_out(problem) for problem in error.problems],
        headers=headers,
    )


def fault_out(problem: errors.Problem) -> FaultOut:
    """Write one fault."""
    return FaultOut(where=problem.where, text=problem.text, line=problem.line, column=problem.column)


def install_problems(app: FastAPI) -> None:
    """Have `app` answer every error, its own and the framework's, as a problem document."""

    @app.exception_handler(errors.FieldstationError)
    async def ours(request: Request, error: errors.FieldstationError) -> JSONResponse:
        if error.fault is errors.Fault.OURS:
            log.error("request failed", reason=error.reason, route=_route(request), exc_info=error)
        return problem_response(error)

    @app.exception_handler(RequestValidationError)
    async def malformed(_request: Request, error: RequestValidationError) -> JSONResponse:
        return _respond(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            detail="the request does not have the documented form",
            reason="invalid",
            fault=errors.Fault.YOURS,
            next_step="mend what `problems` names; /openapi.json documents every request",
            problems=[FaultOut(where=_pointer(fault["loc"]), text=str(fault["msg"])) for fault in error.errors()],
        )

    @app.exception_handler(HTTPException)
    async def framework(request: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        if status is HTTPStatus.BAD_REQUEST:  # its only one: a body that it cannot decode
            return problem_response(
                errors.Invalid("the body is not JSON in UTF-8", next_step="/openapi.json documents every request")
            )
        headers = dict(error.headers or {})
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = ", ".join(allowed_methods(app.routes, request.scope["path"]))
        return _respond(
            status,
            detail=str(error.detail),
            reason=status.name.lower(),
            fault=errors.Fault.YOURS,
            next_step="/openapi.json lists every address and method",
            headers=headers,
        )

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        request_id.set(request.scope.get(SCOPE_KEY, ""))  # this runs outside of what gave the request its id
        log.error("unexpected error in a request", route=_route(request), exc_info=error)
        return _respond(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            detail="the station met an error that it did not expect",
            reason="unexpected",
            fault=errors.Fault.OURS,
            next_step="tell the operator of this station the request id in `instance`",
        )


def _route(request: Request) -> str:
    return f"{request.method} {route_of(request.scope)}"


class _ProblemResponse(JSONResponse):
    """A problem that can be sent whatever the request held: halves of surrogate pairs go out as they came, escaped."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content).encode()


def _respond(status: HTTPStatus, *, headers: Mapping[str, str] | None = None, **fields: Any) -> JSONResponse:
    body = ProblemOut(
        type=f"urn:fieldstation:problem:{fields['reason']}",
        title=status.phrase,
        status=status.value,
        instance=request_id.get(),
        **fields,
    )
    return _ProblemResponse(
        body.model_dump(exclude_none=True),
        status_code=status,
        headers=dict(headers or {}),
        media_type=MEDIA_TYPE,
    )


def _pointer(location: tuple[int | str, ...]) -> str:
    return "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in location)
