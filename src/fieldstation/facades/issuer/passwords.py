"""Checking passwords at a door: outside of any transaction, few at once."""

from dataclasses import dataclass, field

import anyio
import anyio.to_thread

from fieldstation.core.people.service import People
from fieldstation.core.people.service.passwords import verify_password
from fieldstation.core.people.service.sessions import Attempt
from fieldstation.facades.kit.calls import Core

_VERIFIERS = 2  # passwords checked at once: each takes a processor for about 50 ms and 32 MiB
_WAIT_SECONDS = 5.0  # for one's turn


class Crowded(Exception):
    """Too many people sign in at once."""

    def __init__(self) -> None:
        super().__init__("too many people sign in at once; try again in a moment")


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A counted try, and whether the password was right."""

    attempt: Attempt
    verified: bool = field(repr=False)


class Passwords:
    """Counts tries and checks passwords."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._verifying: anyio.CapacityLimiter | None = None

    async def check(self, core: Core, username: str, password: str) -> Tried:
        """Count a try and tell whether the password is right; raises Crowded."""
        attempt = await core.run(lambda tx: self._people.sessions.attempt(tx, username))
        return Tried(attempt=attempt, verified=not attempt.too_many and await self._verify(attempt, password))

    async def _verify(self, attempt: Attempt, password: str) -> bool:
        if self._verifying is None:
            self._verifying = anyio.CapacityLimiter(_VERIFIERS)
        try:
            with anyio.fail_after(_WAIT_SECONDS):
                return await anyio.to_thread.run_sync(
                    verify_password, attempt.password_hash, password, limiter=self._verifying
                )
        except TimeoutError:
            raise Crowded from None
