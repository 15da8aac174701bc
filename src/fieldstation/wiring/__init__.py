"""The one place that names concrete engines, storages and doors, and hands every part what it needs."""

from fieldstation.wiring.engines import probe_engines
from fieldstation.wiring.station import ALL_ROLES, Station, build_station

__all__ = ["ALL_ROLES", "Station", "build_station", "probe_engines"]
