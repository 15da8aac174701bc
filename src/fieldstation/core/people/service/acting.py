"""Who a caller acts as, at a door where operators turn on what they may and may act as somebody."""

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
        store.act_for(tx, caller.user_id)
        return replace(found.caller, scopes=caller.scopes, impersonator=caller.user_id)
