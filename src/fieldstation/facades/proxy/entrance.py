"""`/apps/RUN/…` of the station: sends who may go in to the application's own origin, with a ticket."""

from http import HTTPStatus
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from fieldstation.core.apps.service import Ways
from fieldstation.facades.kit.calls import call_from
from fieldstation.facades.kit.plain import notice
from fieldstation.facades.kit.problems import problem_response
from fieldstation.facades.proxy.headers import TICKET
from fieldstation.kernel.errors import FieldstationError, Unauthenticated, Unavailable

_AGAIN_SECONDS = "2"


def router(ways: Ways, apps_url: str) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    home = apps_url.rstrip("/")

    async def enter(request: Request, run_id: str, path: str = "") -> Response:  # noqa: ARG001
        try:
            call = await call_from(request)
            ticket = await call(lambda tx, caller: ways.ticket(tx, caller, run_id))
        except FieldstationError as error:
            return _refused(request, error)
        query = request.url.query
        raw = _raw(request, run_id)
        address = f"{home}{raw}?{query}{'&' if query else ''}{TICKET}={ticket}"
        headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER, headers=headers)

    routes.add_api_route("/apps/{run_id}", enter, methods=["GET"], response_model=None)
    routes.add_api_route("/apps/{run_id}/{path:path}", enter, methods=["GET"], response_model=None)
    return routes


def _raw(request: Request, run_id: str) -> str:
    """Return the path as a browser writes it, with a slash behind the run."""
    raw = quote(request.scope["path"], safe="/:@!$&'()*+,;=~")
    return f"{raw}/" if raw == f"/apps/{run_id}" else raw


def _refused(request: Request, error: FieldstationError) -> Response:
    """Answer a program with a problem, and a person with a page that says what to do."""
    answer = problem_response(error)
    if "text/html" not in request.headers.get("accept", ""):
        return answer
    if isinstance(error, Unauthenticated):
        to = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/session/login?to={quote(to, safe='')}", status_code=HTTPStatus.SEE_OTHER)
    starting = isinstance(error, Unavailable) and error.reason == "starting"
    title = "It is starting" if starting else "This application cannot be opened"
    shown = notice(title, f"{error.text}: {error.next_step}", HTTPStatus(answer.status_code), ("/", "To the station"))
    if starting:
        shown.headers["Refresh"] = _AGAIN_SECONDS
    return shown
