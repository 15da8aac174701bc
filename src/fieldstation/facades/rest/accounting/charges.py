"""Routes of charges and bills."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from fieldstation.core.accounting.model.charges import OPEN_DAY, Charge, ChargeKind
from fieldstation.core.accounting.model.periods import MOST_PRIOR, Period, Span
from fieldstation.core.accounting.model.products import ProductType, coins
from fieldstation.core.accounting.service import Bill, Bills, Day, ProductTotal, UnitTotal
from fieldstation.core.people.model import Caller
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.pages import ById, Given, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.names import Text
from fieldstation.kernel.clock import wire_time


class ChargeOut(BaseModel):
    """What an instance, or a day of storage, costs; it changes until it is closed."""

    id: int
    kind: ChargeKind
    product: str = Field(description="id of the product that pays")
    unit: str
    organisation: str
    coins: str = Field(examples=["1.5"])
    day: str | None = Field(default=None, description="the day of UTC that it counts to; absent while an instance runs")
    opened: str
    closed: str | None = Field(default=None, description="absent while it changes")
    instance: str | None = Field(default=None, description="id of the instance")
    name: str | None = Field(default=None, description="of the instance")
    launched_by: str | None = None
    cost: str | None = Field(default=None, description="what its program said")
    rate: str | None = Field(default=None, description="coins for a thousand of its cost, fixed at launch")
    held: str | None = Field(default=None, description="coins that were set aside for it at launch")
    refunded: bool | None = Field(default=None, description="whether it costs nothing, because the station failed it")
    current_bytes: int | None = Field(default=None, description="of storage")
    peak_bytes: int | None = Field(default=None, description="of storage: the most of the day")
    unit_cost: str | None = Field(default=None, description="of storage: coins for each unit begun at the peak")


class DaysOut(BaseModel):
    """Days of UTC."""

    begin: str = Field(description="the first day", examples=["2026-11-03"])
    end: str = Field(description="the day after the last one", examples=["2026-12-03"])


class DayOut(BaseModel):
    """Coins of one day; those of days to come are predicted."""

    day: str = Field(examples=["2026-11-22"])
    processing: str = Field(description="of instances that ended on it")
    storage: str
    used: str = Field(description="from the first day to this one")
    counts: str = Field(description="what those count for beyond allowance and limit")
    predicted: bool


class BillOut(BaseModel):
    """What a product is charged, day by day."""

    product: str
    name: str
    type: ProductType
    unit: str
    unit_name: str
    period: DaysOut
    current: bool = Field(description="whether today is one of the days")
    allowance: str
    limit: str
    processing: str = Field(description="coins of instances that are over")
    storage: str = Field(description="coins of days, today's until now among them")
    open: str = Field(description="what instances have cost until now that are not over; in no bill yet")
    held: str = Field(description="coins set aside for them")
    coins: str = Field(description="processing and storage")
    bill: str = Field(description="what those count for beyond allowance and limit")
    burn_rate: str = Field(description="coins a day with what lies there now")
    prediction: str = Field(description="what the bill will probably be at the end")
    storage_prediction: str = Field(description="of that, coins of storage")
    at_limit: bool
    days: list[DayOut]


class ProductTotalOut(BaseModel):
    """Coins of a product."""

    product: str
    name: str
    type: ProductType
    processing: str
    storage: str
    coins: str


class UnitBillOut(BaseModel):
    """What a unit is charged for its billing period, or for the days that were asked for."""

    unit: str
    name: str
    organisation: str
    organisation_name: str
    period: DaysOut
    processing: str
    storage: str
    coins: str
    products: list[ProductTotalOut]


def span_of(
    prior: Annotated[int, Query(ge=0, le=MOST_PRIOR, description="so many billing periods before this one")] = 0,
    begin: Annotated[date | None, Query(description="first day, instead of that of a billing period")] = None,
    end: Annotated[date | None, Query(description="the day after the last one")] = None,
) -> Span:
    """Read which days are meant."""
    return Span(prior=prior, begin=begin, end=end)


GivenSpan = Annotated[Span, Depends(span_of)]


def router(bills: Bills) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["charges"])
    _add_charges(routes, bills)
    _add_bills(routes, bills)
    return routes


def _add_charges(routes: APIRouter, bills: Bills) -> None:
    @routes.get(
        "/charges",
        operation_id="list_charges",
        summary="List the charges you see: of instances under way first, then newest day first",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def listed(  # one for each part of the query
        call: CallerCall,
        page: Given,
        product: Annotated[Text | None, Query(description="only those of this one, by id")] = None,
        unit: Annotated[Text | None, Query(description="only those of this one, by id or name")] = None,
        organisation: Annotated[Text | None, Query(description="only those of this one, by id or name")] = None,
        kind: Annotated[ChargeKind | None, Query()] = None,
    ) -> PageOut[ChargeOut]:
        given = {"product": product, "unit": unit, "organisation": organisation, "kind": kind}
        filters = {name: str(value) for name, value in given.items() if value is not None}
        return await call(lambda tx, caller: page_out(bills.page(tx, caller, page.of(2), filters), charge_out))


def _add_bills(routes: APIRouter, bills: Bills) -> None:
    @routes.get(
        "/products/{product}/bill",
        operation_id="show_bill",
        summary="Show what a product is charged, day by day, and what it will probably come to",
        responses=responses(403, 404),
    )
    async def show(product: str, span: GivenSpan, call: CallerCall) -> BillOut:
        def work(tx: Tx, caller: Caller) -> BillOut:
            bill = bills.product(tx, caller, product, span)
            return bill_out(bill, [_day_out(one) for one in bills.days(tx, bill)])

        return await call(work)

    @routes.get(
        "/bills",
        operation_id="list_bills",
        summary="List what the units you see are charged, newest unit first",
        responses=responses(403, 404, 409),
    )
    async def listed(
        call: CallerCall,
        page: ById,
        span: GivenSpan,
        organisation: Annotated[Text | None, Query(description="only those of this one, by id or name")] = None,
    ) -> PageOut[UnitBillOut]:
        filters = {} if organisation is None else {"organisation": organisation}
        return await call(lambda tx, caller: page_out(bills.totals(tx, caller, page, filters, span), _unit_out))


def charge_out(charge: Charge) -> ChargeOut:
    """Write a charge."""
    work, stored = charge.processing, charge.stored
    return ChargeOut(
        id=charge.id,
        kind=charge.kind,
        product=charge.product,
        unit=charge.unit,
        organisation=charge.organisation,
        coins=coins(charge.coins),
        day=None if charge.day == OPEN_DAY else charge.day.isoformat(),
        opened=wire_time(charge.opened_at),
        closed=None if charge.closed_at is None else wire_time(charge.closed_at),
        instance=work.instance if work else None,
        name=work.name if work else None,
        launched_by=work.username if work else None,
        cost=coins(work.cost) if work else None,
        rate=None if work is None or work.rate is None else coins(work.rate),
        held=coins(work.hold) if work else None,
        refunded=work.refunded if work else None,
        current_bytes=stored.current_bytes if stored else None,
        peak_bytes=stored.peak_bytes if stored else None,
        unit_cost=coins(stored.unit_cost) if stored else None,
    )


def bill_out(bill: Bill, days: list[DayOut]) -> BillOut:
    """Write a bill."""
    product, use, found = bill.product, bill.use, bill.standing
    now = bill.current
    return BillOut(
        product=product.id,
        name=product.name,
        type=product.type,
        unit=product.unit.id,
        unit_name=product.unit.name,
        period=_days_out(bill.period),
        current=now,
        allowance=coins(product.terms.allowance),
        limit=coins(product.terms.limit),
        processing=coins(use.processing),
        storage=coins(use.storage + use.today),
        open=coins(use.accrued) if now else "0",
        held=coins(use.held) if now else "0",
        coins=coins(use.due),
        bill=coins(found.bill),
        burn_rate=coins(use.burn_rate) if now else "0",
        prediction=coins(found.prediction),
        storage_prediction=coins(found.storage_prediction),
        at_limit=found.at_limit,
        days=days,
    )


def _day_out(day: Day) -> DayOut:
    return DayOut(
        day=day.day.isoformat(),
        processing=coins(day.processing),
        storage=coins(day.storage),
        used=coins(day.used),
        counts=coins(day.counts),
        predicted=day.predicted,
    )


def _unit_out(total: UnitTotal) -> UnitBillOut:
    return UnitBillOut(
        unit=total.unit.id,
        name=total.unit.name,
        organisation=total.unit.organisation.id,
        organisation_name=total.unit.organisation.name,
        period=_days_out(total.period),
        processing=coins(total.processing),
        storage=coins(total.storage),
        coins=coins(total.processing + total.storage),
        products=[_total_out(one) for one in total.products],
    )


def _total_out(total: ProductTotal) -> ProductTotalOut:
    return ProductTotalOut(
        product=total.product,
        name=total.name,
        type=total.type,
        processing=coins(total.processing),
        storage=coins(total.storage),
        coins=coins(total.processing + total.storage),
    )


def _days_out(period: Period) -> DaysOut:
    return DaysOut(begin=period.begin.isoformat(), end=period.end.isoformat())
