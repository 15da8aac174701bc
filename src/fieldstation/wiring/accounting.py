"""Who pays, for what, and the assets of their jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from fieldstation.core.accounting.model.products import Tariff, read_tiers
from fieldstation.core.accounting.service import (
    Assets,
    AssetsOfThings,
    Bills,
    Holders,
    Ledger,
    Merchants,
    Paying,
    ProcessingCharges,
    Products,
    ProductsOfUnits,
    StorageCharges,
    Subscriptions,
)
from fieldstation.core.actions.service import ChargeActions
from fieldstation.core.people.service import Access, Organisations, Units
from fieldstation.kernel.sealing import Sealer
from fieldstation.ports.hooks import Charged
from fieldstation.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Accounting:
    """The services of organisations, units, products and assets, and of what is charged."""

    organisations: Organisations
    units: Units
    products: Products
    subscriptions: Subscriptions
    assets: Assets
    holders: Holders
    merchants: Merchants
    paying: Paying
    processing: ProcessingCharges
    storage: StorageCharges
    bills: Bills
    ledger: Ledger


def tariff_of(settings: Settings) -> Tariff:
    """Return what the settings say about prices."""
    return Tariff(
        tiers=read_tiers(settings.tiers),
        storage_cost=settings.storage_cost,
        allowance_multiplier=settings.allowance_multiplier,
        overspend_multiplier=settings.overspend_multiplier,
    )


def build_accounting(
    access: Access,
    sealer: Sealer,
    tariff: Tariff,
    address: str,
    hooks: Sequence[Charged] = (ChargeActions(),),
    *,
    on: bool = False,
) -> Accounting:
    """Build them; the station provides at `address`, and `hooks` hear of every charge.

    With `on`, storage and projects have to be paid for.
    """
    kept = AssetsOfThings()
    organisations = Organisations(access, removing=[kept])
    units = Units(access, organisations, removing=[ProductsOfUnits(), kept])
    products = Products(access, units, tariff, removing=[kept])
    paying = Paying(tariff)
    holders = Holders(organisations=organisations, units=units, products=products)
    return Accounting(
        organisations=organisations,
        units=units,
        products=products,
        subscriptions=Subscriptions(units, paying, on=on),
        assets=Assets(access, sealer, holders),
        holders=holders,
        merchants=Merchants(organisations, urlsplit(address).hostname or "station", address),
        paying=paying,
        processing=ProcessingCharges(paying, hooks),
        storage=StorageCharges(paying, hooks),
        bills=Bills(access, organisations, units, products),
        ledger=Ledger(),
    )
