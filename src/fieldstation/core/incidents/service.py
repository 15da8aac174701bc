"""`Incidents`: keeps errors that nobody expected, and shows them to operators."""

from collections.abc import Mapping, Sequence

from fieldstation.core.incidents import store
from fieldstation.core.incidents.model import Incident, Noted, together
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.people.service import Access
from fieldstation.db import Tx
from fieldstation.db.numbers import key_of, numbers_of
from fieldstation.kernel.errors import NotFound

_NUMBERED = "incident"


class Incidents:
    """Keeps a bounded number of different errors; one that repeats is counted."""

    def __init__(self, access: Access, release: str) -> None:
        self._access = access
        self._release = release

    def keep(self, tx: Tx, notes: Sequence[Noted]) -> None:
        """Keep what was noted; a statement for each different error."""
        # In one order, so that no two processes wait for each other.
        for one in sorted(together(notes), key=lambda noted: noted.fingerprint):
            store.keep(tx, one, self._release)

    def latest(self, tx: Tx, caller: Caller, limit: int, *, acknowledged_too: bool = True) -> Sequence[Incident]:
        """Return incidents to an operator, those met last first."""
        self._access.require(caller, Permission.STATION_OPERATE)
        return store.latest(tx, limit, acknowledged_too=acknowledged_too)

    def numbers(self, tx: Tx, found: Sequence[Incident]) -> Mapping[str, int]:
        """Return the number of each of these incidents, by id."""
        return numbers_of(tx, _NUMBERED, [one.id for one in found])

    def identify(self, tx: Tx, caller: Caller, number: int) -> str:
        """Return the id of the incident of this number to an operator; whether it is still kept is not said."""
        self._access.require(caller, Permission.STATION_OPERATE)
        found = key_of(tx, _NUMBERED, number)
        if found is None:
            raise _gone()
        return found

    def acknowledge(self, tx: Tx, caller: Caller, incident_id: str) -> None:
        """Have an operator say that they know of an incident; that ends when it is met again."""
        self._access.require(caller, Permission.STATION_OPERATE)
        if not store.acknowledge(tx, incident_id, caller.user_id):
            raise _gone()

    def remove(self, tx: Tx, caller: Caller, incident_id: str) -> None:
        """Forget an incident, for an operator."""
        self._access.require(caller, Permission.STATION_OPERATE)
        if not store.remove(tx, incident_id):
            raise _gone()

    def show(self, tx: Tx, caller: Caller, reference: str) -> Incident:
        """Return an incident to an operator, by its id or by that of a request which met it."""
        self._access.require(caller, Permission.STATION_OPERATE)
        found = store.find(tx, reference)
        if found is None:
            raise _gone()
        return found

    def tidy(self, tx: Tx) -> bool:
        """Forget the least recent, as a chore; there is never more to do at once."""
        store.forget(tx)
        return False


def _gone() -> NotFound:
    return NotFound(
        "no error with this id, or met by the request of this id, is kept",
        next_step="see what is kept: fieldstation station errors; the station's log names every request",
    )
