"""Signing in at an outside issuer: the browser goes there, comes back with a code, and has a session here.

Whoever asked our own issuer (the console, a program, a device) then gets its answer from that session, as ever.
"""

import hmac
import secrets
from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from fieldstation.core.people.service import People
from fieldstation.core.people.service.sessions import SESSION_SECONDS
from fieldstation.facades.kit.browser import Browser
from fieldstation.facades.kit.calls import Core
from fieldstation.facades.kit.plain import notice
from fieldstation.facades.kit.underway import Slot, Underway
from fieldstation.kernel.errors import FieldstationError, Unavailable
from fieldstation.kernel.sealing import Sealer
from fieldstation.ports.identity import Errand, OutsideIssuer

ENDPOINT = "broker/outside/endpoint"
_FACTS = {"state", "nonce", "verifier", "to"}


class OutsideDoor:
    """Sends people to the outside issuer and takes them back. `realm` is the address of our own, `path` its path."""

    def __init__(self, people: People, issuer: OutsideIssuer, sealer: Sealer, browser: Browser, realm: str) -> None:
        self._people = people
        self._issuer = issuer
        self._browser = browser
        self._home = browser.origin
        self._back = f"{realm}/{ENDPOINT}"
        path = realm.removeprefix(browser.origin)
        self._underway = Underway(sealer, browser, Slot(cookie="fst-outside", path=path, purpose="outside-sign-in"))

    @property
    def name(self) -> str:
        """The address of the outside issuer."""
        return self._issuer.issuer

    async def begin(self, request: Request) -> Response:
        """Send the browser to the outside issuer; it comes back to this request, as somebody."""
        query = {name: value for name, value in request.query_params.items() if name != "prompt"}
        errand = Errand(
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            redirect_uri=self._back,
        )
        try:
            answer = _see(await self._issuer.address(errand))
        except Unavailable as away:
            return _failed(away)
        facts = {"state": errand.state, "nonce": errand.nonce, "verifier": errand.verifier}
        self._underway.keep(answer, {**facts, "to": f"{request.url.path}?{urlencode(query)}"})
        return answer

    async def back(self, request: Request) -> Response:
        """Take who comes back with a code: open a session for them and go on with what they came for."""
        facts = self._underway.facts(request)
        code, state = request.query_params.get("code", ""), request.query_params.get("state", "")
        if facts is None or facts.keys() != _FACTS or not hmac.compare_digest(state.encode(), facts["state"].encode()):
            return _again("This browser did not begin that sign-in, or it took longer than ten minutes.")
        if request.query_params.get("iss", self.name) != self.name:
            return _again("Another issuer answered than the one that was asked.")
        if not code:
            return _again("The sign-in did not come to an end.")
        errand = Errand(state=facts["state"], nonce=facts["nonce"], verifier=facts["verifier"], redirect_uri=self._back)
        core: Core = request.app.state.core
        try:
            identity = await self._issuer.redeem(code, errand)
            secret = await core.run(
                lambda tx: self._people.sessions.open_browser(
                    tx, self._people.authenticate_outside(tx, identity).user_id
                )
            )
        except FieldstationError as error:
            return _failed(error)
        answer = _see(f"{self._home}{facts['to']}")
        self._browser.keep(answer, self._browser.cookie, secret, seconds=SESSION_SECONDS)
        self._underway.forget(answer)
        return answer


def _see(address: str) -> RedirectResponse:
    return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})


def _again(text: str) -> Response:
    return notice("You are not signed in", text, HTTPStatus.BAD_REQUEST, ("/session/login", "Sign in again"))


def _failed(error: FieldstationError) -> Response:
    status = HTTPStatus.SERVICE_UNAVAILABLE if isinstance(error, Unavailable) else HTTPStatus.FORBIDDEN
    text = f"{error.text[0].upper()}{error.text[1:]}. What to do: {error.next_step}."
    return notice("You are not signed in", text, status, ("/session/login", "Try again"))
