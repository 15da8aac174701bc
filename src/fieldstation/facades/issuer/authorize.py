"""The authorization endpoint: a person signs in on our page, and a code goes to the program that asked (PKCE only)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from fieldstation.core.people.service import People
from fieldstation.core.people.service.codes import CodeRequest
from fieldstation.core.people.service.sessions import Refusal
from fieldstation.facades.issuer import pages
from fieldstation.facades.issuer.clients import CODE, Client
from fieldstation.facades.issuer.forms import BadForm, read_form
from fieldstation.facades.issuer.outside import OutsideDoor
from fieldstation.facades.issuer.passwords import Crowded, Passwords
from fieldstation.facades.issuer.token import scope_of
from fieldstation.facades.kit.browser import Browser
from fieldstation.facades.kit.calls import Core
from fieldstation.facades.kit.plain import notice
from fieldstation.kernel.errors import Forbidden, Unauthenticated

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_KEPT = (
    "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
    "prompt",
)  # fmt: skip
_LONGEST = 2000  # characters of one parameter
Parameters = Mapping[str, str]


class _Refused(Exception):
    """The request cannot be answered with a code; where the program is known, it is told."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """A request that may be answered."""

    client: Client
    request: CodeRequest
    state: str | None
    parameters: Parameters


class AuthorizationEndpoint:
    """Serves GET (ask, or answer at once who has a session here) and POST (name and password)."""

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

    async def ask(self, request: Request) -> Response:
        """Show the page, or send the code of who is signed in already."""
        try:
            asked = self._asked(dict(request.query_params))
        except _Refused as refused:
            return refused.response
        core: Core = request.app.state.core
        user = None if asked.parameters.get("prompt") == "login" else await signed_in(request, self._people)
        if user is not None:
            return await self._send(core, asked, user[0])
        if asked.parameters.get("prompt") == "none":
            return self._error(asked.request.redirect_uri, asked.state, "login_required", "nobody is signed in")
        if self._outside is not None:
            return await self._outside.begin(request)
        return _page(request, asked, None)

    async def answer(self, request: Request) -> Response:
        """Take name and password from our own page."""
        browser: Browser = request.app.state.browser
        if self._outside is not None:
            return notice(
                "Sign in elsewhere", f"People of this station sign in at {self._outside.name}.", HTTPStatus.FORBIDDEN
            )
        try:
            browser.require_own(request)
            form = await read_form(request)
            asked = self._asked(form)
        except Forbidden as error:
            return notice("This did not work", f"{error.text}.", HTTPStatus.FORBIDDEN)
        except BadForm as fault:
            return notice("This did not work", f"{fault}.", HTTPStatus.BAD_REQUEST)
        except _Refused as refused:
            return refused.response
        core: Core = request.app.state.core
        try:
            tried = await self._passwords.check(core, form.get("username", ""), form.get("password", ""))
        except Crowded as busy:
            return _page(request, asked, pages.Refused(text=f"{busy}", username=form.get("username", "")))
        accepted = await core.run(lambda tx: self._people.sessions.accept(tx, tried.attempt, verified=tried.verified))
        if isinstance(accepted, Refusal):
            return _page(request, asked, pages.Refused(text=accepted.value, username=form.get("username", "")))
        return await self._send(core, asked, accepted)

    async def _send(self, core: Core, asked: _Asked, user_id: str) -> Response:
        code = await core.run(lambda tx: self._people.codes.make(tx, user_id, asked.request))
        return self._back(asked.request.redirect_uri, asked.state, {"code": code})

    def _asked(self, given: Parameters) -> _Asked:
        parameters = {name: given[name] for name in _KEPT if given.get(name)}
        client = self._clients.get(parameters.get("client_id", ""))
        address = parameters.get("redirect_uri", "")
        if client is None or CODE not in client.grants or not client.may_return_to(address):
            text = "A program sent you here that this station does not know, or that wants the answer at an address of"
            raise _Refused(notice("This link does not work", f"{text} no program here.", HTTPStatus.BAD_REQUEST))
        state = parameters.get("state")
        if any(len(value) > _LONGEST for value in parameters.values()):
            raise _Refused(self._error(address, None, "invalid_request", "a parameter is too long"))
        if parameters.get("response_type") != "code":
            raise _Refused(self._error(address, state, "unsupported_response_type", "only code is known here"))
        challenge = parameters.get("code_challenge", "")
        if parameters.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge):
            raise _Refused(self._error(address, state, "invalid_request", "PKCE with S256 is needed"))
        wanted = CodeRequest(
            client=client.id,
            redirect_uri=address,
            challenge=challenge,
            scope=scope_of(parameters),
            nonce=parameters.get("nonce"),
        )
        return _Asked(client=client, request=wanted, state=state, parameters=parameters)

    def _error(self, address: str, state: str | None, error: str, description: str) -> Response:
        return self._back(address, state, {"error": error, "error_description": description})

    def _back(self, address: str, state: str | None, answer: Mapping[str, str]) -> Response:
        query = {**answer, **({"state": state} if state is not None else {}), "iss": self._issuer}
        joint = "&" if urlsplit(address).query else "?"
        return RedirectResponse(
            f"{address}{joint}{urlencode(query)}",
            status_code=HTTPStatus.SEE_OTHER,
            headers={"Cache-Control": "no-store"},
        )


async def signed_in(request: Request, people: People) -> tuple[str, str] | None:
    """Return id and name of who has a session in this browser."""
    browser: Browser = request.app.state.browser
    secret = request.cookies.get(browser.cookie)
    if not secret:
        return None
    core: Core = request.app.state.core
    try:
        caller = await core.run(lambda tx: people.authenticate_browser(tx, secret))
    except Unauthenticated:
        return None
    return caller.user_id, caller.username


def _page(request: Request, asked: _Asked, refused: pages.Refused | None) -> Response:
    parts = urlsplit(asked.request.redirect_uri)
    return pages.sign_in(
        request.url.path, asked.parameters, asked.client.name, refused, f"{parts.scheme}://{parts.netloc}"
    )
