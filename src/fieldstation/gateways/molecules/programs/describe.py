"""What is kept of a molecule, by RDKit: canonical SMILES, InChIKey, properties and two fingerprints of 2,048 bits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rdkit import Chem, DataStructs, RDLogger
from rdkit.Chem import rdFingerprintGenerator

from .records import SDF, Record, line_of, text_of

BITS = 2048
MOST_ATOMS = 2_000
_MOST_NAME, _MOST_TITLE, _MOST_VALUE = 200, 200, 1_000  # characters
_MOST_PROPERTIES, _MOST_OF_PROPERTIES = 100, 12_000  # of one molecule: how many, and their characters
_CHEM: Any = Chem  # typed in parts only
_LOGGER: Any = RDLogger
_MORGAN = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=BITS)
_LOGGER.DisableLog("rdApp.*")


class Faulty(Exception):
    """RDKit cannot make a molecule of a text; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """A molecule as it is written in its file, before chemistry."""

    name: str
    properties: Mapping[str, str] = field(default_factory=dict)
    smiles: str | None = None
    block: str | None = None


@dataclass(frozen=True, kw_only=True)
class Described:
    """What is kept of a molecule; fingerprints have their first bit as the lowest of their first byte."""

    smiles: str
    inchikey: str | None
    morgan: bytes
    pattern: bytes


def written(record: Record, form: str, names: list[str]) -> Written:
    """Read what a record says of its molecule. Raises Faulty."""
    if record.text is None:
        raise Faulty("it is larger than any molecule")
    text = text_of(record.text)
    if form != SDF:
        line = line_of(text, names)
        return Written(name=line.name[:_MOST_NAME], properties=_bounded(line.properties), smiles=line.smiles)
    block, _, rest = text.partition("M  END")
    name = block.lstrip("\ufeff").partition("\n")[0].strip()
    return Written(name=name[:_MOST_NAME], properties=_bounded(_data(rest)), block=f"{block}M  END\n")


def molecule(one: Written) -> Any:
    """Return RDKit's molecule. Raises Faulty."""
    try:
        found = _read(one, sanitize=True)
        if found is None:
            raise Faulty(_why_not(_read(one, sanitize=False)))
    except (RuntimeError, ValueError) as error:
        raise Faulty(_short(str(error))) from None
    if not found.GetNumAtoms():
        raise Faulty("it has no atoms")
    if found.GetNumAtoms() > MOST_ATOMS:
        raise Faulty(f"it has {found.GetNumAtoms()} atoms; up to {MOST_ATOMS} are read")
    return found


def _read(one: Written, *, sanitize: bool) -> Any:
    if one.block is not None:
        return Chem.MolFromMolBlock(one.block, sanitize=sanitize, removeHs=sanitize)
    return Chem.MolFromSmiles(one.smiles or "", sanitize=sanitize)


def _why_not(rough: Any) -> str:
    """Say what is wrong with a molecule that can be read only as it stands."""
    if rough is None:
        return "it cannot be read"
    problems = Chem.DetectChemistryProblems(rough)
    return _short(problems[0].Message()) if problems else "it cannot be read"


def described(found: Any) -> Described:
    """Describe a molecule. Raises Faulty."""
    try:
        morgan, pattern = fingerprints(found)
        return Described(
            smiles=Chem.MolToSmiles(found),
            inchikey=_CHEM.MolToInchiKey(found) or None,
            morgan=morgan,
            pattern=pattern,
        )
    except (ValueError, RuntimeError) as error:
        raise Faulty(_short(str(error))) from None


def fingerprints(found: Any) -> tuple[bytes, bytes]:
    """Return the Morgan and the pattern fingerprint of a molecule."""
    return _bits(_MORGAN.GetFingerprint(found)), _bits(Chem.PatternFingerprint(found, fpSize=BITS))


def _bits(fingerprint: Any) -> bytes:
    return bytes.fromhex(DataStructs.BitVectToFPSText(fingerprint))


def _data(text: str) -> dict[str, str]:
    """Read the data items behind a molecule's block: `> <TITLE>`, lines, an empty line."""
    found: dict[str, str] = {}
    title: str | None = None
    for line in text.splitlines():
        if line.startswith(">"):
            start, end = line.find("<"), line.rfind(">")
            title = line[start + 1 : end] if 0 < start < end else None
            if title is not None:
                found.setdefault(title, "")
        elif title is not None and line.strip():
            found[title] = f"{found[title]}\n{line}" if found[title] else line
        else:
            title = None
    return found


def _bounded(properties: Mapping[str, str]) -> dict[str, str]:
    """Keep the first properties, cut where they are long."""
    kept: dict[str, str] = {}
    left = _MOST_OF_PROPERTIES
    for title, value in list(properties.items())[:_MOST_PROPERTIES]:
        cut = value if len(value) <= _MOST_VALUE else value[:_MOST_VALUE] + "…"
        left -= len(title) + len(cut)
        if left < 0:
            break
        kept[title[:_MOST_TITLE]] = cut
    return kept


def _short(text: str) -> str:
    """Return the first line of what RDKit says, without where in its source it says so."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return (lines[0] if lines else "it cannot be read")[:200]
