"""`unit create|create-personal|list|show|change|member|delete|delete-personal`."""

from dataclasses import dataclass
from typing import Annotated

import typer

from fieldstation.cli.output import ago, details, table
from fieldstation.cli.user.belonging import Alteration, Privacy, add_belonging_verbs
from fieldstation.cli.user.verb import Session, noun, verb
from fieldstation.client.accounting import Unit

app = noun("unit", "Units: parts of an organisation that subscribe to products.")
Reference = Annotated[str, typer.Argument(metavar="UNIT", help="Its name or id.")]
BillingDay = Annotated[int, typer.Option(min=1, max=28, help="Day of the month on which its periods begin.")]


@dataclass(frozen=True, kw_only=True)
class New:
    """What is said of a new unit."""

    organisation: Annotated[str, typer.Option(help="Name or id of its organisation.")]
    billing_day: BillingDay = 1
    privacy: Privacy = None


@verb(app)
def create(session: Session, name: Annotated[str, typer.Argument()], new: New) -> None:
    """Make a unit of your organisation."""
    made = session.station.units.create(new.organisation, name, billing_day=new.billing_day, privacy=new.privacy)
    session.answer(made, lambda: f"made {made.name} ({made.id}) in {made.organisation_name}")


@verb(app, "create-personal")
def create_personal(session: Session, billing_day: BillingDay = 1) -> None:
    """Make your personal unit, which nobody else belongs to."""
    made = session.station.units.create_personal(billing_day)
    session.answer(made, lambda: f"made your personal unit ({made.id})")


@verb(app)
def list_(
    session: Session, organisation: Annotated[str | None, typer.Option(help="Only those of this one.")] = None
) -> None:
    """List the units that you see."""
    found = list(session.station.units.all(organisation=organisation))

    def shown() -> str:
        rows = [[one.name, one.organisation_name, one.owner or "", str(one.billing_day), one.id] for one in found]
        return table(["name", "organisation", "owner", ">billing day", "id"], rows)

    session.answer({"items": found}, shown)


@verb(app)
def show(session: Session, unit: Reference) -> None:
    """Show a unit and its members."""
    found = session.station.units.show(unit)
    session.answer(found, lambda: _shown(found))


@verb(app)
def change(session: Session, unit: Reference, wanted: Alteration) -> None:
    """Rename a unit, or change its rule of privacy; for its owner."""
    changed = session.station.units.change(unit, **wanted.given())
    session.answer(changed, lambda: _shown(changed))


@verb(app, "delete-personal")
def delete_personal(session: Session) -> None:
    """Remove your personal unit, once it has no products."""
    session.station.units.delete_personal()
    session.answer({"deleted": "personal unit"}, lambda: "removed your personal unit")


def _shown(found: Unit) -> str:
    return details(
        [
            ("name", found.name),
            ("id", found.id),
            ("organisation", found.organisation_name),
            ("owner", found.owner),
            ("billing day", str(found.billing_day)),
            ("privacy", found.privacy),
            ("members", "\n".join(found.users)),
            ("created", ago(found.created)),
        ]
    )


add_belonging_verbs(app, "UNIT", lambda station: station.units)
