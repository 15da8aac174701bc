"""Who a caller acts as, where operators turn on what they may and may act as somebody."""

from dataclasses import replace

from fieldstation.core.people.model import Caller
from fieldstation.core.people.service.accounts import refuse_target
from fieldstation.core.people.service.people import People
from fieldstation.core.people.store import accounts as store
from fieldstation.db import Tx
from fieldstation.ports.identity import Identity


class Acting:
    """Authenticates as `People` does, and returns who the caller acts as.

    An operator is like everybody else until they turned admin on. Who acts as somebody has no more than that one's
    rights, and the audit names them beside; Forbidden once that one was suspended or became an operator.
    """

    def __init__(self, people: People) -> None:
        self._people = people

    def authenticate(self, tx: Tx, token: str | None) -> Caller:
        """Return who the caller with this bearer token acts as."""
        return self._as(tx, self._people.authenticate(tx, token))

    def authenticate_browser(self, tx: Tx, secret: str) -> Caller:
        """Return who the caller of this browser's session acts as."""
        return self._as(tx, self._people.authenticate_browser(tx, secret))

    def authenticate_outside(self, tx: Tx, identity: Identity) -> Caller:
        """Return who the caller whom an outside issuer vouches for acts as."""
        return self._as(tx, self._people.authenticate_outside(tx, identity))

    def _as(self, tx: Tx, caller: Caller) -> Caller:
        if not caller.operator:
            return caller
        state = store.state(tx, caller.user_id)
        if state is None or not state.admin:
            return replace(caller, operator=False)
        if state.impersonates is None or not state.impersonating:
            return caller
        found = self._people.caller(tx, state.impersonates)
        refuse_target(found.caller.username, operator=found.caller.operator, suspended=found.suspended)
        return _acting(tx, caller, found.caller)


class BrowserActing:
    """Authenticates as `People` does; in a browser, operators act as whom they said they act as at any door.

    They are themselves again once that one was suspended or became an operator. Programs are who their token says.
    """

    def __init__(self, people: People) -> None:
        self._people = people

    def authenticate(self, tx: Tx, token: str | None) -> Caller:
        """Return the caller a bearer token stands for."""
        return self._people.authenticate(tx, token)

    def authenticate_outside(self, tx: Tx, identity: Identity) -> Caller:
        """Return the caller whom an outside issuer vouches for."""
        return self._people.authenticate_outside(tx, identity)

    def authenticate_browser(self, tx: Tx, secret: str) -> Caller:
        """Return who the caller of this browser's session acts as."""
        caller = self._people.authenticate_browser(tx, secret)
        state = store.state(tx, caller.user_id) if caller.operator else None
        if state is None or not state.admin or state.impersonates is None or not state.impersonating:
            return caller
        found = self._people.caller(tx, state.impersonates)
        return caller if found.suspended or found.caller.operator else _acting(tx, caller, found.caller)


def _acting(tx: Tx, caller: Caller, other: Caller) -> Caller:
    store.act_for(tx, caller.user_id)
    return replace(other, scopes=caller.scopes, impersonator=caller.user_id)
