"""Who pays, for what, and the assets of their jobs."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from fieldstation.core.accounting.model.products import Tariff, read_tiers
from fieldstation.core.accounting.service import (
    Assets,
    AssetsOfThings,
    Holders,
    Merchants,
    Products,
    ProductsOfUnits,
    Subscriptions,
)
from fieldstation.core.people.service import Access, Organisations, Units
from fieldstation.kernel.sealing import Sealer
from fieldstation.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Accounting:
    """The services of organisations, units, products and assets."""

    organisations: Organisations
    units: Units
    products: Products
    subscriptions: Subscriptions
    assets: Assets
    holders: Holders
    merchants: Merchants


def tariff_of(settings: Settings) -> Tariff:
    """Return what the settings say about prices."""
    return Tariff(tiers=read_tiers(settings.tiers), storage_cost=settings.storage_cost)


def build_accounting(access: Access, sealer: Sealer, tariff: Tariff, address: str, *, on: bool = False) -> Accounting:
    """Build them; the station provides at `address`. With `on`, storage and projects have to be paid for."""
    kept = AssetsOfThings()
    organisations = Organisations(access, removing=[kept])
    units = Units(access, organisations, removing=[ProductsOfUnits(), kept])
    products = Products(access, units, tariff, removing=[kept])
    holders = Holders(organisations=organisations, units=units, products=products)
    return Accounting(
        organisations=organisations,
        units=units,
        products=products,
        subscriptions=Subscriptions(units, on=on),
        assets=Assets(access, sealer, holders),
        holders=holders,
        merchants=Merchants(organisations, urlsplit(address).hostname or "station", address),
    )
