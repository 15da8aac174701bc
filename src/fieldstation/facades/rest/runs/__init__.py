"""The runs of `/api/v1`: submit, read, follow, cancel, explain."""

from fieldstation.facades.rest.runs.lineage_routes import lineage_router
from fieldstation.facades.rest.runs.routes import RunsDoor, router

__all__ = ["RunsDoor", "lineage_router", "router"]
