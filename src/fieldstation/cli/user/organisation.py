"""`organisation create|list|show|change|member|delete`."""

from dataclasses import dataclass
from typing import Annotated

import typer

from fieldstation.cli.output import ago, details, table
from fieldstation.cli.user.belonging import Alteration, Privacy, add_belonging_verbs
from fieldstation.cli.user.verb import Session, noun, verb
from fieldstation.client.accounting import Organisation

app = noun("organisation", "Organisations: who pays together.")
Reference = Annotated[str, typer.Argument(metavar="ORGANISATION", help="Its name or id.")]


@dataclass(frozen=True, kw_only=True)
class New:
    """What is said of a new organisation."""

    owner: Annotated[str, typer.Option(help="Username of who it is for.")]
    privacy: Privacy = None


@verb(app)
def create(session: Session, name: Annotated[str, typer.Argument()], new: New) -> None:
    """Make an organisation for somebody; for operators."""
    made = session.station.organisations.create(name, new.owner, privacy=new.privacy)
    session.answer(made, lambda: f"made {made.name} ({made.id}) for {made.owner}")


@verb(app)
def list_(session: Session) -> None:
    """List the organisations that you see."""
    found = list(session.station.organisations.all())

    def shown() -> str:
        rows = [[one.name, one.owner or "", "member" if one.member else "", ago(one.created), one.id] for one in found]
        return table(["name", "owner", "you", "created", "id"], rows)

    session.answer({"items": found}, shown)


@verb(app)
def show(session: Session, organisation: Reference) -> None:
    """Show an organisation and its members."""
    found = session.station.organisations.show(organisation)
    session.answer(found, lambda: _shown(found))


@verb(app)
def change(session: Session, organisation: Reference, wanted: Alteration) -> None:
    """Rename an organisation, or change its rule of privacy; for its owner."""
    changed = session.station.organisations.change(organisation, **wanted.given())
    session.answer(changed, lambda: _shown(changed))


def _shown(found: Organisation) -> str:
    facts = [("name", found.name), ("id", found.id), ("owner", found.owner), ("privacy", found.privacy)]
    return details([*facts, ("members", "\n".join(found.users)), ("created", ago(found.created))])


add_belonging_verbs(app, "ORGANISATION", lambda station: station.organisations)
