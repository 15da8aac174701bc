"""Organisations, units, products and assets over REST."""

from fieldstation.facades.rest.accounting.routes import Books, router

__all__ = ["Books", "router"]
