"""The token endpoint: from a form to tokens, or to an error of RFC 6749."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from fieldstation.core.people.service import People
from fieldstation.core.people.service.codes import Redemption
from fieldstation.core.people.service.devices import DeviceRefusal
from fieldstation.core.people.service.sessions import Opening, Refusal, SignedIn
from fieldstation.facades.issuer import answers
from fieldstation.facades.issuer.clients import CODE, DEVICE, Client
from fieldstation.facades.issuer.forms import BadForm, read_form
from fieldstation.facades.issuer.outside import OutsideDoor
from fieldstation.facades.issuer.passwords import Crowded, Passwords
from fieldstation.facades.kit.browser import comes_from_here
from fieldstation.facades.kit.calls import Core

PASSWORD = "password"  # noqa: S105  the name of a grant
BREAK_GLASS = "admin"  # who may come by password, from the station's own machine, where an outside issuer is set
SCOPES = ("openid", "profile", "email")
_DEFAULT_SCOPE = "profile email"
Form = Mapping[str, str]
_WAITING: Mapping[DeviceRefusal, str] = {
    DeviceRefusal.PENDING: "nobody has let this device in yet",
    DeviceRefusal.SLOW_DOWN: "ask less often",
    DeviceRefusal.DENIED: "this device was kept out",
    DeviceRefusal.OVER: "this device code is unknown, was used, or is over",
}


class OAuthRefusal(Exception):
    """An error of RFC 6749, section 5.2, on its way out."""

    def __init__(self, error: str, description: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(description)
        self.response = answers.oauth_error(error, description, status)


class TokenEndpoint:
    """Gives tokens to the clients it knows, for the grants that each of them lists."""

    def __init__(
        self,
        people: People,
        issuer: str,
        clients: Sequence[Client],
        passwords: Passwords,
        outside: OutsideDoor | None = None,
    ) -> None:
        self._people = people
        self._issuer = issuer
        self._clients = {client.id: client for client in clients}
        self._passwords = passwords
        self._outside = outside
        self._grants: Mapping[str, Callable[[Core, Form, Client], Awaitable[JSONResponse]]] = {
            PASSWORD: self._password,
            "refresh_token": self._refresh,
            CODE: self._code,
            DEVICE: self._device,
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
            if grant == PASSWORD:
                self._require_here(request, form)
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
        opening = Opening(client=client.id, scope=scope_of(form), issuer=self._issuer)
        try:
            tried = await self._passwords.check(core, username, password)
        except Crowded as busy:
            raise OAuthRefusal("temporarily_unavailable", str(busy), HTTPStatus.SERVICE_UNAVAILABLE) from None
        finish = self._people.sessions.finish
        return _answer(await core.run(lambda tx: finish(tx, tried.attempt, opening, verified=tried.verified)))

    async def _refresh(self, core: Core, form: Form, client: Client) -> JSONResponse:
        refresh_token = _field(form, "refresh_token")
        opening = Opening(client=client.id, scope=scope_of(form), issuer=self._issuer)
        return _answer(await core.run(lambda tx: self._people.sessions.refresh(tx, refresh_token, opening)))

    async def _code(self, core: Core, form: Form, client: Client) -> JSONResponse:
        brought = Redemption(
            code=_field(form, "code"),
            verifier=_field(form, "code_verifier"),
            client=client.id,
            redirect_uri=_field(form, "redirect_uri"),
        )
        return _answer(await core.run(lambda tx: self._people.codes.exchange(tx, brought, self._issuer)))

    async def _device(self, core: Core, form: Form, client: Client) -> JSONResponse:
        device_code = _field(form, "device_code")
        opening = Opening(client=client.id, scope="", issuer=self._issuer)
        outcome = await core.run(lambda tx: self._people.devices.poll(tx, device_code, opening))
        if isinstance(outcome, DeviceRefusal):
            raise OAuthRefusal(outcome.value, _WAITING[outcome])
        return answers.tokens(outcome)

    async def device(self, request: Request) -> Response:
        """Begin a device grant (RFC 8628, section 3.1)."""
        try:
            form = await _form(request)
            client = self._client(form)
            if DEVICE not in client.grants:
                raise OAuthRefusal("unauthorized_client", "this client may not use that grant")
        except OAuthRefusal as refusal:
            return refusal.response
        core: Core = request.app.state.core
        grant = await core.run(lambda tx: self._people.devices.begin(tx, client.id, scope_of(form)))
        return answers.device(grant, f"{self._issuer}/device")

    def _require_here(self, request: Request, form: Form) -> None:
        """Let passwords through where they are the way in; beside an outside issuer only one, from here."""
        if self._outside is None or (form.get("username") == BREAK_GLASS and comes_from_here(request)):
            return
        raise OAuthRefusal(
            "unauthorized_client",
            f"people of this station sign in at {self._outside.name}, by browser (fieldstation login --browser);"
            f" with a password only {BREAK_GLASS} does, on the station's own machine",
        )

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


def scope_of(form: Form) -> str:
    """Return what of the asked scope there is."""
    asked = form.get("scope", _DEFAULT_SCOPE).split()
    return " ".join(scope for scope in SCOPES if scope in asked)


def _answer(outcome: SignedIn | Refusal) -> JSONResponse:
    return answers.refused(outcome) if isinstance(outcome, Refusal) else answers.tokens(outcome)
