"""What the people of a unit or an organisation work on, as far as the caller may see it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from fieldstation.core.datasets.model import Wanted
from fieldstation.core.datasets.service import Arrivals
from fieldstation.core.people.model import Caller, Role
from fieldstation.core.people.service import Account, Organisations, Unit, Units
from fieldstation.core.projects.service import Projects
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.squonk.application import refusals
from fieldstation.facades.squonk.data_manager.users import UserDoor
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Invalid
from fieldstation.kernel.paging import MAX_LIMIT, PageRequest, read_cursor

_MOST_NAMES = 1000


class ProjectPartOut(BaseModel):
    """A project that somebody has a role in."""

    id: str
    name: str
    unit_id: str


class ProjectsPartOut(BaseModel):
    """The projects of somebody, by their role."""

    administrator: list[ProjectPartOut] = Field(default_factory=list)
    editor: list[ProjectPartOut] = Field(default_factory=list)
    observer: list[ProjectPartOut] = Field(default_factory=list)


class DatasetPartOut(BaseModel):
    """A version of a data set that somebody owns or edits."""

    id: str
    version: int
    filename: str
    unit_id: str


class DatasetsPartOut(BaseModel):
    """The data sets of somebody, by their role."""

    owner: list[DatasetPartOut] = Field(default_factory=list)
    editor: list[DatasetPartOut] = Field(default_factory=list)


class PersonOut(BaseModel):
    """Somebody, and what of theirs the caller may see."""

    username: str
    f_uid: int | None = None
    first_seen: str | None = None
    last_seen_date: str | None = None
    projects: ProjectsPartOut = Field(default_factory=ProjectsPartOut)
    datasets: DatasetsPartOut = Field(default_factory=DatasetsPartOut)


class InventoryOut(BaseModel):
    """Who works on what today."""

    today: str = Field(examples=["2026-11-22"])
    users: list[PersonOut]


@dataclass(frozen=True, kw_only=True)
class InventoryDoor:
    """What the inventory is made of."""

    users: UserDoor
    units: Units
    organisations: Organisations
    projects: Projects
    arrivals: Arrivals

    def of(self, tx: Tx, caller: Caller, units: Sequence[Unit], only: Collection[str] | None) -> InventoryOut:
        """Describe who works on what in these units, of `only` these people where given."""
        found = _People(only)
        for unit in units:
            for name in (unit.owner, *unit.users):
                found.of(name)
        self._add_projects(tx, caller, [unit.id for unit in units], found)
        self._add_datasets(tx, caller, {unit.id for unit in units}, found)
        for account in self.users.accounts.named(tx, list(found.people)):
            self._describe(account, found.people[account.user.username])
        people = [found.people[name] for name in sorted(found.people)]
        return InventoryOut(today=tx.now().date().isoformat(), users=people)

    def unit(self, tx: Tx, caller: Caller, unit_id: str) -> Sequence[Unit]:
        """Return one unit, once the caller may see it."""
        return [self.units.show(tx, caller, unit_id)]

    def organisation(self, tx: Tx, caller: Caller, organisation_id: str) -> Sequence[Unit]:
        """Return the units of an organisation that the caller sees."""
        organisation = self.organisations.show(tx, caller, organisation_id).id
        found: list[Unit] = []
        request = PageRequest(limit=MAX_LIMIT)
        while True:
            page = self.units.list(tx, caller, request, {"organisation": organisation})
            found += page.items
            if page.next is None:
                return found
            request = PageRequest(limit=MAX_LIMIT, after=read_cursor(page.next))

    def _add_projects(self, tx: Tx, caller: Caller, units: Sequence[str], found: "_People") -> None:
        seen = self.projects.in_units(tx, caller, units)
        roles = self.projects.roles(tx, list(seen))
        for project_id, (name, unit) in seen.items():
            part = ProjectPartOut(id=project_id, name=name, unit_id=unit)
            for member in roles[project_id]:
                if (person := found.of(member.name)) is not None:
                    _of_role(person.projects, member.role).append(part)

    def _add_datasets(self, tx: Tx, caller: Caller, units: Collection[str], found: "_People") -> None:
        for held in self.arrivals.list(tx, caller, Wanted()):
            for one in held.versions:
                if one.unit is None or one.unit not in units:
                    continue
                part = DatasetPartOut(id=held.dataset_id, version=one.number, filename=one.file_name, unit_id=one.unit)
                if (owner := found.of(held.owner)) is not None:
                    owner.datasets.owner.append(part)
                for editor in found.all_of(held.editors):
                    editor.datasets.editor.append(part)

    def _describe(self, account: Account, person: PersonOut) -> None:
        person.f_uid = self.users.uid_of(account.user.principal)
        person.first_seen = None if account.first_seen is None else wire_time(account.first_seen)
        person.last_seen_date = None if account.last_seen is None else account.last_seen.isoformat()


class _People:
    """Those whom an inventory tells of, by username; groups and everybody are nobody here."""

    def __init__(self, only: Collection[str] | None) -> None:
        self.people: dict[str, PersonOut] = {}
        self._only = only

    def of(self, name: str | None) -> PersonOut | None:
        """Return somebody; None for who is not asked for."""
        if name is None or name == "everyone" or ":" in name or (self._only is not None and name not in self._only):
            return None
        return self.people.setdefault(name, PersonOut(username=name))

    def all_of(self, names: Collection[str]) -> Iterator[PersonOut]:
        """Return those of some that are asked for."""
        return (person for name in names if (person := self.of(name)) is not None)


def router(door: InventoryDoor) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["inventory"])

    @routes.get(
        "/inventory/user",
        operation_id="get_user_inventory",
        summary="Who works on what in a unit, or in an organisation",
        description="Only projects and data sets that you may see are told.",
        response_model_exclude_none=True,
        responses=refusals(404),
    )
    async def of_users(
        call: CallerCall,
        org_id: Annotated[str | None, Query(max_length=100)] = None,
        unit_id: Annotated[str | None, Query(max_length=100)] = None,
        usernames: Annotated[str | None, Query(max_length=20_000, description="names with commas between")] = None,
    ) -> InventoryOut:
        if bool(org_id) == bool(unit_id):
            raise Invalid("exactly one of org_id and unit_id must be given", next_step="send one of them")
        only = _names(usernames) if usernames else None

        def work(tx: Tx, caller: Caller) -> InventoryOut:
            units = door.unit(tx, caller, unit_id) if unit_id else door.organisation(tx, caller, org_id or "")
            return door.of(tx, caller, units, only)

        return await call(work)

    return routes


def _names(text: str) -> Collection[str]:
    names = {name.strip() for name in text.split(",")} - {""}
    if not 0 < len(names) <= _MOST_NAMES:
        raise Invalid(f"usernames has {len(names)} names", next_step=f"send 1 to {_MOST_NAMES}, with commas between")
    return names


def _of_role(projects: ProjectsPartOut, role: Role) -> list[ProjectPartOut]:
    return {Role.OWNER: projects.administrator, Role.EDITOR: projects.editor, Role.READER: projects.observer}[role]
