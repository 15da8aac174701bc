"""For those who run the station: is it alive, is it ready, what does it measure."""

from fieldstation.facades.operations.metrics import Metrics
from fieldstation.facades.operations.readiness import EngineProbes, Readiness, disk_part, engine_part
from fieldstation.facades.operations.routes import router

__all__ = ["EngineProbes", "Metrics", "Readiness", "disk_part", "engine_part", "router"]
