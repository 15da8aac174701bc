"""`user add|list|change|suspend|password|act|calls`."""

import getpass
import secrets
import sys
from dataclasses import dataclass
from itertools import islice
from typing import Annotated

import typer

from fieldstation.cli.output import ago, merged, table
from fieldstation.cli.user.verb import Session, noun, verb
from fieldstation.client.people import Acting
from fieldstation.client.things import Json

app = noun("user", "People of the station; for operators.")


@dataclass(frozen=True, kw_only=True)
class Person:
    """What may be said of a new user."""

    name: Annotated[str | None, typer.Option(help="Full name.")] = None
    operator: Annotated[bool, typer.Option("--operator", help="They may do everything.")] = False
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input; else asked for or made up.")
    ] = False


@dataclass(frozen=True, kw_only=True)
class Change:
    """What may change about a user."""

    operator: Annotated[bool | None, typer.Option("--operator/--no-operator", help="They may do everything.")] = None
    name: Annotated[str | None, typer.Option(help="Full name.")] = None
    quota_gib: Annotated[
        float | None, typer.Option(help="GiB that they may keep; -1: as the station's setting says.")
    ] = None


@verb(app)
def add(session: Session, username: Annotated[str, typer.Argument()], person: Person) -> None:
    """Make a user; without a terminal a password is made up and printed, this once."""
    password, made_up = _password(username, person)
    user = session.station.users.add(username, password=password, name=person.name, operator=person.operator)
    told = {"password": password} if made_up else {}
    session.answer(
        merged(user, **told), lambda: f"added {user.username}" + (f", password {password}" if made_up else "")
    )


def _password(username: str, person: Person) -> tuple[str, bool]:
    if person.password_stdin:
        return sys.stdin.readline().rstrip("\r\n"), False
    if sys.stdin.isatty():
        typed = getpass.getpass(f"password for {username} (empty: make one up): ")
        if typed:
            return typed, False
    return secrets.token_urlsafe(12), True


@verb(app)
def list_(session: Session) -> None:
    """List all users."""
    users = list(session.station.users.all())

    def shown() -> str:
        rows = [
            [
                one.username,
                one.name or "",
                "operator" if one.operator else "",
                f"suspended {ago(one.suspended)}" if one.suspended else "",
                ago(one.created),
            ]
            for one in users
        ]
        return table(["username", "name", "role", "state", "created"], rows)

    session.answer({"items": users}, shown)


@verb(app)
def change(session: Session, username: Annotated[str, typer.Argument()], wanted: Change) -> None:
    """Change what a user may, is called, or may keep."""
    given: dict[str, Json] = {"operator": wanted.operator, "name": wanted.name}
    changes = {key: value for key, value in given.items() if value is not None}
    if wanted.quota_gib is not None:
        changes["quota_bytes"] = int(wanted.quota_gib * (1 << 30)) if wanted.quota_gib >= 0 else None
    if not changes:
        raise typer.BadParameter("say what to change, such as --operator or --quota-gib 50")
    user = session.station.users.change(username, **changes)
    session.answer(user, lambda: f"changed {user.username}{', an operator' if user.operator else ''}")


@verb(app)
def suspend(
    session: Session,
    username: Annotated[str, typer.Argument()],
    undo: Annotated[bool, typer.Option("--undo", help="Let them in again.")] = False,
    because: Annotated[str | None, typer.Option(help="Why, as they are told.")] = None,
) -> None:
    """Keep a user out: their sessions end at once, their tokens count no more."""
    why = {} if because is None or undo else {"suspension": because}
    user = session.station.users.change(username, suspended=not undo, **why)
    session.answer(user, lambda: f"{user.username} is {'back' if undo else 'suspended'}")


@verb(app)
def password(
    session: Session,
    username: Annotated[str, typer.Argument()],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read it from standard input; else asked for or made up.")
    ] = False,
) -> None:
    """Give a user another password; their sessions end at once."""
    given, made_up = _password(username, Person(password_stdin=password_stdin))
    user = session.station.users.change(username, password=given)
    told = {"password": given} if made_up else {}
    session.answer(
        merged(user, **told), lambda: f"{user.username} has a new password" + (f": {given}" if made_up else "")
    )


@verb(app)
def act(
    session: Session,
    username: Annotated[str | None, typer.Argument(help="Whom to act as; without: tell whom you act as.")] = None,
    self_: Annotated[bool, typer.Option("--self", help="Act as yourself again.")] = False,
    admin: Annotated[
        bool | None, typer.Option("--admin/--no-admin", help="What operators may, at the Data Manager's door.")
    ] = None,
) -> None:
    """Act as somebody in the console and at the Data Manager's door; the audit names you beside them."""
    if username is not None and self_:
        raise typer.BadParameter("act as somebody, or as yourself: name a user or give --self")
    users = session.station.users
    acts_as = "" if self_ else username
    found = users.acting() if acts_as is None and admin is None else users.act(acts_as=acts_as, admin=admin)
    session.answer(found, lambda: _acting(found))


def _acting(found: Acting) -> str:
    whom = "yourself" if found.acts_as is None else found.acts_as
    taken = "; at the Data Manager's door you may what operators may" if found.admin else ""
    return f"{found.username}, you act as {whom}{taken}"


@verb(app)
def calls(
    session: Session,
    username: Annotated[str | None, typer.Argument(help="Whose; without: your own.")] = None,
    everybody: Annotated[bool, typer.Option("--everybody", help="Those of all users.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the latest.")] = 50,
) -> None:
    """List calls to the Data Manager's door that changed something, latest first."""
    found = list(islice(session.station.users.calls(user=username, everybody=everybody), limit))

    def shown() -> str:
        rows = [[ago(one.at), one.username, one.acted_by or "", one.method, one.path, str(one.status)] for one in found]
        return table(["when", "who", "acted by", "method", "path", "status"], rows) if found else "no such call is kept"

    session.answer({"items": found}, shown)
