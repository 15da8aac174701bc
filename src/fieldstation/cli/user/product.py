"""`product tariff|create|list|show|change|delete`."""

from dataclasses import dataclass
from typing import Annotated

import typer

from fieldstation.cli.output import ago, details, size, table
from fieldstation.cli.user.verb import Session, noun, verb
from fieldstation.client.accounting import Product, Tariff

app = noun("product", "Products: what units subscribed to, for projects and for storage.")
Reference = Annotated[str, typer.Argument(metavar="PRODUCT", help="Its id.")]


@dataclass(frozen=True, kw_only=True)
class New:
    """What is subscribed to: a tier by its flavour, or storage by its allowance."""

    unit: Annotated[str, typer.Option(help="Name or id of the unit that subscribes.")]
    flavour: Annotated[str | None, typer.Option(help="A project tier: evaluation, bronze, silver or gold.")] = None
    allowance: Annotated[str | None, typer.Option(metavar="COINS", help="Storage for so many coins a period.")] = None
    limit: Annotated[
        str | None, typer.Option(metavar="COINS", help="Coins at which storage grows no more; else the allowance.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class Change:
    """What shall change about a product."""

    name: Annotated[str | None, typer.Option(help="Another name.")] = None
    allowance: Annotated[str | None, typer.Option(metavar="COINS", help="More coins at the plain price.")] = None
    limit: Annotated[str | None, typer.Option(metavar="COINS", help="More coins before new work is refused.")] = None


@verb(app)
def tariff(session: Session) -> None:
    """Show what can be subscribed to, and what it costs."""
    found = session.station.products.tariff()
    session.answer(found, lambda: _tariff(found))


@verb(app)
def create(session: Session, name: Annotated[str, typer.Argument()], new: New) -> None:
    """Subscribe to a project tier or to storage for a unit."""
    if (new.flavour is None) == (new.allowance is None):
        raise typer.BadParameter("give --flavour for a project tier, or --allowance for storage")
    products = session.station.products
    if new.flavour is not None:
        made = products.create_tier(new.unit, name, new.flavour)
    else:
        made = products.create_storage(new.unit, name, allowance=new.allowance or "", limit=new.limit)
    session.answer(made, lambda: f"subscribed to {made.name} ({made.id}) for {made.unit_name}")


@verb(app)
def list_(
    session: Session,
    unit: Annotated[str | None, typer.Option(help="Only those of this unit.")] = None,
    organisation: Annotated[str | None, typer.Option(help="Only those of this organisation.")] = None,
) -> None:
    """List the products that you see."""
    found = list(session.station.products.all(unit=unit, organisation=organisation))

    def shown() -> str:
        rows = [
            [
                one.name,
                _kind(one),
                one.unit_name,
                f"{one.used} of {one.allowance}",
                one.claim.name if one.claim else "",
                one.id,
            ]
            for one in found
        ]
        return table(["name", "kind", "unit", ">coins", "project", "id"], rows)

    session.answer({"items": found}, shown)


@verb(app)
def show(session: Session, product: Reference) -> None:
    """Show a product: its coins, its period, the project that it pays for."""
    found = session.station.products.show(product)
    session.answer(found, lambda: _shown(found))


@verb(app)
def change(session: Session, product: Reference, wanted: Change) -> None:
    """Rename a product, or raise its coins; they can only become more."""
    given = {"name": wanted.name, "allowance": wanted.allowance, "limit": wanted.limit}
    changes = {name: value for name, value in given.items() if value is not None}
    if not changes:
        raise typer.BadParameter("say what to change: --name, --allowance or --limit")
    changed = session.station.products.change(product, **changes)
    session.answer(changed, lambda: _shown(changed))


@verb(app)
def delete(session: Session, product: Reference) -> None:
    """Remove a product that no project has claimed."""
    session.station.products.delete(product)
    session.answer({"deleted": product}, lambda: f"removed {product}")


def _kind(product: Product) -> str:
    return f"{product.flavour} tier" if product.flavour else product.type


def _under_way(found: Product) -> str | None:
    if (found.open, found.held) == ("0", "0"):
        return None
    return f"{found.open} coins until now, {found.held} set aside"


def _tariff(found: Tariff) -> str:
    tiers = table(["flavour", ">allowance", ">limit"], [[one.flavour, one.allowance, one.limit] for one in found.tiers])
    unit = size(found.storage_unit_bytes)
    coins = "1 coin" if found.storage_cost == "1" else f"{found.storage_cost} coins"
    return f"{tiers}\n\nstorage costs {coins} a day for each {unit} begun"


def _shown(found: Product) -> str:
    return details(
        [
            ("name", found.name),
            ("id", found.id),
            ("kind", _kind(found)),
            ("unit", found.unit_name),
            ("coins", f"{found.used} used of {found.allowance}, at most {found.limit}"),
            ("under way", _under_way(found)),
            ("storage", f"{size(found.storage_bytes)}, {found.today} coins today" if found.storage_bytes else None),
            ("prediction", f"{found.prediction} coins at the end of the period"),
            ("at limit", "yes: new work is refused" if found.at_limit else None),
            ("period", f"{found.period.begin} to {found.period.end}, {found.period.remaining_days} days left"),
            ("project", f"{found.claim.name} ({found.claim.project})" if found.claim else None),
            ("created", ago(found.created)),
        ]
    )
