"""What a chemist says of texts that strangers wrote, under bounds of time and memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Structure:
    """A structure as a chemist reads it; fingerprints of 2,048 bits, the first the lowest of the first byte.

    `smiles` (canonical) and `inchikey` are there where it is a molecule, not only a pattern.
    """

    smiles: str | None
    inchikey: str | None
    morgan: bytes
    pattern: bytes


class Chemistry(Protocol):
    """Reads, matches and draws structures. Starts and waits for a process, so it is never called in a transaction.

    Every method raises Invalid (`structure`) for a text that is none or takes too long, and Conflict
    (`no_chemistry`) where the station lacks what reads it.
    """

    def molecule(self, text: str) -> Structure:
        """Read a SMILES, an InChI or a molfile as a molecule."""

    def pattern(self, text: str) -> Structure:
        """Read a SMARTS or SMILES as a part of molecules."""

    def matches(self, text: str, smiles: Sequence[str]) -> Sequence[bool]:
        """Tell which of these molecules have a part that is written as for `pattern`."""

    def drawing(self, text: str, part: str | None = None) -> str:
        """Return an SVG image of a molecule; `part` of it is shown."""
