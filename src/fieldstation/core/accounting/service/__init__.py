"""What accounting can do for the rest of the station."""

from fieldstation.core.accounting.service.products import Claim, Product, ProductBrief, Products, ProductsOfUnits

__all__ = ["Claim", "Product", "ProductBrief", "Products", "ProductsOfUnits"]
