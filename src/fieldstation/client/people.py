"""People of a station, what they hold and what they may."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fieldstation.client.answers import read
from fieldstation.client.members import Shared
from fieldstation.client.things import Decision, Json, Project, Token, User
from fieldstation.client.transport import Transport, at


@dataclass(frozen=True, kw_only=True)
class Acting:
    """Who somebody is, whether they took up what operators may at the Data Manager's door, and whom they act as."""

    username: str
    operator: bool
    admin: bool
    acts_as: str | None = None


@dataclass(frozen=True, kw_only=True)
class ApiCall:
    """A call to the Data Manager's door that was no GET; `acted_by` is the operator who acted as `username`."""

    id: int
    at: datetime
    username: str
    method: str
    path: str
    status: int
    duration_seconds: float
    query: Mapping[str, str]
    form: Mapping[str, str]
    acted_by: str | None = None


class Users:
    """Everything about users; for operators."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def add(
        self, username: str, *, password: str | None = None, name: str | None = None, operator: bool = False
    ) -> User:
        """Make a user; without a password they cannot sign in here."""
        given = {"username": username, "password": password, "name": name, "operator": operator}
        body = {key: value for key, value in given.items() if value is not None}
        return read(User, self._transport.send("POST", at("users"), body))

    def all(self) -> Iterator[User]:
        """Yield all users by name."""
        return self._transport.pages(User, at("users"))

    def change(self, username: str, **changes: Json) -> User:
        """Change what is given: `name`, `email`, `operator`, `suspended`, `suspension`, `quota_bytes`, `password`."""
        return read(User, self._transport.send("PATCH", at("users", username), changes))

    def acting(self) -> Acting:
        """Return who the caller is, and whom they act as in the console and at the Data Manager's door."""
        return self._transport.get_as(Acting, at("acting"))

    def act(self, *, acts_as: str | None = None, admin: bool | None = None) -> Acting:
        """Act as somebody there, as oneself again (an empty name), or take up or lay down what operators may."""
        given: dict[str, Json] = {"acts_as": acts_as, "admin": admin}
        body = {key: value for key, value in given.items() if value is not None}
        return read(Acting, self._transport.send("PATCH", at("acting"), body))

    def calls(self, *, user: str | None = None, everybody: bool = False) -> Iterator[ApiCall]:
        """Yield calls to the Data Manager's door, latest first: the caller's own, those of a user, or of all."""
        wanted = {"user": user, "everybody": "true" if everybody else None}
        return self._transport.pages(ApiCall, at("calls"), {k: v for k, v in wanted.items() if v is not None})


class Tokens:
    """Everything about the caller's service tokens."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(self, name: str, *, scopes: Sequence[str] | None = None, days: int | None = None) -> Token:
        """Make a token; its secret is in the answer, this once. Without scopes it may what its user may."""
        given = {"name": name, "scopes": list(scopes) if scopes else None, "days": days}
        body = {key: value for key, value in given.items() if value is not None}
        return read(Token, self._transport.send("POST", at("tokens"), body))

    def all(self) -> Iterator[Token]:
        """Yield the tokens that are not revoked, newest first."""
        return self._transport.pages(Token, at("tokens"))

    def revoke(self, token_id: str) -> None:
        """End a token at once."""
        self._transport.send("DELETE", at("tokens", token_id))


class Projects(Shared):
    """Everything about projects; one is named by its id, or by the caller's own name for it."""

    kind = "projects"

    def create(self, name: str, *, product: str | None = None, public: bool | None = None) -> Project:
        """Make a project that the caller owns; `product` is the id of the subscription that pays for it."""
        given = {"name": name, "product": product, "public": public}
        body = {key: value for key, value in given.items() if value is not None}
        return read(Project, self._transport.send("POST", at("projects"), body))

    def change(self, project: str, *, name: str | None = None, public: bool | None = None) -> Project:
        """Rename a project, or let everybody see it or its members only."""
        given = {"name": name, "public": public}
        body = {key: value for key, value in given.items() if value is not None}
        return read(Project, self._transport.send("PATCH", at("projects", project), body))

    def remove(self, project: str) -> str:
        """Remove a project with all its files for good; returns the id of the task that tells when they are gone."""
        return str(self._transport.send("DELETE", at("projects", project))["task"])

    def all(self) -> Iterator[Project]:
        """Yield the projects that the caller may see, newest first."""
        return self._transport.pages(Project, at("projects"))

    def show(self, project: str) -> Project:
        """Return one project."""
        return self._transport.get_as(Project, at("projects", project))


def why(transport: Transport, permission: str, thing: str | None = None, user: str | None = None) -> Decision:
    """Return whether the caller, or `user`, may do something, and why."""
    query = {"permission": permission, "thing": thing, "user": user}
    return transport.get_as(Decision, at("why"), query)
