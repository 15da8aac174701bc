"""Structures read in a bounded child process."""

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fieldstation.kernel.bounded import BoundedChild
from fieldstation.kernel.errors import Conflict, Fault, Invalid
from fieldstation.ports.chemistry import Structure

MOST_CHARACTERS = 20_000  # of a structure
_SECONDS = 5.0  # for one order
_START_SECONDS = 60.0  # for the child, on a busy machine
_ORDERS = 5_000  # after so many a fresh process begins
_MODULE = "fieldstation.gateways.molecules.child"


def release() -> str | None:
    """Return the release of RDKit that is installed; None where there is none."""
    try:
        return version("rdkit")
    except PackageNotFoundError:
        return None


class BoundedChemistry:
    """Reads structures in a child that has no environment, opens no files, and lives until `close`.

    An order that takes longer than `seconds` is given up, and the child with it. Safe to use from several threads.
    """

    def __init__(self, seconds: float = _SECONDS) -> None:
        self._child = BoundedChild(_MODULE, seconds=seconds, start_seconds=_START_SECONDS, orders=_ORDERS)

    def molecule(self, text: str) -> Structure:
        """Read a molecule; see the port."""
        return _structure(self._do("molecule", text))

    def pattern(self, text: str) -> Structure:
        """Read a part of molecules; see the port."""
        return _structure(self._do("pattern", text))

    def matches(self, text: str, smiles: Sequence[str]) -> Sequence[bool]:
        """Match molecules; see the port."""
        return [bool(one) for one in self._do("matches", text, smiles=list(smiles))["matches"]]

    def drawing(self, text: str, part: str | None = None) -> str:
        """Draw a molecule; see the port."""
        return str(self._do("drawing", text, part=part)["svg"])

    def close(self) -> None:
        """End the child."""
        self._child.close()

    def _do(self, work: str, text: str, **more: Any) -> Mapping[str, Any]:
        if release() is None:
            raise no_chemistry()
        if not text.strip() or len(text) > MOST_CHARACTERS:
            raise _no_structure(f"it must have between 1 and {MOST_CHARACTERS:,} characters")
        order = json.dumps({"work": work, "text": text, **more}).encode() + b"\n"
        answer = self._child.ask(order)
        if answer is None:
            raise _no_structure(f"it takes more than {self._child.seconds:g} seconds, or too much memory")
        found: Mapping[str, Any] = json.loads(answer)
        if "fault" in found:
            raise _no_structure(found["fault"])
        return found


def no_chemistry() -> Conflict:
    """Return the error of a station without RDKit."""
    return Conflict(
        "this station does not read molecules: RDKit is not installed beside it",
        next_step="ask its operator for it: pip install 'fieldstation[chemistry]'",
        reason="no_chemistry",
        fault=Fault.OURS,
    )


def _no_structure(fault: str) -> Invalid:
    return Invalid(
        f"the structure cannot be used: {fault}",
        next_step="write a molecule as SMILES or InChI, a part of molecules as SMARTS or SMILES",
        reason="structure",
    )


def _structure(found: Mapping[str, Any]) -> Structure:
    return Structure(
        smiles=found["smiles"],
        inchikey=found["inchikey"],
        morgan=bytes.fromhex(found["morgan"]),
        pattern=bytes.fromhex(found["pattern"]),
    )
