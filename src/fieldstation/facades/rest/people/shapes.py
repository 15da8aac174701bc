"""Users, groups, tokens and decisions as our REST API writes them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints

from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.people.service.accounts import Account, AccountChange
from fieldstation.core.people.service.groups import Group
from fieldstation.core.people.service.passwords import MAX_LENGTH, MIN_LENGTH
from fieldstation.core.people.service.tokens import DEFAULT_DAYS, MAX_DAYS, IssuedToken, NewToken, Token
from fieldstation.core.people.service.users import NewUser, User, UserChange
from fieldstation.core.people.service.why import Decision
from fieldstation.facades.rest.names import Name
from fieldstation.kernel.clock import wire_time

_MAX_QUOTA = 2**53 - 1  # the largest whole number that every reader of JSON keeps
_TEXT = r"^[^\x00-\x1f\x7f]+$"  # one line that a database and a terminal can hold
Line = Annotated[str, StringConstraints(max_length=200, pattern=_TEXT)]
Password = Annotated[str, StringConstraints(min_length=MIN_LENGTH, max_length=MAX_LENGTH)]
Quota = Annotated[int, Field(ge=0, le=_MAX_QUOTA, description="bytes they may keep; absent: the station's default")]


class UserIn(BaseModel):
    """A user to be made. Without a password they cannot sign in here."""

    model_config = ConfigDict(extra="forbid")

    username: Name = Field(description="lower-case letters, digits, '.', '_', '-' and '@'", examples=["ada"])
    password: Password | None = None
    name: Line | None = Field(default=None, examples=["Ada Lovelace"])
    email: Line | None = Field(default=None, examples=["ada@example.org"])
    operator: bool = Field(default=False, description="whether they may do everything")
    quota_bytes: Quota | None = None

    def new(self) -> NewUser:
        """Return it as the core takes it."""
        return NewUser(
            username=self.username,
            password=self.password,
            name=self.name,
            email=self.email,
            operator=self.operator,
            quota_bytes=self.quota_bytes,
        )


class UserPatch(BaseModel):
    """What to change; fields left out stay as they are, null takes a name, an address or a quota away.

    A new `password` of one's own needs `current_password`; it ends all sessions.
    """

    model_config = ConfigDict(extra="forbid")

    name: Line | None = None
    email: Line | None = None
    operator: bool = False
    suspended: bool = False
    suspension: Line | None = Field(default=None, description="why they are suspended, as they are told")
    quota_bytes: Quota | None = None
    password: Password | None = None
    current_password: Annotated[str, StringConstraints(max_length=MAX_LENGTH)] | None = None

    def change(self) -> UserChange:
        """Return it as the core takes it, without the password."""
        return UserChange(
            fields=frozenset(self.model_fields_set - {"password", "current_password"}),
            name=self.name,
            email=self.email,
            operator=self.operator,
            suspended=self.suspended,
            suspension=self.suspension,
            quota_bytes=self.quota_bytes,
        )


class UserOut(BaseModel):
    """A user."""

    id: str = Field(examples=["user-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11"])
    username: str = Field(examples=["ada"])
    name: str | None = None
    email: str | None = None
    operator: bool
    project: str = Field(description="id of their own project")
    quota_bytes: int | None = Field(default=None, description="bytes they may keep; absent: the station's default")
    created: str
    suspended: str | None = Field(default=None, description="since when they cannot do anything")
    suspension: str | None = Field(default=None, description="why, as they are told")


class MeOut(UserOut):
    """The caller."""

    evaluator: bool = Field(default=False, description="whether they subscribe to evaluations only")
    acted_by: str | None = Field(default=None, description="username of the operator who acts as them, if one does")
    scopes: list[Permission] | None = Field(
        default=None, description="what the token used here was narrowed to; absent: not narrowed"
    )


class ActingIn(BaseModel):
    """What an operator takes up or lays down; fields left out stay as they are."""

    model_config = ConfigDict(extra="forbid")

    admin: StrictBool | None = Field(
        default=None, description="what operators may, at the Data Manager's door; laying it down ends acting too"
    )
    acts_as: Annotated[str, StringConstraints(max_length=200)] | None = Field(
        default=None, description="username of whom to act as in the console and at that door; empty: as yourself"
    )

    def change(self) -> AccountChange:
        """Return it as the core takes it; who acts as somebody takes up what operators may."""
        begins = True if self.acts_as else None
        admin = begins if self.admin is None else self.admin
        return AccountChange(admin=admin, impersonate=self.acts_as, impersonating=begins)


class ActingOut(BaseModel):
    """Who the caller is, whoever they act as."""

    username: str = Field(examples=["olga"])
    operator: bool
    admin: bool = Field(description="whether they took up what operators may at the Data Manager's door")
    acts_as: str | None = Field(default=None, description="whom they act as in the console and at that door")


class GroupIn(BaseModel):
    """A group to be made."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["hydrology"])


