"""Permissions, roles and callers: the words of the one rule of access.

A permission is written `<kind>:<verb>`; the kind is the kind of thing that it is decided on. A role is held by a
principal (a user, a group, or `everyone`) on one thing and grants a fixed set of permissions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from fieldstation.kernel.errors import NotFound


class Kind(StrEnum):
    """Kinds of things that access is decided on. Runs are decided on their project."""

    STATION = "station"
    PROJECT = "project"
    DATASET = "dataset"
    TOOL = "tool"
    ORGANISATION = "organisation"
    UNIT = "unit"


class Permission(StrEnum):
    """Everything that can be allowed; `<kind>:<verb>`."""

    STATION_USE = "station:use"  # sign in, create data sets and projects of one's own
    STATION_OPERATE = "station:operate"  # users, health, gc, backups, every list
    STATION_REGISTER = "station:register"  # register data in place, under an allowed root
    DATASET_READ = "dataset:read"  # see it, download it
    DATASET_COMPUTE = "dataset:compute"  # give it to a tool
    DATASET_EDIT = "dataset:edit"  # new versions, metadata, labels
    DATASET_OWN = "dataset:own"  # share, trash, restore
    PROJECT_READ = "project:read"  # see it, its files, its runs and their logs
    PROJECT_RUN = "project:run"  # submit, cancel and rerun in it
    PROJECT_WRITE = "project:write"  # change the files in it
    PROJECT_OWN = "project:own"  # members, settings
    TOOL_USE = "tool:use"  # see it and run it
    TOOL_PUBLISH = "tool:publish"  # new versions of it
    ORGANISATION_READ = "organisation:read"  # know of it
    ORGANISATION_USE = "organisation:use"  # its members, all its units, new units
    ORGANISATION_OWN = "organisation:own"  # its name and its rule of privacy
    UNIT_USE = "unit:use"  # see it, its members and products; new products, projects that they pay
    UNIT_OWN = "unit:own"  # its name and its rule of privacy


class Role(StrEnum):
    """What a principal is on one thing."""

    OWNER = "owner"
    EDITOR = "editor"
    READER = "reader"


_P = Permission
GRANTS: Mapping[tuple[Kind, Role], frozenset[Permission]] = {
    (Kind.DATASET, Role.READER): frozenset({_P.DATASET_READ, _P.DATASET_COMPUTE}),
    (Kind.DATASET, Role.EDITOR): frozenset({_P.DATASET_READ, _P.DATASET_COMPUTE, _P.DATASET_EDIT}),
    (Kind.DATASET, Role.OWNER): frozenset({_P.DATASET_READ, _P.DATASET_COMPUTE, _P.DATASET_EDIT, _P.DATASET_OWN}),
    (Kind.PROJECT, Role.READER): frozenset({_P.PROJECT_READ}),
    (Kind.PROJECT, Role.EDITOR): frozenset({_P.PROJECT_READ, _P.PROJECT_RUN, _P.PROJECT_WRITE}),
    (Kind.PROJECT, Role.OWNER): frozenset({_P.PROJECT_READ, _P.PROJECT_RUN, _P.PROJECT_WRITE, _P.PROJECT_OWN}),
    (Kind.TOOL, Role.READER): frozenset({_P.TOOL_USE}),
    (Kind.TOOL, Role.OWNER): frozenset({_P.TOOL_USE, _P.TOOL_PUBLISH}),
    (Kind.ORGANISATION, Role.READER): frozenset({_P.ORGANISATION_READ}),
    (Kind.ORGANISATION, Role.EDITOR): frozenset({_P.ORGANISATION_READ, _P.ORGANISATION_USE}),
    (Kind.ORGANISATION, Role.OWNER): frozenset({_P.ORGANISATION_READ, _P.ORGANISATION_USE, _P.ORGANISATION_OWN}),
    (Kind.UNIT, Role.EDITOR): frozenset({_P.UNIT_USE}),
    (Kind.UNIT, Role.OWNER): frozenset({_P.UNIT_USE, _P.UNIT_OWN}),
}


def kind_of(permission: Permission) -> Kind:
    """Return the kind of thing that this permission is decided on."""
    return Kind(permission.partition(":")[0])


def roles_granting(permission: Permission) -> frozenset[Role]:
    """Return the roles that grant `permission` on a thing of its kind."""
    kind = kind_of(permission)
    return frozenset(
        role for (granted, role), permissions in GRANTS.items() if granted is kind and permission in permissions
    )


EVERYONE = 1  # the principal that every caller also is; a thing is public when it may read


@dataclass(frozen=True, kw_only=True)
class Thing:
    """One thing that access is decided on."""

    kind: Kind
    id: str


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who asks: a user, with everything that decides what they may.

    `principals` are all the principals the user is (self, groups, everyone); `operator` may do everything;
    `scopes` is what the token they came with was narrowed to (None: not narrowed); `space` is their own project.
    `impersonator` is the id of the operator who acts as this user, if one does. An `evaluator` subscribes to
    evaluations only.
    """

    user_id: str
    username: str
    principal: int
    principals: tuple[int, ...]
    operator: bool
    space: str
    scopes: frozenset[Permission] | None = None
    impersonator: str | None = None
    evaluator: bool = False


