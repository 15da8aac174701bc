"""`charge list|show|bills`."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import islice
from typing import Annotated

import typer

from fieldstation.cli.output import details, size, table
from fieldstation.cli.user.verb import Session, noun, verb
from fieldstation.client.charges import Bill, Charge, Day

app = noun("charge", "Charges: what work and storage cost.")
Prior = Annotated[int, typer.Option(min=0, max=23, help="So many billing periods before this one.")]
_WIDTH = 40  # columns of a burn-down's bars
_MOST = 200


@verb(app)
def list_(  # one for each option
    session: Session,
    product: Annotated[str | None, typer.Option(help="Only those of this product.")] = None,
    unit: Annotated[str | None, typer.Option(help="Only those of this unit.")] = None,
    organisation: Annotated[str | None, typer.Option(help="Only those of this organisation.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only processing, or only storage.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = _MOST,
) -> None:
    """List charges: of instances under way first, then newest day first."""
    every = session.station.charges.all(product=product, unit=unit, organisation=organisation, kind=kind)
    found = list(islice(every, limit))
    session.answer({"items": found}, lambda: _listed(found))


@verb(app)
def show(session: Session, product: Annotated[str, typer.Argument(help="Its id.")], prior: Prior = 0) -> None:
    """Show what a product is charged, day by day, and what it will probably come to."""
    found = session.station.charges.bill(product, prior=prior)
    session.answer(found, lambda: f"{_shown(found)}\n\n{burn_down(found)}")


@verb(app)
def bills(
    session: Session,
    organisation: Annotated[str | None, typer.Option(help="Only those of this organisation.")] = None,
    prior: Prior = 0,
) -> None:
    """Show what each unit is charged for its billing period, and each of its products."""
    found = list(session.station.charges.bills(organisation=organisation, prior=prior))

    def shown() -> str:
        rows = [
            [unit.name, one.name, unit.period.begin, one.processing, one.storage, one.coins]
            for unit in found
            for one in unit.products
        ]
        return table(["unit", "product", "from", ">processing", ">storage", ">coins"], rows)

    session.answer({"items": found}, shown)


def burn_down(bill: Bill) -> str:
    """Draw what a product has used by each day: `#` used, `.` predicted, `|` its allowance and its limit."""
    most = max([Decimal(bill.limit), *(Decimal(day.counts) for day in bill.days), Decimal(1)])
    marks = [_place(Decimal(bill.allowance), most), _place(Decimal(bill.limit), most)]
    lines = [f"{day.day[5:]}  {_bar(day, most, marks)}  {day.counts}" for day in _drawn(bill.days)]
    scale = f"each line to {most:f} coins; '|' marks allowance {bill.allowance} and limit {bill.limit}"
    return "\n".join([*lines, scale])


def _bar(day: Day, most: Decimal, marks: Sequence[int]) -> str:
    counts = Decimal(day.counts)
    filled = max(_place(counts, most), 1 if counts else 0)
    drawn = [("." if day.predicted else "#") if place < filled else " " for place in range(_WIDTH + 1)]
    for place in marks:
        drawn[place] = "|"
    return "".join(drawn)


def _place(amount: Decimal, most: Decimal) -> int:
    return int(min(amount / most, Decimal(1)) * _WIDTH)


def _drawn(days: Sequence[Day]) -> Sequence[Day]:
    """Return the days that tell something: those on which coins were used, the last one used, and the last one."""
    last = next((day for day in reversed(days) if not day.predicted), None)
    return [
        day
        for day in days
        if day is days[-1] or day is last or (not day.predicted and (day.processing, day.storage) != ("0", "0"))
    ]


def _listed(found: Sequence[Charge]) -> str:
    rows = [[one.day or "under way", _what(one), one.launched_by or "", one.coins, one.product] for one in found]
    return table(["day", "what", "who", ">coins", "product"], rows)


def _what(charge: Charge) -> str:
    if charge.instance is not None:
        return f"{charge.name} (refunded)" if charge.refunded else charge.name or ""
    return f"storage, at most {size(charge.peak_bytes)}"


def _shown(bill: Bill) -> str:
    return details(
        [
            ("name", bill.name),
            ("unit", bill.unit_name),
            ("period", f"{bill.period.begin} to {bill.period.end}"),
            ("instances", f"{bill.processing} coins"),
            ("storage", f"{bill.storage} coins"),
            ("bill", f"{bill.bill} of {bill.allowance}, at most {bill.limit}"),
            ("under way", f"{bill.open} coins, {bill.held} set aside" if bill.current else None),
            ("burns", f"{bill.burn_rate} coins a day" if bill.current else None),
            ("prediction", f"{bill.prediction} coins" if bill.current else None),
            ("at limit", "yes: new work is refused" if bill.at_limit else None),
        ]
    )
