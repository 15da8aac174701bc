"""What accounting can do for the rest of the station."""

from fieldstation.core.accounting.service.assets import Assets, AssetsOfThings, Holders
from fieldstation.core.accounting.service.merchants import Merchant, Merchants
from fieldstation.core.accounting.service.products import Claim, Product, ProductBrief, Products, ProductsOfUnits
from fieldstation.core.accounting.service.subscriptions import Subscriptions

__all__ = [
    "Assets",
    "AssetsOfThings",
    "Claim",
    "Holders",
    "Merchant",
    "Merchants",
    "Product",
    "ProductBrief",
    "Products",
    "ProductsOfUnits",
    "Subscriptions",
]
