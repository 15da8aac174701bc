"""The one place that names concrete engines, storages and doors, and hands every part what it needs."""

from fieldstation.wiring.engines import probe_engines
from fieldstation.wiring.offline import build_store, collect_garbage, key_file, plan_garbage, settle_restored
from fieldstation.wiring.station import ALL_ROLES, Station, build_station

__all__ = [
    "ALL_ROLES",
    "Station",
    "build_station",
    "build_store",
    "collect_garbage",
    "key_file",
    "plan_garbage",
    "probe_engines",
    "settle_restored",
]
