"""The one place that names concrete engines, storages and doors, and hands every part what it needs."""

from fieldstation.wiring.engines import probe_engines
from fieldstation.wiring.offline import collect_garbage, key_file, plan_garbage, settle_restored, verify_ledger
from fieldstation.wiring.station import ALL_ROLES, Station, build_station
from fieldstation.wiring.storages import build_storages

__all__ = [
    "ALL_ROLES",
    "Station",
    "build_station",
    "build_storages",
    "collect_garbage",
    "key_file",
    "plan_garbage",
    "probe_engines",
    "settle_restored",
    "verify_ledger",
]
