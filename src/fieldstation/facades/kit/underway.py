"""What a browser keeps for us while it is away at an issuer: sealed, so that nobody else reads or makes one."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request, Response

from fieldstation.facades.kit.browser import Browser
from fieldstation.kernel.errors import Broken
from fieldstation.kernel.sealing import Sealer

UNDERWAY_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class Slot:
    """Where one kind of errand is kept: the cookie's name and path, and what it is sealed for."""

    cookie: str
    path: str
    purpose: str


class Underway:
    """Keeps the facts of one errand in the browser that began it."""

    def __init__(self, sealer: Sealer, browser: Browser, slot: Slot) -> None:
        self._sealer = sealer
        self._browser = browser
        self._slot = slot

    def keep(self, answer: Response, facts: Mapping[str, str]) -> None:
        """Have the browser keep `facts` for ten minutes."""
        sealed = self._sealer.seal(json.dumps(dict(facts)).encode(), self._slot.purpose)
        value = urlsafe_b64encode(sealed).decode()
        self._browser.keep(answer, self._slot.cookie, value, seconds=UNDERWAY_SECONDS, path=self._slot.path)

    def facts(self, request: Request) -> Mapping[str, str] | None:
        """Return what this browser keeps; None where it keeps nothing that we made."""
        try:
            sealed = urlsafe_b64decode(request.cookies.get(self._slot.cookie, ""))
            found = json.loads(self._sealer.open(sealed, self._slot.purpose))
        except (ValueError, Broken):
            return None
        return found if isinstance(found, dict) else None

    def forget(self, answer: Response) -> None:
        """Have the browser drop it."""
        self._browser.forget(answer, self._slot.cookie, path=self._slot.path)
