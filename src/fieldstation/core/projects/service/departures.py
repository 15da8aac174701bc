"""Removing a user: nothing that others use may vanish with them."""

from collections.abc import Sequence

from fieldstation.core.datasets.service import Trash
from fieldstation.core.datasets.service.owned import OwnedDataset, owned_by
from fieldstation.core.people.model import Caller, Kind, Role
from fieldstation.core.people.service import People, Units, User
from fieldstation.core.people.service.leaving import Leaving, in_use
from fieldstation.core.projects.store import projects as store
from fieldstation.db import Tx
from fieldstation.kernel.errors import NotFound
from fieldstation.ports.hooks import Removing

MOST = 1000  # data sets that go with somebody at once


class Departures:
    """Removes users; `removing` are asked before one goes, with the user's id."""

    def __init__(self, people: People, units: Units, trash: Trash, removing: Sequence[Removing] = ()) -> None:
        self._people = people
        self._units = units
        self._trash = trash
        self._removing = removing
        self._leaving = Leaving(people)

    def remove(self, tx: Tx, caller: Caller, username: str) -> None:
        """Remove a user, for operators: their data sets go to the trash, their personal unit goes, nobody signs in.

        Their name stays taken, and their own project as it is. Conflict (`in_use`) for operators, and while something
        is theirs that others may use: projects, units and organisations they made, products of their personal unit,
        data sets they share, runs at work, somebody else in their own project.
        """
        account = self._people.accounts.of(tx, caller, username)
        if account is None or account.removed:
            raise NotFound(f"nobody here is called {username[:100]}", next_step="look at the spelling: GET /admin/user")
        user = account.user
        self._leaving.check(tx, caller, user)
        made = store.made_by(tx, user.id)
        if made is not None:
            raise in_use(f"{username} made the project {made}", "remove it first")
        self._refuse_guests(tx, user)
        for hook in self._removing:
            hook.removing(tx, user.id)
        for dataset in self._going(tx, user):
            self._trash.put(tx, caller, dataset.id)
        self._leaving.close(tx, caller, user)
        self._remove_unit(tx, caller, user)

    def reopen(self, tx: Tx, caller: Caller, user: User) -> None:
        """Let who was removed come back; what is in the trash still can be taken out of it."""
        self._leaving.reopen(tx, caller, user)

    def _refuse_guests(self, tx: Tx, user: User) -> None:
        members = self._people.roles_of(tx, Kind.PROJECT, [user.space])[user.space]
        others = [one.name for one in members if one.principal != user.principal]
        if others:
            raise in_use(f"{others[0]} is in the own project of {user.username}", "end their membership first")

    def _going(self, tx: Tx, user: User) -> Sequence[OwnedDataset]:
        """Return the data sets that nobody else has; those with another owner stay with that one."""
        owned = owned_by(tx, user.id, MOST + 1)
        if len(owned) > MOST:
            raise in_use(f"{user.username} has more than {MOST} data sets", "put them into the trash first")
        roles = self._people.roles_of(tx, Kind.DATASET, [one.id for one in owned])
        going = []
        for dataset in owned:
            others = [one for one in roles[dataset.id] if one.principal != user.principal]
            if any(one.role is Role.OWNER for one in others):
                continue
            if others:
                raise in_use(
                    f"{others[0].name} may use the data set {dataset.name} of {user.username}",
                    "make somebody else its owner, share it no more, or put it into the trash",
                )
            going.append(dataset)
        return going

    def _remove_unit(self, tx: Tx, caller: Caller, user: User) -> None:
        """Remove their personal unit as they would; the audit names the caller beside them."""
        self._people.accounts.act_for(tx, caller)
        try:
            self._units.remove_personal(tx, self._people.caller(tx, user.id).caller)
        except NotFound:
            return