SEES: Mapping[Kind, Permission] = {
    Kind.PROJECT: Permission.PROJECT_READ,
    Kind.DATASET: Permission.DATASET_READ,
    Kind.TOOL: Permission.TOOL_USE,
    Kind.ORGANISATION: Permission.ORGANISATION_READ,
    Kind.UNIT: Permission.UNIT_USE,
}  # who holds this permission on a thing may know that it exists


class Privacy(StrEnum):
    """Whether projects that an organisation or unit pays for are private, and whether who makes one may choose."""

    ALWAYS_PRIVATE = "always_private"
    ALWAYS_PUBLIC = "always_public"
    DEFAULT_PRIVATE = "default_private"
    DEFAULT_PUBLIC = "default_public"

    @property
    def private(self) -> bool:
        """What a project is of which nobody said anything."""
        return self in (Privacy.ALWAYS_PRIVATE, Privacy.DEFAULT_PRIVATE)

    @property
    def fixed(self) -> bool:
        """Whether nobody may choose."""
        return self in (Privacy.ALWAYS_PRIVATE, Privacy.ALWAYS_PUBLIC)

    def leaves(self, other: "Privacy") -> bool:
        """Tell whether an organisation of this rule may hold a unit of the `other`."""
        return not self.fixed or self is other


class Verdict(StrEnum):
    """What the one rule answers, and why."""

    ALLOWED = "allowed"
    SCOPE_MISSING = "scope_missing"  # the token leaves this permission out; said without looking at the thing
    HIDDEN = "hidden"  # no such thing, or the caller may not know of it
    ROLE_MISSING = "role_missing"  # the caller sees the thing, but no role of theirs grants this


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a caller stands to a thing: whether the access table knows it, and the caller's roles on it."""

    known: bool
    roles: frozenset[Role]


def within_scopes(caller: Caller, permission: Permission) -> bool:
    """Tell whether the credential that the caller came with was not narrowed below `permission`."""
    return caller.scopes is None or permission in caller.scopes


def holds(caller: Caller, permission: Permission, standing: Standing) -> bool:
    """Tell whether a caller of this standing holds `permission`; operators hold all on all known things."""
    by_role = caller.operator or bool(standing.roles & roles_granting(permission))
    return standing.known and by_role and within_scopes(caller, permission)


def judge(caller: Caller, permission: Permission, standing: Standing) -> Verdict:
    """Decide `permission` on one thing: the one rule of access."""
    if not within_scopes(caller, permission):
        return Verdict.SCOPE_MISSING
    if holds(caller, permission, standing):
        return Verdict.ALLOWED
    sees = holds(caller, SEES[kind_of(permission)], standing)
    return Verdict.ROLE_MISSING if sees else Verdict.HIDDEN


_NOUNS: Mapping[Kind, str] = {Kind.DATASET: "data set"}


def noun_of(kind: Kind) -> str:
    """Return the word for things of `kind`, as texts for people write it."""
    return _NOUNS.get(kind, kind.value)


def hidden(kind: Kind) -> NotFound:
    """Return the one error for a thing that does not exist and for one that the caller may not see."""
    return NotFound(
        f"there is no {noun_of(kind)} with this name or id, or you may not see it",
        next_step=f"see what there is: fieldstation {kind} list",
    )
