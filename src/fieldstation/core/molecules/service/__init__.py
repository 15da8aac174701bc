"""What the station does with molecules."""

from fieldstation.core.molecules.service.reading import LOAD, MoleculeReadings
from fieldstation.core.molecules.service.search import MoleculeSearch, Query, Screened

__all__ = ["LOAD", "MoleculeReadings", "MoleculeSearch", "Query", "Screened"]
