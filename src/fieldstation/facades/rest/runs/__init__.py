"""The runs of `/api/v1`: submit, read, follow, cancel, explain."""

from fieldstation.facades.rest.runs.attention_routes import attention_router
from fieldstation.facades.rest.runs.lineage_routes import lineage_router
from fieldstation.facades.rest.runs.routes import RunsDoor, router
from fieldstation.facades.rest.runs.uses_routes import uses_router

__all__ = ["RunsDoor", "attention_router", "lineage_router", "router", "uses_router"]
