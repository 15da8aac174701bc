"""RDKit, in processes of its own: a child that reads what is searched for, and programs that read files."""

from fieldstation.gateways.molecules.bounded import BoundedChemistry, release

__all__ = ["BoundedChemistry", "release"]
