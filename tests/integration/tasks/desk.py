"""People and tasks over a real database, with nothing above them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import text

from fieldstation.core.people.model import EVERYONE, Caller, Kind, Permission, Role, Thing
from fieldstation.core.people.service import Access, NewUser, People
from fieldstation.core.tasks.model import NewTask, Purpose, Task
from fieldstation.core.tasks.service import Tasks
from fieldstation.db import Database
from fieldstation.db.outbox import Outbox
from fieldstation.kernel.ids import new_id
from fieldstation.kernel.sealing import Sealer

_DATASET = text("""
    INSERT INTO dataset (id, name, space, owner, title, description, labels, created, changed, latest, awaits, size)
    VALUES (:id, :id, 'space', :owner, '', '', '{}', station_now(), station_now(), 0, false, 0)
""")
_PROJECT = text("INSERT INTO project (id, name, owner, personal) VALUES (:id, :id, :owner, false)")


@dataclass(frozen=True, kw_only=True)
class Person:
    """A user and what they may."""

    caller: Caller

    @property
    def id(self) -> str:
        return self.caller.user_id

    def narrowed(self, *scopes: Permission) -> Caller:
        """Return the caller as with a token of these scopes."""
        return replace(self.caller, scopes=frozenset(scopes))


class Desk:
    """Tasks, and what a test needs around them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.begin = database.begin
        self.access = Access()
        self.people = People(Sealer(bytes(32)), [])
        self.tasks = Tasks(self.access, Outbox())

    def person(self, username: str, *, operator: bool = False) -> Person:
        with self.begin() as tx:
            user = self.people.create_user(tx, NewUser(username=username, operator=operator))
        caller = Caller(
            user_id=user.id,
            username=username,
            principal=user.principal,
            principals=(EVERYONE, user.principal),
            operator=operator,
            space=user.space,
        )
        return Person(caller=caller)

    def project(self, owner: Person, *readers: Person) -> str:
        project = new_id("project")
        with self.begin() as tx:
            tx.execute(_PROJECT, {"id": project, "owner": owner.id})
        self._open(Thing(kind=Kind.PROJECT, id=project), owner, readers)
        return project

    def dataset(self, owner: Person, *readers: Person) -> str:
        dataset = new_id("dataset")
        with self.begin() as tx:
            tx.execute(_DATASET, {"id": dataset, "owner": owner.id})
        self._open(Thing(kind=Kind.DATASET, id=dataset), owner, readers)
        return dataset

    def task(self, who: Person, **fields: Any) -> Task:
        fields = {"purpose": Purpose.PROJECT, "purpose_id": "project-1"} | fields
        with self.begin() as tx:
            return self.tasks.begin(tx, who.id, NewTask(**fields))

    def _open(self, thing: Thing, owner: Person, readers: Sequence[Person]) -> None:
        with self.begin() as tx:
            self.access.grant(tx, thing, owner.caller.principal, Role.OWNER)
            for reader in readers:
                self.access.grant(tx, thing, reader.caller.principal, Role.READER)
