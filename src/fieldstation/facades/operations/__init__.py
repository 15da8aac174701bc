"""For those who run the station: is it alive, is it ready, what does it measure."""

from fieldstation.facades.operations.aside import Aside
from fieldstation.facades.operations.errors import errors_router
from fieldstation.facades.operations.metrics import Metrics
from fieldstation.facades.operations.queue import queue_router
from fieldstation.facades.operations.readiness import EngineProbes, Readiness, disk_part, engine_part
from fieldstation.facades.operations.routes import router
from fieldstation.facades.operations.station import Overview, station_router

__all__ = [
    "Aside",
    "EngineProbes",
    "Metrics",
    "Overview",
    "Readiness",
    "disk_part",
    "engine_part",
    "errors_router",
    "queue_router",
    "router",
    "station_router",
]
