"""Making, finding and sharing projects."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from fieldstation.core.accounting.service.privacy import require_privacy
from fieldstation.core.people.model import EVERYONE, Caller, Kind, Permission, Role, Thing, hidden
from fieldstation.core.people.service import Access, Member
from fieldstation.core.people.service.users import usernames
from fieldstation.core.projects.model import Payer, Project
from fieldstation.core.projects.store import projects as store
from fieldstation.db import Tx
from fieldstation.kernel.errors import Conflict
from fieldstation.kernel.ids import is_id
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
        return self.get(tx, self.find(tx, caller, reference, Permission.PROJECT_READ).id)

    def permissions(self, tx: Tx, caller: Caller, project_id: str) -> Sequence[Permission]:
        """Return what the caller may do in a project."""
        return self._access.permissions(tx, caller, thing_of(project_id))

    def list(self, tx: Tx, caller: Caller, request: PageRequest, *, name: str | None = None) -> Page[Project]:
        """Return the projects that the caller may see, newest first, of one name only where that is given."""
        visible = self._access.visible(caller, Permission.PROJECT_READ, Kind.PROJECT)
        before = request.after[0] if request.after else store.LAST
        rows = store.page(tx, name, before, request.limit + 1, (visible.where("p.id"), visible.values))
        return page_of(self._projects(tx, rows), request, lambda project: (project.id,))

    def in_units(self, tx: Tx, caller: Caller, units: Sequence[str]) -> Mapping[str, tuple[str, str]]:
        """Return name and unit of each project of these units that the caller may see, by id, oldest first."""
        visible = self._access.visible(caller, Permission.PROJECT_READ, Kind.PROJECT)
        rows = store.in_units(tx, units, (visible.where("p.id"), visible.values))
        return {row.id: (row.name, row.unit) for row in rows}

    def paid_by(
        self, tx: Tx, caller: Caller, *, unit: str | None = None, organisation: str | None = None
    ) -> Sequence[str]:
        """Return the ids of the projects that the caller may see and that this unit, or organisation, pays for."""
        visible = self._access.visible(caller, Permission.PROJECT_READ, Kind.PROJECT)
        return store.paid_by(tx, unit, organisation, (visible.where("p.id"), visible.values))

    def add_role(self, tx: Tx, caller: Caller, reference: str, username: str, role: Role) -> None:
        """Give a user a role in a project beside those they have."""
        thing = self.find(tx, caller, reference, Permission.PROJECT_OWN)
        with self._sharing(tx, thing):
            self._access.add_role(tx, thing, self._access.principal_of(tx, username), role, by=caller)

    def take_role(self, tx: Tx, caller: Caller, reference: str, username: str, role: Role) -> None:
        """Take one role in a project from a user; refused as for `remove_member`."""
        thing = self.find(tx, caller, reference, Permission.PROJECT_OWN)
        with self._sharing(tx, thing):
            self._access.revoke(tx, thing, self._access.principal_of(tx, username), [role], by=caller)

    def roles(self, tx: Tx, project_ids: Sequence[str]) -> Mapping[str, Sequence[Member]]:
        """Return every role that somebody has in these projects, which the caller was seen to read."""
        return self._access.roles_of(tx, Kind.PROJECT, project_ids)

    def members(self, tx: Tx, caller: Caller, reference: str) -> Sequence[Member]:
        """Return who is what in a project."""
        return self._access.members(tx, self.find(tx, caller, reference, Permission.PROJECT_READ))

    def set_member(self, tx: Tx, caller: Caller, reference: str, username: str, role: Role) -> None:
        """Give a user, a `group:<name>` or `everyone` a role in a project; refused as for `remove_member`.

        It takes the place of those they had, but for owners, who change data as editors do.
        """
        thing = self.find(tx, caller, reference, Permission.PROJECT_OWN)
        with self._sharing(tx, thing):
            principal = self._access.principal_of(tx, username)
            self._access.grant(tx, thing, principal, role, by=caller)
            if role is Role.OWNER:
                self._access.add_role(tx, thing, principal, Role.EDITOR, by=caller)

    def remove_member(self, tx: Tx, caller: Caller, reference: str, username: str) -> None:
        """Take a user, a `group:<name>` or `everyone` out of a project.

        Conflict for the last person who owns it (`last_owner`) and the last editor (`last_editor`), Invalid (`privacy`)
        where its unit or its flavour says otherwise who sees it.
        """
        thing = self.find(tx, caller, reference, Permission.PROJECT_OWN)
        with self._sharing(tx, thing):
            self._access.revoke(tx, thing, self._access.principal_of(tx, username), by=caller)

    def open(self, tx: Tx, caller: Caller, thing: Thing, *, public: bool) -> None:
        """Let everybody see a project, or its members only; refused as for `remove_member`."""
        with self._sharing(tx, thing):
            if public:
                self._access.add_role(tx, thing, EVERYONE, Role.READER, by=caller)
            else:
                self._access.revoke(tx, thing, EVERYONE, by=caller)

    @contextmanager
    def _sharing(self, tx: Tx, thing: Thing) -> Iterator[None]:
        """Change who is what in a project, one at a time, so that what every project keeps to holds after it."""
        row = store.lock(tx, thing.id)
        if row is None:
            raise hidden(Kind.PROJECT)
        before = self._access.roles(tx, thing)
        yield
        after = self._access.roles(tx, thing)
        if not row.personal and _edited(before) and not _edited(after):  # one's own is edited by who it is
            raise Conflict(
                "this is the only editor of the project",
                next_step="make somebody else an editor or an owner first",
                reason="last_editor",
            )
        if row.product is not None and _public(before) is not _public(after):
            require_privacy(tx, row.product, private=not _public(after))

    def get(self, tx: Tx, project_id: str) -> Project:
        """Return one project, asking nobody whether the caller may see it."""
        row = store.by_id(tx, project_id)
        if row is None:
            raise hidden(Kind.PROJECT)
        return self._projects(tx, [row])[0]

    def payer(self, tx: Tx, caller: Caller, project_id: str) -> Payer:
        """Return who pays for what the caller, who was seen to read this project, makes in it and of its files.

        Its unit pays for data sets of those who belong to it, and of nobody else.
        """
        row = store.by_id(tx, project_id)
        if row is None:
            raise hidden(Kind.PROJECT)
        unit = None if row.unit is None else Thing(kind=Kind.UNIT, id=row.unit)
        pays = unit is not None and self._access.may(tx, caller, Permission.UNIT_USE, unit)
        return Payer(unit=row.unit if pays else None, product=row.product)

    def sizes(self, tx: Tx, products: Sequence[str]) -> Mapping[str, int]:
        """Return how many bytes lie in the projects of each of these products that pays for any."""
        return store.sizes(tx, products)

    def _projects(self, tx: Tx, rows: Sequence[Any]) -> Sequence[Project]:
        names = usernames(tx, [row.owner for row in rows])
        public = self._access.public(tx, Kind.PROJECT, [row.id for row in rows])
        return [
            Project(
                id=row.id,
                name=row.name,
                owner=names[row.owner],
                personal=row.personal,
                public=row.id in public,
                unit=row.unit,
                product=row.product,
                size_bytes=row.size_bytes,
                created_at=row.created_at,
            )
            for row in rows
        ]


def _edited(members: Sequence[Member]) -> bool:
    return any(member.role is Role.EDITOR for member in members)


def _public(members: Sequence[Member]) -> bool:
    return any(member.principal == EVERYONE for member in members)


def thing_of(project_id: str) -> Thing:
    """Return the project as a thing that access is decided on."""
    return Thing(kind=Kind.PROJECT, id=project_id)
