"""Projects over a real database and a real volume."""

from dataclasses import dataclass

from fieldstation.core.people.model import EVERYONE, Caller
from fieldstation.core.people.service import NewUser
from fieldstation.core.projects.service import NewProject
from fieldstation.db import Database
from fieldstation.wiring.features import Features
from fieldstation.wiring.storages import Storages


@dataclass(frozen=True, kw_only=True)
class Room:
    """Everything that projects are made of."""

    database: Database
    features: Features
    storages: Storages

    def person(self, username: str, *, operator: bool = False) -> Caller:
        """Make a user."""
        with self.database.begin() as tx:
            user = self.features.people.create_user(tx, NewUser(username=username, operator=operator))
        principals = (EVERYONE, user.principal)
        return Caller(
            user_id=user.id, username=username, principal=user.principal, principals=principals, operator=operator,
            space=user.space,
        )  # fmt: skip

    def project(self, caller: Caller, name: str) -> str:
        """Make a project."""
        with self.database.begin() as tx:
            return self.features.lifecycles.create(tx, caller, NewProject(name=name)).id

    def size(self, caller: Caller, project: str) -> int:
        """Return what a project is said to hold."""
        with self.database.begin() as tx:
            return self.features.projects.show(tx, caller, project).size_bytes

    def used(self, caller: Caller) -> int:
        """Return what somebody keeps."""
        with self.database.begin() as tx:
            return self.features.uploads.account(tx, caller).used
