"""Whoever else may tell the station who a person is."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Level(StrEnum):
    """What an outside issuer makes of a person, the lowest first."""

    EVALUATOR = "evaluator"  # subscribes to evaluations only
    USER = "user"
    ADMIN = "admin"  # operates the station


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A person as an outside issuer names them: `iss` and `sub` together never change, the rest may.

    `level` is None where none of their roles there means anything here.
    """

    iss: str
    sub: str
    username: str | None = None
    name: str | None = None
    email: str | None = None
    level: Level | None = None


@dataclass(frozen=True, kw_only=True)
class Errand:
    """One sign-in under way at an outside issuer: what it must bring back, and where it comes back to."""

    state: str
    nonce: str
    verifier: str = field(repr=False)
    redirect_uri: str


class OutsideIssuer(Protocol):
    """An OpenID Connect issuer that is not the station's own. It may be slow, away, or lie."""

    @property
    def issuer(self) -> str:
        """Its address, as it stands in its tokens."""

    async def address(self, errand: Errand) -> str:
        """Return where the browser of who wants to sign in goes. Raises Unavailable (`issuer_away`)."""

    async def redeem(self, code: str, errand: Errand) -> Identity:
        """Return whom a code stands for. Raises Unauthenticated, Unavailable (`issuer_away`)."""

    async def identify(self, token: str) -> Identity:
        """Return who came with an access token that this issuer made for the station.

        Raises Unauthenticated, Unavailable (`issuer_away`).
        """
