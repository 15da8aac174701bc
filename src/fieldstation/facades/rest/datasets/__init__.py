"""Data sets over REST."""

from fieldstation.facades.rest.datasets.parts import Parts
from fieldstation.facades.rest.datasets.routes import router

__all__ = ["Parts", "router"]
