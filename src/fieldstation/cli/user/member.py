"""`NOUN member`: who is what on a data set, a project or a tool."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import typer

from fieldstation.cli.output import table
from fieldstation.cli.user.verb import Session, verb
from fieldstation.client import Station
from fieldstation.client.members import Shared


@dataclass(frozen=True, kw_only=True)
class Change:
    """What shall become of a member."""

    role: Annotated[str, typer.Option(help="owner, editor or reader.")] = "reader"
    remove: Annotated[bool, typer.Option("--remove", help="Take them out.")] = False


def add_member_verb(app: typer.Typer, kind: str, things: Callable[[Station], Shared]) -> None:
    """Add the verb `member` to the noun of a kind of thing."""

    @verb(app)
    def member(
        session: Session,
        thing: Annotated[str, typer.Argument(metavar=kind, help="Its name or id.")],
        change: Change,
        user: Annotated[
            str | None,
            typer.Argument(metavar="[USER]", help="A username, group:NAME or everyone; without, all are told."),
        ] = None,
    ) -> None:
        """Say who is what on it, give somebody a role, or take them out."""
        shared = things(session.station)
        if user is None:
            members = shared.members(thing)
            session.answer(
                {"items": members}, lambda: table(["name", "role"], [[one.name, one.role] for one in members])
            )
        elif change.remove:
            shared.unshare(thing, user)
            session.answer({"name": user, "removed": True}, lambda: f"{user} has no role on {thing} now")
        else:
            shared.share(thing, user, change.role)
            session.answer({"name": user, "role": change.role}, lambda: f"{user} is {change.role} of {thing} now")
