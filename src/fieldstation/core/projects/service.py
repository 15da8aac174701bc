"""Making, finding and sharing projects."""

from collections.abc import Sequence
from typing import Any

from fieldstation.core.audit.model import Deed, Entry
from fieldstation.core.audit.service import record
from fieldstation.core.people.model import Caller, Kind, Permission, Role, Thing, hidden
from fieldstation.core.people.service import Access, Member
from fieldstation.core.people.service.names import checked_name
from fieldstation.core.people.service.users import usernames
from fieldstation.core.projects import store
from fieldstation.core.projects.model import Project
from fieldstation.db import Tx
from fieldstation.kernel.errors import Conflict, Invalid
from fieldstation.kernel.ids import is_id, new_id
from fieldstation.kernel.paging import Page, PageRequest, page_of
from fieldstation.ports.hooks import CreatedUser, Transaction


class Projects:
    """Keeps projects; hand it to `People` as a hook, so that every user gets one of their own."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def user_created(self, tx: Transaction, user: CreatedUser) -> None:
        """Make the user's own project, under the id that they were promised."""
        assert isinstance(tx, Tx)
        values = {"id": user.space, "name": user.username, "owner": user.id, "personal": True}
        store.insert(tx, values)
        self._access.grant(tx, thing_of(user.space), user.principal, Role.OWNER)

    def create(self, tx: Tx, caller: Caller, name: str) -> Project:
        """Make a project that the caller owns; names are unique per owner."""
        self._access.require(caller, Permission.STATION_USE)
        if is_id(name, "project"):
            raise Invalid("a name that looks like an id would be taken for one", next_step="choose another name")
        project_id = new_id("project")
        if not store.insert(
            tx, {"id": project_id, "name": checked_name(name), "owner": caller.user_id, "personal": False}
        ):
            raise Conflict(f"you have a project called {name}", next_step="choose another name", reason="taken")
        self._access.grant(tx, thing_of(project_id), caller.principal, Role.OWNER, by=caller)
        record(tx, Entry(actor=caller.user_id, deed=Deed.PROJECT_CREATED, thing=project_id, body={"name": name}))
        return self._get(tx, project_id)

    def identify(self, tx: Tx, caller: Caller, reference: str) -> Thing:
        """Return what `reference` means to the caller: an id, or the name of a project of their own.

        Says nothing about whether it exists or they may see it.
        """
        found = None if is_id(reference, "project") else store.id_by_name(tx, caller.user_id, reference)
        return thing_of(found or reference)

    def find(self, tx: Tx, caller: Caller, reference: str, permission: Permission) -> Thing:
        """Return the project that `reference` means, once the caller may do `permission` in it."""
        thing = self.identify(tx, caller, reference)
        self._access.decide(tx, caller, permission, thing)
        return thing

    def show(self, tx: Tx, caller: Caller, reference: str) -> Project:
        """Return one project, by id or by one's own name for it."""
        return self._get(tx, self.find(tx, caller, reference, Permission.PROJECT_READ).id)

    def list(self, tx: Tx, caller: Caller, request: PageRequest) -> Page[Project]:
        """Return the projects that the caller may see, newest first."""
        visible = self._access.visible(caller, Permission.PROJECT_READ, Kind.PROJECT)
        before = request.after[0] if request.after else store.LAST
        rows = store.page(tx, before, request.limit + 1, visible.where("p.id"), visible.values)
        names = usernames(tx, [row.owner for row in rows])
        return page_of([_project(row, names) for row in rows], request, lambda project: (project.id,))

    def members(self, tx: Tx, caller: Caller, reference: str) -> Sequence[Member]:
        """Return who is what in a project."""
        return self._access.members(tx, self.find(tx, caller, reference, Permission.PROJECT_READ))

    def set_member(self, tx: Tx, caller: Caller, reference: str, username: str, role: Role) -> None:
        """Give a user, a `group:<name>` or `everyone` a role in a project."""
        thing = self.find(tx, caller, reference, Permission.PROJECT_OWN)
        self._access.grant(tx, thing, self._access.principal_of(tx, username), role, by=caller)

    def remove_member(self, tx: Tx, caller: Caller, reference: str, username: str) -> None:
        """Take a user, a `group:<name>` or `everyone` out of a project."""
        thing = self.find(tx, caller, reference, Permission.PROJECT_OWN)
        self._access.revoke(tx, thing, self._access.principal_of(tx, username), by=caller)

    def _get(self, tx: Tx, project_id: str) -> Project:
        row = store.by_id(tx, project_id)
        if row is None:
            raise hidden(Kind.PROJECT)
        return _project(row, usernames(tx, [row.owner]))


def thing_of(project_id: str) -> Thing:
    """Return the project as a thing that access is decided on."""
    return Thing(kind=Kind.PROJECT, id=project_id)


def _project(row: Any, names: dict[str, str]) -> Project:
    return Project(id=row.id, name=row.name, owner=names[row.owner], personal=row.personal, created_at=row.created_at)
