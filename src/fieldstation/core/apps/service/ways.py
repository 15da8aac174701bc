"""Who is let into an application: a ticket that counts once becomes a session, and every request shows that."""

from fieldstation.core.apps.model.values import AppPhase, Way
from fieldstation.core.apps.service.apps import Apps
from fieldstation.core.apps.store import passes as store
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.people.service import Access
from fieldstation.core.people.service.secrets import fresh_secret, hash_of
from fieldstation.db import Tx
from fieldstation.kernel.errors import Conflict, Unavailable

TICKET_SECONDS = 60.0
SESSION_SECONDS = 8 * 3600
_LONGEST_SECRET = 200


class Ways:
    """Opens applications to who may run in their projects."""

    def __init__(self, access: Access, apps: Apps) -> None:
        self._apps = apps
        self._lasting = access.lasting(Permission.PROJECT_RUN)

    def ticket(self, tx: Tx, caller: Caller, run_id: str) -> str:
        """Return a secret that opens an application once, within 60 seconds.

        Raises NotFound and Forbidden for who may not, Unavailable while it does not answer yet, Conflict once over.
        """
        app = self._apps.of_run(tx, caller, run_id, Permission.PROJECT_RUN)
        if app.phase is AppPhase.PENDING:
            raise Unavailable(f"{app.name} does not answer yet", next_step="wait a moment", reason="starting")
        if app.phase is not AppPhase.RUNNING:
            raise Conflict(
                f"{app.name} is over{'' if app.error is None else f': {app.error}'}",
                next_step=f"launch another: fieldstation app launch {app.application}",
                reason="over",
            )
        secret = fresh_secret()
        store.keep(tx, hash_of(secret), app.id, caller.user_id, TICKET_SECONDS, ticket=True)
        return secret

    def redeem(self, tx: Tx, run_id: str, ticket: str) -> str | None:
        """Use a ticket up; returns the secret of a session for that application, None where the ticket is not good."""
        row = store.redeem(tx, hash_of(ticket), run_id) if len(ticket) <= _LONGEST_SECRET else None
        if row is None:
            return None
        secret = fresh_secret()
        store.keep(tx, hash_of(secret), row.app_id, row.user_id, SESSION_SECONDS, ticket=False)
        return secret

    def way(self, tx: Tx, run_id: str, secret: str) -> Way | None:
        """Return the way into a running application; None unless this session is of somebody who may go it now."""
        if len(secret) > _LONGEST_SECRET or "\0" in run_id:
            return None
        row = store.way(tx, run_id, hash_of(secret), self._lasting)
        if row is None:
            return None
        return Way(run_id=row.run_id, engine=row.engine, attempt_id=row.attempt_id, strips=row.strips)
