"""The issuer's addresses under `/auth/realms/fieldstation`."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from fieldstation.core.people.service import People
from fieldstation.facades.issuer import answers
from fieldstation.facades.issuer.authorize import AuthorizationEndpoint
from fieldstation.facades.issuer.clients import FIELDSTATION, Client
from fieldstation.facades.issuer.device import DevicePage
from fieldstation.facades.issuer.outside import ENDPOINT, OutsideDoor
from fieldstation.facades.issuer.passwords import Passwords
from fieldstation.facades.issuer.token import SCOPES, TokenEndpoint
from fieldstation.facades.kit.calls import CallerCall, Core
from fieldstation.kernel.errors import Unauthenticated

REALM = "fieldstation"
REALM_PATH = f"/auth/realms/{REALM}"
_PROTOCOL = f"{REALM_PATH}/protocol/openid-connect"


def router(
    people: People, public_url: str, more: Sequence[Client] = (), outside: OutsideDoor | None = None
) -> APIRouter:
    """Serve sign-in; `public_url` is the station's address as users see it, and stands in every token as `iss`.

    It never comes from a request. The command line and `more` may ask for tokens. Where there is an `outside` issuer,
    people sign in there. The forms are those
    of the standards, so they are not in `/openapi.json`.
    """
    clients = (FIELDSTATION, *more)
    issuer = public_url.rstrip("/") + REALM_PATH
    passwords = Passwords(people)
    endpoint = TokenEndpoint(people, issuer, clients, passwords, outside)
    authorization = AuthorizationEndpoint(people, issuer, clients, passwords, outside)
    device = DevicePage(people, clients)
    grants = frozenset[str]().union(*(client.grants for client in clients))
    routes = APIRouter(include_in_schema=False)

    @routes.get(REALM_PATH)
    async def realm(request: Request) -> dict[str, Any]:
        keys = await _core(request).run(people.keys.public)
        current = next(key for key in keys if key.state == "current")
        return answers.realm(REALM, issuer, current)

    @routes.get(f"{REALM_PATH}/.well-known/openid-configuration")
    async def discovery() -> dict[str, Any]:
        return answers.discovery(issuer, grants, SCOPES)

    @routes.get(f"{_PROTOCOL}/certs")
    async def certs(request: Request) -> dict[str, Any]:
        return answers.key_set(await _core(request).run(people.keys.public))

    @routes.api_route(f"{_PROTOCOL}/userinfo", methods=["GET", "POST"])
    async def userinfo(call: CallerCall) -> JSONResponse:
        try:
            return answers.answer(answers.userinfo(await call(people.users.me)))
        except Unauthenticated as error:
            return answers.invalid_token(error.text)

    routes.add_api_route(f"{_PROTOCOL}/token", endpoint.token, methods=["POST"], response_model=None)
    routes.add_api_route(
        f"{_PROTOCOL}/logout", endpoint.logout, methods=["POST"], response_model=None, status_code=HTTPStatus.NO_CONTENT
    )
    auth, page = f"{_PROTOCOL}/auth", f"{REALM_PATH}/device"
    routes.add_api_route(auth, authorization.ask, methods=["GET"], response_model=None)
    routes.add_api_route(auth, authorization.answer, methods=["POST"], response_model=None)
    routes.add_api_route(f"{auth}/device", endpoint.device, methods=["POST"], response_model=None)
    routes.add_api_route(page, device.show, methods=["GET"], response_model=None)
    routes.add_api_route(page, device.decide, methods=["POST"], response_model=None)
    if outside is not None:
        routes.add_api_route(f"{REALM_PATH}/{ENDPOINT}", outside.back, methods=["GET"], response_model=None)
    return routes


def _core(request: Request) -> Core:
    core: Core = request.app.state.core
    return core