class GroupOut(BaseModel):
    """A group; a member of a thing is written `group:<name>`."""

    name: str = Field(examples=["hydrology"])
    created: str


class GroupMemberOut(BaseModel):
    """One member of a group."""

    username: str = Field(examples=["ada"])


class TokenIn(BaseModel):
    """A service token to be made for the caller."""

    model_config = ConfigDict(extra="forbid")

    name: Line = Field(description="what it is for", examples=["nightly upload"])
    scopes: Annotated[list[Permission], Field(json_schema_extra={"minItems": 1})] | None = Field(
        default=None, description="what it is narrowed to; absent: everything its user may", examples=[["dataset:read"]]
    )
    days: int = Field(default=DEFAULT_DAYS, ge=1, le=MAX_DAYS, description="how long it lives")

    def new(self) -> NewToken:
        """Return it as the core takes it."""
        scopes = None if self.scopes is None else frozenset(self.scopes)
        return NewToken(name=self.name, scopes=scopes, days=self.days)


class TokenOut(BaseModel):
    """A service token, without its secret."""

    id: str = Field(examples=["token-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11"])
    name: str
    scopes: list[Permission] | None = Field(default=None, description="absent: everything its user may")
    created: str
    expires: str


class IssuedTokenOut(TokenOut):
    """A fresh service token; `token` is shown this once."""

    token: str = Field(description="send it as `Authorization: Bearer …`")


class BecauseOut(BaseModel):
    """One reason of a decision."""

    name: str = Field(examples=["role"])
    text: str = Field(examples=["ada is in group:hydrology, which is a reader of this data set"])


class DecisionOut(BaseModel):
    """Whether somebody may do something, why, and what would help."""

    permission: Permission
    thing: str | None = Field(default=None, description="id of the thing; absent: the station as a whole")
    user: str = Field(examples=["ada"])
    allowed: bool
    because: list[BecauseOut]
    next_step: str | None = None


def user_out(user: User) -> UserOut:
    """Write a user."""
    return UserOut(
        id=user.id,
        username=user.username,
        name=user.name,
        email=user.email,
        operator=user.operator,
        project=user.space,
        quota_bytes=user.quota_bytes,
        created=wire_time(user.created_at),
        suspended=wire_time(user.suspended_at) if user.suspended_at else None,
        suspension=user.suspension,
    )


def me_out(user: User, caller: Caller, acted_by: str | None = None) -> MeOut:
    """Write the caller."""
    scopes = None if caller.scopes is None else sorted(caller.scopes)
    return MeOut(**user_out(user).model_dump(), evaluator=caller.evaluator, acted_by=acted_by, scopes=scopes)


def acting_out(account: Account) -> ActingOut:
    """Write whom somebody acts as."""
    user = account.user
    acts_as = account.impersonates if account.impersonating else None
    return ActingOut(username=user.username, operator=user.operator, admin=account.admin, acts_as=acts_as)


def group_out(group: Group) -> GroupOut:
    """Write a group."""
    return GroupOut(name=group.name, created=wire_time(group.created_at))


def group_member_out(username: str) -> GroupMemberOut:
    """Write a member of a group."""
    return GroupMemberOut(username=username)


def token_out(token: Token) -> TokenOut:
    """Write a token."""
    return TokenOut(
        id=token.id,
        name=token.name,
        scopes=None if token.scopes is None else sorted(token.scopes),
        created=wire_time(token.created_at),
        expires=wire_time(token.expires_at),
    )


def issued_out(issued: IssuedToken) -> IssuedTokenOut:
    """Write a fresh token with its secret."""
    return IssuedTokenOut(**token_out(issued.token).model_dump(), token=issued.text)


def decision_out(decision: Decision) -> DecisionOut:
    """Write a decision."""
    return DecisionOut(
        permission=decision.permission,
        thing=decision.thing,
        user=decision.username,
        allowed=decision.allowed,
        because=[BecauseOut(name=reason.name, text=reason.text) for reason in decision.because],
        next_step=decision.next_step,
    )
