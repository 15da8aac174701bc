"""Molecules as they are found, and parts of files as they come from their reading."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fieldstation.core.molecules.model.prints import BITS
from fieldstation.kernel.errors import Broken

BLOCK = 4_096  # records of a file that are read in one go, and kept as one segment at first
DIGITS = 16  # of how many bits a fingerprint has


@dataclass(frozen=True, kw_only=True)
class Molecule:
    """One record of a file: its place there, from 0, its first line, from 1, and what it was read as.

    A record that could not be read has no SMILES, and its `fault` says why.
    """

    source: int
    index: int
    line: int
    name: str
    smiles: str | None
    inchikey: str | None
    properties: Mapping[str, str] = field(default_factory=dict)
    fault: str | None = None


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where molecules of one source are found: the newest version with these bytes that the caller may read."""

    source: int
    version_id: str
    dataset_id: str
    dataset_name: str
    number: int
    path: str


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A molecule that was found, and where; `similarity` (Tanimoto, 0 to 1) where that was asked for."""

    molecule: Molecule
    place: Place
    similarity: float | None = None


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How far a file's molecules are read: `state` is reading, done or failed; `fault` says why it failed."""

    path: str
    form: str
    state: str
    records: int
    faults: int
    fault: str | None


@dataclass(frozen=True, kw_only=True)
class Source:
    """The bytes whose molecules are read, and how many blocks of them are."""

    key: int
    blocks: int
    state: str


@dataclass(frozen=True, kw_only=True)
class Slice:
    """Which molecules have one bit of a fingerprint: the first is the lowest bit of the first byte."""

    bit: int
    molecules: bytes


@dataclass(frozen=True, kw_only=True)
class Part:
    """A block of records of a file, with their fingerprints turned into slices, at most one for each bit."""

    block: int
    rows: Sequence[Molecule]
    counts: Sequence[Slice]  # of the binary digits of how many bits each Morgan fingerprint has
    morgan: Sequence[Slice]
    pattern: Sequence[Slice]


def read_part(data: bytes, block: int) -> Part:
    """Read what a reading wrote; Broken where it is not a part of this block, whatever wrote it."""
    try:
        found = json.loads(data)
        rows = [_row(row, block * BLOCK + place) for place, row in enumerate(found["rows"])]
        size = (len(rows) + 7) // 8
        part = Part(
            block=found["block"],
            rows=rows,
            counts=[_slice(one, DIGITS, size) for one in found["counts"]],
            morgan=[_slice(one, BITS, size) for one in found["morgan"]],
            pattern=[_slice(one, BITS, size) for one in found["pattern"]],
        )
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError) as error:
        raise _no_part(block) from error
    if part.block != block or not 0 < len(rows) <= BLOCK:
        raise _no_part(block)
    return part


def _row(row: Any, index: int) -> Molecule:
    found, line, name, smiles, inchikey, properties, fault = row
    texts = [name, *properties, *properties.values(), *(text for text in (smiles, inchikey, fault) if text is not None)]
    if found != index or not isinstance(line, int) or not all(isinstance(text, str) for text in texts):
        raise ValueError(row)
    return Molecule(
        source=0,
        index=index,
        line=line,
        name=name,
        smiles=smiles,
        inchikey=inchikey,
        properties=properties,
        fault=fault,
    )


def _slice(one: Any, bits: int, size: int) -> Slice:
    bit, molecules = one[0], bytes.fromhex(one[1])
    if not 0 <= bit < bits or len(molecules) != size:
        raise ValueError(bit)
    return Slice(bit=bit, molecules=molecules)


def _no_part(block: int) -> Broken:
    return Broken(
        f"the reading of molecules wrote a part {block} that is none",
        next_step="tell the operator; the station's log has more",
        reason="molecules",
    )
