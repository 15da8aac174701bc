"""`Attentions`: what of their own runs people have not looked at yet."""

from fieldstation.core.people.model import Caller, Kind, Permission
from fieldstation.core.people.service import People
from fieldstation.core.runs.model.attention import MOST_UNREAD, Attention
from fieldstation.core.runs.model.reasons import MEANINGS
from fieldstation.core.runs.service.show import Runs
from fieldstation.core.runs.store import attention as store
from fieldstation.db import Tx
from fieldstation.kernel.errors import Fault

_SHOWN = 20
_OF_THE_ASKER = [reason for reason, meaning in MEANINGS.items() if meaning.fault is Fault.YOURS]


class Attentions:
    """Keeps what each person looked at, and tells what is left."""

    def __init__(self, people: People, runs: Runs) -> None:
        self._people = people
        self._runs = runs

    def show(self, tx: Tx, caller: Caller) -> Attention:
        """Return what the caller submitted and what became of it."""
        visible = self._people.visible(caller, Permission.PROJECT_READ, Kind.PROJECT)
        user = caller.user_id
        looked_at, since = store.looked(tx, user)
        return Attention(
            under_way=store.under_way(tx, user, visible, _SHOWN),
            ended=store.ended(tx, user, visible, since, _SHOWN),
            failed=store.failed(tx, user, visible, _OF_THE_ASKER, _SHOWN),
            unread=store.unread(tx, user, visible, since, MOST_UNREAD),
            looked_at=looked_at,
        )

    def look(self, tx: Tx, caller: Caller) -> None:
        """Take note that the caller looked at the list of what ended until now."""
        self._people.require(caller, Permission.STATION_USE)
        store.look(tx, caller.user_id)

    def see(self, tx: Tx, caller: Caller, run_id: str) -> None:
        """Take note that the caller looked at a run: it counts where they submitted it and it has ended.

        Raises NotFound as `Runs.show` does.
        """
        self._people.require(caller, Permission.STATION_USE)
        self._runs.show(tx, caller, run_id)
        store.see(tx, caller.user_id, run_id)
