"""Explaining a decision: the same rule as everywhere, with its reasons."""

from collections.abc import Sequence
from dataclasses import dataclass

from fieldstation.core.people.model import (
    EVERYONE,
    Caller,
    Kind,
    Permission,
    Thing,
    Verdict,
    hidden,
    kind_of,
    noun_of,
    roles_granting,
    within_scopes,
)
from fieldstation.core.people.service.access import Access, Member
from fieldstation.core.people.store import credentials as store
from fieldstation.db import Tx
from fieldstation.kernel.errors import NotFound

_SHARES: dict[Kind, Permission] = {
    Kind.DATASET: Permission.DATASET_OWN,
    Kind.PROJECT: Permission.PROJECT_OWN,
    Kind.TOOL: Permission.TOOL_PUBLISH,
    Kind.ORGANISATION: Permission.ORGANISATION_OWN,
    Kind.UNIT: Permission.UNIT_OWN,
}  # who holds this on a thing may ask what others may do with it


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One reason of a decision: its name, and a sentence about it."""

    name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Whether `username` has `permission` (on `thing`), every reason for it, and what would help."""

    permission: Permission
    thing: str | None
    username: str
    allowed: bool
    because: Sequence[Reason]
    next_step: str | None = None


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question: `username` absent means the caller, `thing` (an id) absent means the station as a whole."""

    permission: Permission
    thing: str | None = None
    username: str | None = None


class Why:
    """Answers questions about access to those who may ask them."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def explain(self, tx: Tx, caller: Caller, question: Question) -> Decision:
        """Answer a question.

        Everybody may ask about themselves and what they see, who owns a thing about others on it, operators about
        anyone. Raises NotFound for a thing the caller may not see, Forbidden for a question that is not theirs.
        """
        about = self._subject(tx, caller, question)
        if kind_of(question.permission) is Kind.STATION:
            return self._of_station(about, question)
        thing = Thing(kind=kind_of(question.permission), id=question.thing or "")
        if about is not caller:
            self._access.decide(tx, caller, _SHARES[thing.kind], thing)
        verdict = self._access.verdict(tx, about, question.permission, thing)
        if about is caller and verdict is Verdict.HIDDEN:
            raise hidden(thing.kind)
        held = [member for member in self._access.members(tx, thing) if member.principal in about.principals]
        return _of_thing(about, question, verdict, held)

    def _subject(self, tx: Tx, caller: Caller, question: Question) -> Caller:
        if question.username in (None, caller.username):
            return caller
        if kind_of(question.permission) is Kind.STATION:
            self._access.require(caller, Permission.STATION_OPERATE)
        row = store.caller_by_username(tx, question.username or "")
        if row is None:
            raise NotFound(f"nobody here is called {question.username}", next_step="look at the spelling")
        return Caller(
            user_id=row.id,
            username=row.username,
            principal=row.principal,
            principals=(EVERYONE, row.principal, *row.groups),
            operator=row.operator,
            space=row.space,
        )

    def _of_station(self, about: Caller, question: Question) -> Decision:
        if not within_scopes(about, question.permission):
            return _scope_missing(about, question)
        if question.permission is Permission.STATION_USE:
            return _yes(about, question, [Reason(name="user", text=f"{about.username} is a user of this station")])
        if about.operator:
            return _yes(about, question, [_operator(about)])
        text = f"{about.username} is not an operator of this station"
        return _no(about, question, Reason(name="not_operator", text=text), "ask an operator of this station")


def _of_thing(about: Caller, question: Question, verdict: Verdict, held: Sequence[Member]) -> Decision:
    noun = noun_of(kind_of(question.permission))
    if verdict is Verdict.SCOPE_MISSING:
        return _scope_missing(about, question)
    if verdict is Verdict.HIDDEN:
        text = f"{about.username} has no role on this {noun}; to them it does not exist"
        return _no(about, question, Reason(name=verdict, text=text), _share(question, about))
    if verdict is Verdict.ROLE_MISSING:
        roles = " and ".join(_role(about, member) for member in held)
        text = f"{roles} of this {noun}, which does not grant {question.permission}"
        return _no(about, question, Reason(name=verdict, text=text), _share(question, about))
    granting = roles_granting(question.permission)
    reasons = [
        Reason(name="role", text=f"{_role(about, member)} of this {noun}") for member in held if member.role in granting
    ]
    return _yes(about, question, [*reasons, *([_operator(about)] if about.operator else [])])


def _scope_missing(about: Caller, question: Question) -> Decision:
    text = f"the token that {about.username} came with does not include {question.permission}"
    step = f"make a token that includes it: fieldstation token create --scope {question.permission}"
    return _no(about, question, Reason(name=Verdict.SCOPE_MISSING, text=text), step)


def _role(about: Caller, member: Member) -> str:
    article = "an" if member.role[0] in "aeiou" else "a"
    if member.principal == about.principal:
        return f"{about.username} is {article} {member.role}"
    if member.principal == EVERYONE:
        return f"everyone is {article} {member.role}"
    return f"{about.username} is in {member.name}, which is {article} {member.role}"


def _operator(about: Caller) -> Reason:
    return Reason(name="operator", text=f"{about.username} is an operator of this station, who may do everything")


def _share(question: Question, about: Caller) -> str:
    roles = sorted(roles_granting(question.permission))
    return f"its owner can make {about.username} {' or '.join(roles)}"


def _yes(about: Caller, question: Question, because: Sequence[Reason]) -> Decision:
    return Decision(
        permission=question.permission,
        thing=question.thing,
        username=about.username,
        allowed=True,
        because=because,
    )


def _no(about: Caller, question: Question, because: Reason, next_step: str) -> Decision:
    return Decision(
        permission=question.permission,
        thing=question.thing,
        username=about.username,
        allowed=False,
        because=[because],
        next_step=next_step,
    )
