"""Charges: what products, units, organisations and the whole station used in a billing period, or in some days."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from fieldstation.core.accounting.model.charges import Charge
from fieldstation.core.accounting.model.periods import MOST_PRIOR, Span
from fieldstation.core.accounting.model.products import ProductType, coins
from fieldstation.core.accounting.service import Bill, Bills, Merchants, ProductTotal, UnitTotal
from fieldstation.core.accounting.service.merchants import Merchant
from fieldstation.core.people.model import Caller
from fieldstation.core.people.service.organisations import Organisation
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.squonk.account_server.accounts import merchant_out
from fieldstation.facades.squonk.account_server.products import ClaimOut
from fieldstation.facades.squonk.account_server.shapes import TYPES
from fieldstation.facades.squonk.application import refusals
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Invalid

_MOST = 10_000  # charges of a product; lists of this door have no pages
_SCALE = "1000"  # of a cost, before it is multiplied with the rate


class SumOut(BaseModel):
    """Coins of one kind of charge."""

    type: str = Field(examples=["PROCESSING", "STORAGE"])
    coins: str


class ItemOut(BaseModel):
    """What an instance cost, until now or in the end."""

    id: int
    sqn: int = Field(description="how often it changed")
    name: str
    username: str
    timestamp: str
    coins: str
    additional_data: dict[str, Any]


class ProcessingOut(BaseModel):
    """The charge of an instance."""

    merchant_name: str
    merchant_kind: str
    merchant_api_hostname: str
    closed: str | None = Field(default=None, description="absent while it runs")
    final: bool
    charge: ItemOut


class StorageItemOut(BaseModel):
    """What a day of storage cost; of today, what it costs so far."""

    item_number: int
    date: str
    coins: str
    current_burn_rate: str | None = Field(default=None, description="coins of a day with what lies there now")
    burn_rate: str | None = Field(default=None, description="the same")
    closed: str | None = None
    additional_data: dict[str, Any]


class StorageChargeOut(BaseModel):
    """Days of storage."""

    num_items: int
    items: list[StorageItemOut]


class ProductChargesOut(BaseModel):
    """What a product is charged."""

    product_id: str
    product_type: str
    billing_day: int
    claimable: bool
    claim: ClaimOut | None = None
    count: int
    from_: str = Field(alias="from")
    until: str
    coins: str
    processing_charges: list[ProcessingOut]
    storage_charges: StorageChargeOut


class ProductSumsOut(BaseModel):
    """What a product of a unit is charged."""

    product_id: str
    product_type: str
    charges: list[SumOut]


class SumsOut(BaseModel):
    """Coins by kind."""

    charges: list[SumOut]


class UnitChargesOut(BaseModel):
    """What a unit is charged."""

    unit_id: str
    name: str
    owner_id: str
    private: bool
    created: str
    caller_is_member: bool
    coins: str
    count: int
    billing_day: int
    from_: str = Field(alias="from")
    until: str
    summary: SumsOut
    products: list[ProductSumsOut]


class UnitSumsOut(BaseModel):
    """What a unit of an organisation is charged, for its own period."""

    unit_id: str
    name: str
    billing_day: int
    from_: str = Field(alias="from")
    until: str
    summary: list[SumOut]


class OrganisationChargesOut(BaseModel):
    """What the units of an organisation are charged."""

    organisation_id: str
    name: str
    coins: str
    summary: list[SumOut]
    unit_charges: list[UnitSumsOut]


class OrganisationSumsOut(BaseModel):
    """What an organisation is charged."""

    organisation_id: str
    name: str
    summary: list[SumOut]


class ChargesOut(BaseModel):
    """What the station charges."""

    coins: str
    count: int
    summary: list[SumOut]
    organisation_charges: list[OrganisationSumsOut]


def span_of(
    from_: Annotated[str | None, Query(alias="from", max_length=40, description="first day, of UTC")] = None,
    until: Annotated[str | None, Query(max_length=40, description="the day after the last one")] = None,
    pbp: Annotated[int, Query(ge=-MOST_PRIOR, le=0, description="0 for this billing period, -1 for the last one")] = 0,
) -> Span:
    """Read which days are meant."""
    return Span(prior=-pbp, begin=_day("from", from_), end=_day("until", until))


GivenSpan = Annotated[Span, Depends(span_of)]


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """A bill with its charges, and who provides."""

    bill: Bill
    charges: Sequence[Charge]
    merchant: Merchant


def router(bills: Bills, merchants: Merchants) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["charges"])
    _add_products(routes, bills, merchants)
    _add_sums(routes, bills)
    return routes


def _add_products(routes: APIRouter, bills: Bills, merchants: Merchants) -> None:
    def shown(tx: Tx, caller: Caller, product_id: str, span: Span) -> _Shown:
        bill = bills.product(tx, caller, product_id, span)
        return _Shown(bill=bill, charges=bills.charges(tx, bill, _MOST), merchant=merchants.show(tx, caller))

    @routes.get(
        "/charges/product/{product_id}",
        operation_id="get_product_charges",
        summary="What a product is charged",
        response_model_exclude_none=True,
        responses=refusals(404),
    )
    async def of_product(product_id: str, span: GivenSpan, call: CallerCall) -> ProductChargesOut:
        return _product_out(await call(lambda tx, caller: shown(tx, caller, product_id, span)))


def _add_sums(routes: APIRouter, bills: Bills) -> None:
    @routes.get(
        "/charges/unit/{unit_id}",
        operation_id="get_unit_charges",
        summary="What a unit is charged",
        responses=refusals(404),
    )
    async def of_unit(unit_id: str, span: GivenSpan, call: CallerCall) -> UnitChargesOut:
        return _unit_out(await call(lambda tx, caller: bills.unit(tx, caller, unit_id, span)))

    @routes.get(
        "/charges/organisation/{org_id}",
        operation_id="get_organisation_charges",
        summary="What the units of an organisation are charged that you see",
        responses=refusals(404),
    )
    async def of_organisation(org_id: str, span: GivenSpan, call: CallerCall) -> OrganisationChargesOut:
        return _organisation_out(*await call(lambda tx, caller: bills.organisation(tx, caller, org_id, span)))

    @routes.get(
        "/charges",
        operation_id="get_charges",
        summary="What the station charges, for operators",
        responses=refusals(),
    )
    async def of_all(span: GivenSpan, call: CallerCall) -> ChargesOut:
        return _all_out(await call(lambda tx, caller: bills.all(tx, caller, span)))


def _product_out(shown: _Shown) -> ProductChargesOut:
    bill, product = shown.bill, shown.bill.product
    days = [one for one in shown.charges if one.stored is not None]
    items = [_day_out(number, one) for number, one in enumerate(days, start=1)]
    work = [_processing_out(one, shown.merchant) for one in shown.charges if one.processing is not None]
    claim = None if product.claim is None else ClaimOut(id=product.claim.project_id, name=product.claim.name)
    values: Mapping[str, Any] = {"from": bill.period.begin.isoformat(), "until": bill.period.end.isoformat()}
    return ProductChargesOut(
        product_id=product.id,
        product_type=TYPES[product.type],
        billing_day=product.unit.billing_day,
        claimable=product.type is ProductType.PROJECT_TIER,
        claim=claim,
        count=len(shown.charges),
        coins=coins(bill.use.due),
        processing_charges=work,
        storage_charges=StorageChargeOut(num_items=len(items), items=items),
        **values,
    )


def _processing_out(charge: Charge, merchant: Merchant) -> ProcessingOut:
    found = charge.processing
    assert found is not None
    about = merchant_out(merchant)
    told = {
        "cost": coins(found.cost),
        "cost_to_coins_er": coins(found.rate or Decimal(0)),
        "cost_scale_factor": _SCALE,
        "instance_id": found.instance,
        "instance_name": found.name,
        "started": wire_time(charge.opened_at),
    }
    return ProcessingOut(
        merchant_name=about.name,
        merchant_kind=about.kind,
        merchant_api_hostname=about.api_hostname,
        closed=None if charge.closed_at is None else wire_time(charge.closed_at),
        final=charge.closed_at is not None,
        charge=ItemOut(
            id=charge.id,
            sqn=found.sqn,
            name=found.name,
            username=found.username,
            timestamp=wire_time(charge.changed_at),
            coins=coins(charge.coins),
            additional_data={**told, **found.detail},
        ),
    )


def _day_out(number: int, charge: Charge) -> StorageItemOut:
    found = charge.stored
    assert found is not None
    told: dict[str, Any] = {
        "peak_bytes": found.peak_bytes,
        "unit_bytes": found.unit_bytes,
        "unit_cost": coins(found.unit_cost),
    }
    burns = None
    if charge.closed_at is None:  # by these programs tell today's item from the others
        burns = coins(found.burn_rate)
        told["current_bytes"] = found.current_bytes
    return StorageItemOut(
        item_number=number,
        date=charge.day.isoformat(),
        coins=coins(charge.coins),
        current_burn_rate=burns,
        burn_rate=burns,
        closed=None if charge.closed_at is None else wire_time(charge.closed_at),
        additional_data=told,
    )


def _unit_out(total: UnitTotal) -> UnitChargesOut:
    unit = total.unit
    values: Mapping[str, Any] = {"from": total.period.begin.isoformat(), "until": total.period.end.isoformat()}
    products = [
        ProductSumsOut(
            product_id=one.product, product_type=TYPES[one.type], charges=_sums([(one.processing, one.storage)])
        )
        for one in total.products
    ]
    return UnitChargesOut(
        unit_id=unit.id,
        name=unit.name,
        owner_id=unit.owner or "",
        private=True,
        created=wire_time(unit.created_at),
        caller_is_member=unit.member,
        coins=coins(total.processing + total.storage),
        count=len(products),
        billing_day=unit.billing_day,
        summary=SumsOut(charges=_sums_of(total.products)),
        products=products,
        **values,
    )


def _organisation_out(organisation: Organisation, totals: Sequence[UnitTotal]) -> OrganisationChargesOut:
    return OrganisationChargesOut(
        organisation_id=organisation.id,
        name=organisation.name,
        coins=_coins_of(totals),
        summary=_summary(totals),
        unit_charges=[_unit_sums(total) for total in totals],
    )


def _unit_sums(total: UnitTotal) -> UnitSumsOut:
    values: Mapping[str, Any] = {"from": total.period.begin.isoformat(), "until": total.period.end.isoformat()}
    return UnitSumsOut(
        unit_id=total.unit.id,
        name=total.unit.name,
        billing_day=total.unit.billing_day,
        summary=_sums_of(total.products),
        **values,
    )


def _all_out(totals: Sequence[UnitTotal]) -> ChargesOut:
    ordered = sorted(totals, key=lambda total: total.unit.organisation.id)
    organisations = []
    for _, some in groupby(ordered, key=lambda total: total.unit.organisation.id):
        units = list(some)
        about = units[0].unit.organisation
        organisations.append(OrganisationSumsOut(organisation_id=about.id, name=about.name, summary=_summary(units)))
    return ChargesOut(
        coins=_coins_of(totals),
        count=len(organisations),
        summary=_summary(totals),
        organisation_charges=organisations,
    )


def _coins_of(totals: Sequence[UnitTotal]) -> str:
    return coins(sum((total.processing + total.storage for total in totals), Decimal(0)))


def _summary(totals: Sequence[UnitTotal]) -> list[SumOut]:
    return _sums([(total.processing, total.storage) for total in totals])


def _sums_of(products: Sequence[ProductTotal]) -> list[SumOut]:
    return _sums([(one.processing, one.storage) for one in products])


def _sums(pairs: Iterable[tuple[Decimal, Decimal]]) -> list[SumOut]:
    processing, storage = Decimal(0), Decimal(0)
    for one, other in pairs:
        processing, storage = processing + one, storage + other
    return [SumOut(type="PROCESSING", coins=coins(processing)), SumOut(type="STORAGE", coins=coins(storage))]


def _day(name: str, text: str | None) -> date | None:
    """Read a day, or the day of UTC that a time lies in; a time without a zone is one of UTC."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Invalid(f"{name} is {text[:40]!r}", next_step=f"give {name} as a date such as 2026-01-31") from None
    return (moment if moment.tzinfo is None else moment.astimezone(UTC)).date()
