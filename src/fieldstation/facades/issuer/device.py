"""The page where a person lets a device in."""

from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from fieldstation.core.people.service import People
from fieldstation.facades.issuer import pages
from fieldstation.facades.issuer.authorize import signed_in
from fieldstation.facades.issuer.clients import Client
from fieldstation.facades.issuer.forms import BadForm, read_form
from fieldstation.facades.kit.browser import Browser
from fieldstation.facades.kit.calls import Core
from fieldstation.facades.kit.plain import notice
from fieldstation.kernel.errors import FieldstationError, Forbidden, NotFound


class DevicePage:
    """Serves GET (type or confirm a code) and POST (let in or keep out)."""

    def __init__(self, people: People, clients: Sequence[Client]) -> None:
        self._people = people
        self._names = {client.id: client.name for client in clients}

    async def show(self, request: Request) -> Response:
        """Ask for the code, or whether the device that shows it may come in; who is not signed in does that first."""
        user = await signed_in(request, self._people)
        if user is None:
            here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/session/login?to={quote(here, safe='')}", status_code=HTTPStatus.SEE_OTHER)
        user_code = request.query_params.get("user_code", "")
        if not user_code:
            return pages.ask_code(request.url.path, None)
        core: Core = request.app.state.core
        try:
            waiting = await core.run(lambda tx: self._people.devices.waiting(tx, user_code))
        except NotFound as error:
            return pages.ask_code(request.url.path, f"{error.text}: {error.next_step}")
        return pages.confirm_device(
            request.url.path, user_code, self._names.get(waiting.client, waiting.client), user[1]
        )

    async def decide(self, request: Request) -> Response:
        """Take the answer from our own page."""
        browser: Browser = request.app.state.browser
        core: Core = request.app.state.core
        try:
            browser.require_own(request)
            form = await read_form(request)
            user_code, allow = form.get("user_code", ""), form.get("answer") == "allow"
            secret = request.cookies.get(browser.cookie, "")
            await core.run(
                lambda tx: self._people.devices.decide(
                    tx, self._people.authenticate_browser(tx, secret), user_code, allow=allow
                )
            )
        except (BadForm, FieldstationError) as fault:
            status = HTTPStatus.FORBIDDEN if isinstance(fault, Forbidden) else HTTPStatus.BAD_REQUEST
            return notice("This did not work", f"{fault}", status, (request.url.path, "Type the code again"))
        if allow:
            return notice("It is let in", "Go back to the program; you can close this page.")
        return notice("It is kept out", "The program was told; you can close this page.")
