"""The process in which structures are read, matched and drawn: one order a line of JSON, answered with a line."""

import json
import os
import resource
import sys
from collections.abc import Mapping
from typing import Any

from rdkit import Chem as typed_in_parts
from rdkit.Chem.Draw import rdMolDraw2D

from fieldstation.gateways.molecules.programs.describe import BITS, MOST_ATOMS, Faulty, described

Chem: Any = typed_in_parts
MEMORY_BYTES = 2 << 30  # of address space, most of which RDKit's libraries take
_NOBODY = 65534
_WIDTH, _HEIGHT = 220, 160
_AS_WRITTEN = Chem.SmilesParserParams()
_AS_WRITTEN.sanitize = _AS_WRITTEN.removeHs = False
_WARMING = "CC(=O)Oc1ccccc1C(=O)O"


def _confine() -> None:
    """Take away what reading a structure does not need: memory, files, other processes, and the rights of root."""
    _drawing({"text": _WARMING, "part": "C=O"})  # whatever is loaded late is loaded now
    _matches({"text": "c1ccccc1", "smiles": [_WARMING]})
    _molecule({"text": _WARMING})
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)
    kinds = (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NPROC, resource.RLIMIT_NOFILE)
    for kind, most in ((resource.RLIMIT_AS, MEMORY_BYTES), *((one, 0) for one in kinds)):
        resource.setrlimit(kind, (most, most))


def _molecule(order: Mapping[str, Any]) -> Mapping[str, Any]:
    """Describe a molecule that is written as SMILES, InChI or a molfile."""
    found = described(_read(order["text"]))
    return {
        "smiles": found.smiles,
        "inchikey": found.inchikey,
        "morgan": found.morgan.hex(),
        "pattern": found.pattern.hex(),
    }


def _pattern(order: Mapping[str, Any]) -> Mapping[str, Any]:
    """Describe a part of molecules; only its pattern is of use."""
    found = Chem.PatternFingerprint(_query(order["text"]), fpSize=BITS)
    from_lowest = sum(1 << bit for bit in found.GetOnBits())
    return {
        "smiles": None,
        "inchikey": None,
        "morgan": bytes(BITS // 8).hex(),
        "pattern": from_lowest.to_bytes(BITS // 8, "little").hex(),
    }


def _matches(order: Mapping[str, Any]) -> Mapping[str, Any]:
    """Match a part against molecules that RDKit wrote as SMILES; one that cannot be read again has no match."""
    query = _query(order["text"])
    return {"matches": [_has(smiles, query) for smiles in order["smiles"]]}


def _has(smiles: str, query: Any) -> bool:
    """Match one; what RDKit wrote needs no new look at its chemistry, which would take most of the time."""
    found = Chem.MolFromSmiles(smiles, _AS_WRITTEN)
    if found is None:
        return False
    found.UpdatePropertyCache(False)
    Chem.GetSymmSSSR(found)
    Chem.SetHybridization(found)
    return bool(found.HasSubstructMatch(query))


def _drawing(order: Mapping[str, Any]) -> Mapping[str, Any]:
    found = _read(order["text"])
    shown = found.GetSubstructMatch(_query(order["part"])) if order.get("part") else ()
    drawer = rdMolDraw2D.MolDraw2DSVG(_WIDTH, _HEIGHT)
    options: Any = drawer.drawOptions()
    options.clearBackground = False
    rdMolDraw2D.PrepareAndDrawMolecule(drawer, found, highlightAtoms=list(shown))
    drawer.FinishDrawing()
    return {"svg": drawer.GetDrawingText()}


def _read(text: str) -> Any:
    """Read a molecule. Raises Faulty."""
    stripped = text.strip()
    if "M  END" in text:
        found = Chem.MolFromMolBlock(text)
    elif stripped.startswith("InChI="):
        found = Chem.MolFromInchi(stripped)
    else:
        found = Chem.MolFromSmiles(stripped)
    if found is None or not found.GetNumAtoms():
        raise Faulty("it is no molecule that can be read")
    if found.GetNumAtoms() > MOST_ATOMS:
        raise Faulty(f"it has more than {MOST_ATOMS} atoms")
    return found


def _query(text: str) -> Any:
    """Read a part: a SMILES where it is one, so that aromatic rings are known, else a SMARTS. Raises Faulty."""
    found = Chem.MolFromSmiles(text.strip()) or Chem.MolFromSmarts(text.strip())
    if found is None or not found.GetNumAtoms():
        raise Faulty("it is neither SMILES nor SMARTS")
    return found


_WORKS = {"molecule": _molecule, "pattern": _pattern, "matches": _matches, "drawing": _drawing}


def _answer(order: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        return _WORKS[order["work"]](order)
    except Faulty as fault:
        return {"fault": str(fault)}
    except MemoryError:
        return {"fault": "it takes too much memory"}
    except Exception as error:  # noqa: BLE001  whatever a structure does, the next one is read
        return {"fault": f"it cannot be read: {type(error).__name__}"}


def main() -> None:
    """Answer orders until there are no more."""
    _confine()
    sys.stdout.buffer.write(b"\n")  # ready
    sys.stdout.buffer.flush()
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(json.dumps(_answer(json.loads(line))).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
