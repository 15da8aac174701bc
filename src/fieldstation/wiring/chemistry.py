"""Molecules: what reads them inside the sandbox, and what reads them at a door."""

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path

from fieldstation import __version__
from fieldstation.core.datasets.service import Datasets
from fieldstation.core.molecules.service import MoleculeReadings, MoleculeSearch
from fieldstation.core.people.service import Access
from fieldstation.core.tasks.service import Tasks
from fieldstation.engines.local.environment import prepare_environment
from fieldstation.gateways.molecules import BoundedChemistry, release
from fieldstation.kernel.parts import Condition, Part
from fieldstation.wiring.programs import readable
from fieldstation.workers.laboratory import Bench

_PACKAGES = ("rdkit", "rdkit.libs", "numpy", "numpy.libs")  # what RDKit is, and what it imports
_PROGRAMS = "programs"


@dataclass(frozen=True, kw_only=True)
class Molecules:
    """What keeps molecules, what finds them, and what reads structures at a door."""

    readings: MoleculeReadings
    search: MoleculeSearch
    chemistry: BoundedChemistry


def build_molecules(access: Access, datasets: Datasets, tasks: Tasks) -> Molecules:
    """Build it; nothing is started yet."""
    return Molecules(
        readings=MoleculeReadings(datasets, tasks),
        search=MoleculeSearch(access, datasets),
        chemistry=BoundedChemistry(),
    )


def build_bench(data: Path) -> Bench:
    """Make what programs need to read molecules: where runs cannot read the station's own packages, copies of them."""
    source = importlib.util.find_spec("fieldstation.gateways.molecules")
    assert source is not None
    assert source.submodule_search_locations is not None
    programs = Path(source.submodule_search_locations[0])
    label = f"molecules-{__version__}-{release()}-{sys.implementation.cache_tag}"
    packages = readable(data, label, [programs / _PROGRAMS, *_installed()])
    return Bench(
        interpreter=prepare_environment(data, same_version=True),
        programs=packages[0].parent,
        package=_PROGRAMS,
        packages=packages[1:],
    )


def chemistry_part() -> Part:
    """Tell what molecules are read with, for `doctor`."""
    found = release()
    if found is None:
        text = "RDKit is not installed: molecules of data sets are not read; pip install 'fieldstation[chemistry]'"
        return Part(name="chemistry", condition=Condition.OK, text=text)
    return Part(name="chemistry", condition=Condition.OK, text=f"RDKit {found} reads the molecules of data sets")


def _installed() -> list[Path]:
    found = importlib.util.find_spec("rdkit")
    if found is None or not found.submodule_search_locations:
        return []
    site = Path(found.submodule_search_locations[0]).parent
    return [site / name for name in _PACKAGES if (site / name).is_dir()]
