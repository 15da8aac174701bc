"""The token endpoint: from a form to tokens, or to an error of RFC 6749."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus

import anyio
import anyio.to_thread
from fastapi import Request
from fastapi.responses import JSONResponse, Response

from fieldstation.core.people.service import People
from fieldstation.core.people.service.passwords import verify_password
from fieldstation.core.people.service.sessions import Attempt, Opening, Refusal, SignedIn
from fieldstation.facades.issuer import answers
from fieldstation.facades.issuer.clients import Client
from fieldstation.facades.issuer.forms import BadForm, read_form
from fieldstation.facades.kit.calls import Core

SCOPES = ("openid", "profile", "email")
_DEFAULT_SCOPE = "profile email"
_VERIFIERS = 2  # passwords checked at once: each takes a processor for about 50 ms and 32 MiB
_WAIT_SECONDS = 5.0  # for one's turn
Form = Mapping[str, str]


class OAuthRefusal(Exception):
    """An error of RFC 6749, section 5.2, on its way out."""

    def __init__(self, error: str, description: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(description)
        self.response = answers.oauth_error(error, description, status)


class TokenEndpoint:
    """Gives tokens to the clients it knows, for the grants that each of them lists."""

    def __init__(self, people: People, issuer: str, clients: Sequence[Client]) -> None:
        self._people = people
        self._issuer = issuer
        self._clients = {client.id: client for client in clients}
        self._verifying: anyio.CapacityLimiter | None = None
        self._grants: Mapping[str, Callable[[Core, Form, Client], Awaitable[JSONResponse]]] = {
            "password": self._password,
            "refresh_token": self._refresh,
        }

    async def token(self, request: Request) -> Response:
        """Answer a request for tokens."""
        try:
            form = await _form(request)
            client = self._client(form)
            grant = _field(form, "grant_type")
            if grant not in self._grants:
                raise OAuthRefusal("unsupported_grant_type", "this issuer does not know that grant")
            if grant not in client.grants:
                raise OAuthRefusal("unauthorized_client", "this client may not use that grant")
            return await self._grants[grant](request.app.state.core, form, client)
        except OAuthRefusal as refusal:
            return refusal.response

    async def logout(self, request: Request) -> Response:
        """End the session of a refresh token."""
        try:
            form = await _form(request)
            client, refresh_token = self._client(form), _field(form, "refresh_token")
        except OAuthRefusal as refusal:
            return refusal.response
        core: Core = request.app.state.core
        await core.run(lambda tx: self._people.sessions.end(tx, refresh_token, client.id))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def _password(self, core: Core, form: Form, client: Client) -> JSONResponse:
        username, password = _field(form, "username"), _field(form, "password")
        opening = Opening(client=client.id, scope=_scope(form), issuer=self._issuer)
        attempt = await core.run(lambda tx: self._people.sessions.attempt(tx, username))
        verified = not attempt.too_many and await self._verify(attempt, password)
        return _answer(await core.run(lambda tx: self._people.sessions.finish(tx, attempt, opening, verified=verified)))

    async def _refresh(self, core: Core, form: Form, client: Client) -> JSONResponse:
        refresh_token = _field(form, "refresh_token")
        opening = Opening(client=client.id, scope=_scope(form), issuer=self._issuer)
        return _answer(await core.run(lambda tx: self._people.sessions.refresh(tx, refresh_token, opening)))

    async def _verify(self, attempt: Attempt, password: str) -> bool:
        if self._verifying is None:
            self._verifying = anyio.CapacityLimiter(_VERIFIERS)
        try:
            with anyio.fail_after(_WAIT_SECONDS):
                return await anyio.to_thread.run_sync(
                    verify_password, attempt.password_hash, password, limiter=self._verifying
                )
        except TimeoutError:
            busy = "too many people sign in at once; try again in a moment"
            raise OAuthRefusal("temporarily_unavailable", busy, HTTPStatus.SERVICE_UNAVAILABLE) from None

    def _client(self, form: Form) -> Client:
        client = self._clients.get(_field(form, "client_id"))
        if client is None:
            raise OAuthRefusal("invalid_client", "there is no client of this id", HTTPStatus.UNAUTHORIZED)
        return client


async def _form(request: Request) -> Form:
    try:
        return await read_form(request)
    except BadForm as fault:
        raise OAuthRefusal("invalid_request", str(fault)) from None


def _field(form: Form, name: str) -> str:
    if not form.get(name):
        raise OAuthRefusal("invalid_request", f"the field {name} is missing")
    return form[name]


def _scope(form: Form) -> str:
    asked = form.get("scope", _DEFAULT_SCOPE).split()
    return " ".join(scope for scope in SCOPES if scope in asked)


def _answer(outcome: SignedIn | Refusal) -> JSONResponse:
    return answers.refused(outcome) if isinstance(outcome, Refusal) else answers.tokens(outcome)
