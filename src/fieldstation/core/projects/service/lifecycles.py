"""How projects begin, change and end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fieldstation.core.accounting.service import Product, Products, Subscriptions
from fieldstation.core.audit.model import Deed, Entry
from fieldstation.core.audit.service import record
from fieldstation.core.datasets.service.quota import Quotas
from fieldstation.core.people.model import EVERYONE, Caller, Kind, Permission, Role, hidden
from fieldstation.core.people.service import Access
from fieldstation.core.people.service.names import checked_title
from fieldstation.core.projects.model import Project
from fieldstation.core.projects.service.projects import Projects, thing_of
from fieldstation.core.projects.store import projects as store
from fieldstation.core.tasks.model import NewTask, Purpose, Task
from fieldstation.core.tasks.service import Tasks
from fieldstation.db import Tx
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Conflict, Forbidden
from fieldstation.kernel.ids import new_id
from fieldstation.ports.hooks import Removing

REMOVE = "project.remove"  # the work of removing a project's folder


@dataclass(frozen=True, kw_only=True)
class NewProject:
    """A project to make; `product` is the id of the tier that pays for it, `private` None takes what its unit says."""

    name: str
    product: str | None = None
    private: bool | None = None


@dataclass(frozen=True, kw_only=True)
class ProjectChange:
    """What shall change about a project; None leaves it as it is."""

    name: str | None = None
    public: bool | None = None

    def told(self) -> dict[str, Json]:
        """Return the change as the audit keeps it."""
        told: dict[str, Json] = {"name": self.name, "public": self.public}
        return {key: value for key, value in told.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class Books:
    """Who pays for projects and counts their bytes, and who follows what takes its time."""

    products: Products
    subscriptions: Subscriptions
    quotas: Quotas
    tasks: Tasks


class Lifecycles:
    """Makes, changes and removes projects; `removing` are asked before one goes."""

    def __init__(self, access: Access, projects: Projects, books: Books, removing: Sequence[Removing] = ()) -> None:
        self._access = access
        self._projects = projects
        self._books = books
        self._removing = removing

    def create(self, tx: Tx, caller: Caller, new: NewProject) -> Project:
        """Make a project that the caller owns and edits; names are unique per unit, or per owner where none pays."""
        self._access.require(caller, Permission.STATION_USE)
        project_id, name = new_id("project"), checked_title(new.name, "project")
        self._books.subscriptions.tier(new.product)
        paid = None if new.product is None else self._books.products.claim(tx, caller, new.product, project_id, name)
        private = new.private is not False if paid is None else paid.private(new.private)
        values = {"id": project_id, "name": name, "owner": caller.user_id, "personal": False}
        if paid is not None:
            values |= {"unit": paid.unit.id, "product": paid.id}
        if not store.insert(tx, values):
            raise _taken(name, paid)
        for role in (Role.OWNER, Role.EDITOR):
            self._access.add_role(tx, thing_of(project_id), caller.principal, role, by=caller)
        if not private:
            self._access.add_role(tx, thing_of(project_id), EVERYONE, Role.READER, by=caller)
        body: dict[str, Json] = {"name": name, "public": not private, "product": new.product}
        record(tx, Entry(actor=caller.user_id, deed=Deed.PROJECT_CREATED, thing=project_id, body=body))
        return self._projects.get(tx, project_id)

    def change(self, tx: Tx, caller: Caller, reference: str, change: ProjectChange) -> Project:
        """Give a project another name, or let everybody see it or its members only."""
        thing = self._projects.find(tx, caller, reference, Permission.PROJECT_OWN)
        row = store.lock(tx, thing.id)
        if row is None:
            raise hidden(Kind.PROJECT)
        if change.name is not None and change.name != row.name:
            self._rename(tx, row, checked_title(change.name, "project"))
        if change.public is not None:
            self._projects.open(tx, caller, thing, public=change.public)
        record(tx, Entry(actor=caller.user_id, deed=Deed.PROJECT_CHANGED, thing=thing.id, body=change.told()))
        return self._projects.get(tx, thing.id)

    def remove(self, tx: Tx, caller: Caller, reference: str) -> Task:
        """Remove a project for good: nobody sees it from now on; its folder goes with the task that is returned.

        Only who made it may, and operators. Conflict for somebody's own project, and while runs are at work in it.
        """
        thing = self._projects.find(tx, caller, reference, Permission.PROJECT_OWN)
        row = store.lock(tx, thing.id)
        if row is None:
            raise hidden(Kind.PROJECT)
        if row.personal:
            raise Conflict(
                "everybody keeps their own project", next_step="remove the files in it instead", reason="personal"
            )
        if row.owner != caller.user_id and not caller.operator:
            raise Forbidden(
                "a project is removed by who made it", next_step="ask them, or an operator", reason="not_its_creator"
            )
        for hook in self._removing:
            hook.removing(tx, thing.id)
        self._books.quotas.charge(tx, row.owner, -row.size_bytes)
        self._books.products.release(tx, thing.id, by=caller)
        self._access.forget(tx, thing)
        store.remove(tx, thing.id)
        record(tx, Entry(actor=caller.user_id, deed=Deed.PROJECT_REMOVED, thing=thing.id, body={"name": row.name}))
        new = NewTask(purpose=Purpose.PROJECT, purpose_id=thing.id, project=thing.id, removal=True, work=REMOVE)
        return self._books.tasks.begin(tx, caller.user_id, new)

    def _rename(self, tx: Tx, row: Any, name: str) -> None:
        if row.personal:
            raise Conflict("your own project keeps its name", next_step="make another project", reason="personal")
        if not store.rename(tx, row.id, name):
            raise _taken(name, None)
        self._books.products.rename(tx, row.id, name)


def _taken(name: str, paid: Product | None) -> Conflict:
    who = "you have" if paid is None else f"the unit {paid.unit.name} has"
    return Conflict(f"{who} a project called {name}", next_step="choose another name", reason="taken")
