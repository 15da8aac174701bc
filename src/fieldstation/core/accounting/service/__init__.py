"""What accounting can do for the rest of the station."""

from fieldstation.core.accounting.service.assets import Assets, AssetsOfThings, Holders
from fieldstation.core.accounting.service.bills import Bill, Bills, Day, ProductTotal, UnitTotal
from fieldstation.core.accounting.service.ledger import Ledger
from fieldstation.core.accounting.service.merchants import Merchant, Merchants
from fieldstation.core.accounting.service.paying import Paying
from fieldstation.core.accounting.service.processing import ProcessingCharges
from fieldstation.core.accounting.service.products import Claim, Product, ProductBrief, Products, ProductsOfUnits
from fieldstation.core.accounting.service.storage import StorageCharges
from fieldstation.core.accounting.service.subscriptions import Subscriptions

__all__ = [
    "Assets",
    "AssetsOfThings",
    "Bill",
    "Bills",
    "Claim",
    "Day",
    "Holders",
    "Ledger",
    "Merchant",
    "Merchants",
    "Paying",
    "ProcessingCharges",
    "Product",
    "ProductBrief",
    "ProductTotal",
    "Products",
    "ProductsOfUnits",
    "StorageCharges",
    "Subscriptions",
    "UnitTotal",
]
