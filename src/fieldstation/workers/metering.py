"""Metering storage: how many bytes lie in what each product pays for, looked at again and again."""

from fieldstation.core.accounting.service import StorageCharges
from fieldstation.core.datasets.service import Arrivals
from fieldstation.core.projects.service import Projects
from fieldstation.db import Tx

_BATCH = 500


class Metering:
    """Reads the sizes of projects and data sets, some products at a time; what comes is counted when it comes."""

    def __init__(self, storage: StorageCharges, projects: Projects, arrivals: Arrivals) -> None:
        self._storage = storage
        self._projects = projects
        self._arrivals = arrivals
        self._after = ""

    def step(self, tx: Tx) -> bool:
        """Meter some products; tells whether more are left before it begins anew."""
        found = self._storage.payers(tx, self._after, _BATCH)
        projects = self._projects.sizes(tx, [one.product for one in found if one.tier])
        units = self._arrivals.sizes(tx, [one.unit for one in found if not one.tier and not one.spare])
        sizes = {
            one.product: projects.get(one.product, 0) if one.tier else 0 if one.spare else units.get(one.unit, 0)
            for one in found
        }
        self._storage.measured(tx, sizes)
        self._after = found[-1].product if len(found) == _BATCH else ""
        return bool(self._after)
