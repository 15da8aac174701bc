"""What organisations and units have in common: members, a name, a rule of privacy, an end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import typer

from fieldstation.cli.output import table
from fieldstation.cli.user.verb import Session, verb
from fieldstation.client import Station
from fieldstation.client.accounting import Organisations, Units

RULES = ("always_private", "always_public", "default_private", "default_public")
Privacy = Annotated[
    str | None, typer.Option(metavar="RULE", help=f"The rule for projects that it pays for: {', '.join(RULES)}.")
]


@dataclass(frozen=True, kw_only=True)
class Alteration:
    """What shall change."""

    name: Annotated[str | None, typer.Option(help="Another name.")] = None
    privacy: Privacy = None

    def given(self) -> dict[str, object]:
        """Return what was given; wrong usage when that is nothing."""
        given = {"name": self.name, "privacy": self.privacy}
        changes: dict[str, object] = {name: value for name, value in given.items() if value is not None}
        if not changes:
            raise typer.BadParameter("say what to change: --name or --privacy")
        return changes


def add_belonging_verbs(app: typer.Typer, kind: str, things: Callable[[Station], Organisations | Units]) -> None:
    """Add the verbs `member` and `delete` to the noun of a kind of thing."""

    @verb(app)
    def member(
        session: Session,
        thing: Annotated[str, typer.Argument(metavar=kind, help="Its name or id.")],
        user: Annotated[str | None, typer.Argument(metavar="[USER]", help="A username; without, all are told.")] = None,
        remove: Annotated[bool, typer.Option("--remove", help="Take them out.")] = False,
    ) -> None:
        """Say who belongs to it, make a user a member, or take one out."""
        joined = things(session.station)
        if user is None:
            found = joined.show(thing)
            owner = [[found.owner, "owner"]] if found.owner else []
            rows = [*owner, *([name, "member"] for name in found.users)]
            session.answer(
                {"items": [{"name": name, "role": role} for name, role in rows]}, lambda: table(["name", "role"], rows)
            )
        elif remove:
            joined.take(thing, user)
            session.answer({"name": user, "removed": True}, lambda: f"{user} does not belong to {thing} now")
        else:
            joined.add(thing, user)
            session.answer({"name": user, "role": "member"}, lambda: f"{user} belongs to {thing} now")

    @verb(app)
    def delete(session: Session, thing: Annotated[str, typer.Argument(metavar=kind, help="Its name or id.")]) -> None:
        """Remove it, once there is nothing in it."""
        things(session.station).delete(thing)
        session.answer({"deleted": thing}, lambda: f"removed {thing}")
