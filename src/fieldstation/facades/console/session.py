"""How a browser gets its session: by code and PKCE from the issuer, kept in a cookie that no script can read."""

import hmac
import secrets
from dataclasses import asdict, dataclass
from http import HTTPStatus
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from fieldstation.core.people.service import People
from fieldstation.core.people.service.codes import Redemption
from fieldstation.core.people.service.sessions import SESSION_SECONDS, Refusal
from fieldstation.db import Tx
from fieldstation.facades.kit.browser import Browser, is_here
from fieldstation.facades.kit.calls import Core
from fieldstation.facades.kit.plain import notice
from fieldstation.facades.kit.underway import Slot, Underway
from fieldstation.kernel.pkce import challenge_of
from fieldstation.kernel.sealing import Sealer

CLIENT_ID = "fieldstation-console"
CALLBACK_PATH = "/session/callback"
_SLOT = Slot(cookie="fst-sign-in", path="/session", purpose="console-sign-in")
_LONGEST_PATH = 2000


@dataclass(frozen=True, kw_only=True)
class _Pending:
    """A sign-in under way: what proves that this browser began it, and where it goes on to."""

    state: str
    verifier: str
    to: str


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """The station's address as users see it, and the authorization endpoint of its issuer."""

    public_url: str
    authorization: str


class SessionDoor:
    """Begins, finishes and ends sessions of browsers."""

    def __init__(self, people: People, sealer: Sealer, browser: Browser, addresses: Addresses) -> None:
        self._people = people
        self._underway = Underway(sealer, browser, _SLOT)
        self._browser = browser
        self._home = addresses.public_url.rstrip("/")
        self._callback = self._home + CALLBACK_PATH
        self._authorization = addresses.authorization

    async def login(self, request: Request) -> Response:
        """Send the browser to the issuer; it comes back to `to`, a path of this station."""
        to = local_path(request.query_params.get("to", "/"))
        asked = request.headers.get("host", "")
        if asked != self._browser.host:  # the session has to live where the callback goes
            if is_here(self._browser.host) and not is_here(asked):
                return self._unknown(asked)
            return _see(f"{self._home}/session/login?to={quote(to, safe='')}")
        pending = _Pending(state=secrets.token_urlsafe(24), verifier=secrets.token_urlsafe(48), to=to)
        query = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": self._callback,
            "scope": "openid profile",
            "state": pending.state,
            "code_challenge": challenge_of(pending.verifier),
            "code_challenge_method": "S256",
        }
        answer = _see(f"{self._authorization}?{urlencode(query)}")
        self._underway.keep(answer, asdict(pending))
        return answer

    async def callback(self, request: Request) -> Response:
        """Take the code back, open the session, and go on to where the person wanted to be."""
        pending = self._pending(request)
        code, state = request.query_params.get("code", ""), request.query_params.get("state", "")
        if pending is None or not hmac.compare_digest(state.encode(), pending.state.encode()):
            return _again("This browser did not begin that sign-in, or it took longer than ten minutes.", "/")
        if not code:
            return _again("The sign-in did not come to an end.", pending.to)
        brought = Redemption(code=code, verifier=pending.verifier, client=CLIENT_ID, redirect_uri=self._callback)
        core: Core = request.app.state.core
        redeemed = await core.run(lambda tx: self._people.codes.redeem(tx, brought))
        if isinstance(redeemed, Refusal):
            return _again(f"Sorry: {redeemed.value}.", pending.to)
        user_id, before = redeemed.user_id, request.cookies.get(self._browser.cookie, "")
        secret = await core.run(lambda tx: self._instead(tx, before, user_id))
        answer = _see(pending.to)
        self._browser.keep(answer, self._browser.cookie, secret, seconds=SESSION_SECONDS)
        self._underway.forget(answer)
        return answer

    async def logout(self, request: Request) -> Response:
        """End the session of this browser."""
        secret = self._browser.session(request)
        core: Core = request.app.state.core
        if secret is not None:
            await core.run(lambda tx: self._people.sessions.end_browser(tx, secret))
        answer = Response(status_code=HTTPStatus.NO_CONTENT)
        self._browser.forget(answer, self._browser.cookie)
        return answer

    def _unknown(self, asked: str) -> Response:
        text = (
            f"You came by {asked}, but this station knows itself only as {self._home}, which is another place for your"
            " browser. Ask its operator to set FIELDSTATION_PUBLIC_URL to the address that people use."
        )
        return notice("You cannot sign in here yet", text, HTTPStatus.MISDIRECTED_REQUEST)

    def _instead(self, tx: Tx, before: str, user_id: str) -> str:
        """Open a session in the place of the one that this browser has."""
        self._people.sessions.end_browser(tx, before)
        return self._people.sessions.open_browser(tx, user_id)

    def _pending(self, request: Request) -> _Pending | None:
        facts = self._underway.facts(request)
        return _Pending(**facts) if facts is not None and facts.keys() == {"state", "verifier", "to"} else None


def router(people: People, sealer: Sealer, browser: Browser, addresses: Addresses) -> APIRouter:
    """Serve the sessions of browsers."""
    door = SessionDoor(people, sealer, browser, addresses)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/session/login", door.login, methods=["GET"], response_model=None)
    routes.add_api_route(CALLBACK_PATH, door.callback, methods=["GET"], response_model=None)
    routes.add_api_route("/session/logout", door.logout, methods=["POST"], response_model=None)
    return routes


def local_path(wanted: str) -> str:
    """Return `wanted` where it is a path of this station and nothing else, `/` otherwise."""
    plain = all(character.isprintable() and character != "\\" for character in wanted)
    good = wanted.startswith("/") and not wanted.startswith("//") and plain and len(wanted) <= _LONGEST_PATH
    return wanted if good else "/"


def _see(address: str) -> RedirectResponse:
    return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})


def _again(text: str, to: str) -> Response:
    link = (f"/session/login?to={quote(to, safe='')}", "Sign in again")
    return notice("You are not signed in", text, HTTPStatus.BAD_REQUEST, link)
