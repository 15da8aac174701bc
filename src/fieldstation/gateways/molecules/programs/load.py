"""Reads the molecules of a file: `load.py FILE FORM FIRST_BLOCK [header|plain]`.

It writes a file `part-<block>` for each 4,096 records, beginning with block FIRST_BLOCK, and `end` behind the last. The
reading is done by a child: what ends it or takes too long is a fault of the molecule that it was at, not of the file.
"""

import json
import mmap
import os
import resource
import signal
import struct
import sys
import time
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from .describe import BITS, Described, Faulty, described, molecule, written
from .records import SMILES, Malformed, Record, records, titles

BLOCK = 4_096  # records of one part
MOST_PARTS = 8  # written and not yet taken; then the reading waits
MOST_SECONDS = 10.0  # for one molecule
MOST_DEATHS = 200  # then the file is given up
MALFORMED, GIVEN_UP = 65, 70  # exit codes
_NOTHING = bytes(BITS // 8)
_COUNT = 2  # bytes of how many bits a fingerprint has
_MEMORY_BYTES = 2 << 30  # of address space
_PAUSE = 0.05
_AT = struct.Struct("qd")  # the record that is read, and since when


class _Place:
    """Where the child is, in memory that its parent sees."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, _AT.size)
        self.at(-1)

    def at(self, index: int) -> None:
        """Say which record is read now; -1 for none."""
        self._shared[:] = _AT.pack(index, time.monotonic())

    def read(self) -> tuple[int, float]:
        """Return the record, and for how many seconds it has been read."""
        index, since = _AT.unpack(self._shared[:])
        return index, time.monotonic() - since


def main() -> int:
    """Read the file; returns the exit code."""
    file, form, first, *header = sys.argv[1:]
    bad: dict[int, str] = {}
    place, begin = _Place(), int(first)
    while True:
        child = os.fork()
        if child == 0:
            os._exit(_read(Path(file), form, begin, (header or ["auto"])[0], (place, bad)))
        code = _watched(child, place)
        if code in (0, MALFORMED):
            return code
        index, seconds = place.read()
        if index < 0 or len(bad) >= MOST_DEATHS:
            print("given up: too much of it cannot be read, or there is too little memory", file=sys.stderr)
            return GIVEN_UP
        bad[index] = f"it takes more than {MOST_SECONDS:g} seconds" if seconds >= MOST_SECONDS else "it ends its reader"
        begin = index // BLOCK  # parts before it are written
        place.at(-1)


def _watched(child: int, place: _Place) -> int:
    """Wait for the child, and end it where one molecule holds it up; returns its exit code, or -1."""
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        index, seconds = place.read()
        if index >= 0 and seconds > MOST_SECONDS:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return -1
        time.sleep(_PAUSE)


def _read(file: Path, form: str, begin: int, header: str, shared: tuple[_Place, Mapping[int, str]]) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    first_is_titles = {"header": True, "plain": False}.get(header)
    try:
        names = titles(file, header=first_is_titles) if form == SMILES else []
        last = -1
        for block, members in groupby(records(file, form, header=first_is_titles), lambda one: one.index // BLOCK):
            last = block
            if block >= begin:
                _write(f"part-{block:08d}", _part(block, _rows(members, form, names, shared)))
            else:
                for _ in members:
                    pass
        _write("end", {"blocks": last + 1})
    except Malformed as error:
        print(error, file=sys.stderr)
        return MALFORMED
    except MemoryError:
        return GIVEN_UP
    return 0


def _rows(
    members: Iterator[Record], form: str, names: list[str], shared: tuple[_Place, Mapping[int, str]]
) -> Iterator[tuple[list[Any], Described | None]]:
    """Yield what is kept of each record: its row, and its fingerprints where it is a molecule."""
    place, bad = shared
    for record in members:
        row: list[Any] = [record.index, record.line, "", None, None, {}, None]
        found = None
        place.at(record.index)
        try:
            if record.index in bad:
                raise Faulty(bad[record.index])
            one = written(record, form, names)
            row[2], row[5] = one.name, dict(one.properties)
            found = described(molecule(one))
            row[3], row[4] = found.smiles, found.inchikey
        except Faulty as fault:
            row[6] = str(fault)
        except MemoryError:
            row[6] = "it takes too much memory"
        place.at(-1)
        yield row, found


def _part(block: int, rows: Iterator[tuple[list[Any], Described | None]]) -> dict[str, Any]:
    """Return a part: its rows, and for each bit which molecules have it, also of how many bits a Morgan one has."""
    kept, found = [], []
    for row, one in rows:
        kept.append(row)
        found.append(one)
    return {
        "block": block,
        "rows": kept,
        **slices([(one.morgan, one.pattern) if one else (_NOTHING, _NOTHING) for one in found]),
    }


def slices(prints: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    """Turn Morgan and pattern fingerprints into what a part says of them."""
    counts = [int.from_bytes(morgan, "little").bit_count().to_bytes(_COUNT, "little") for morgan, _ in prints]
    return {
        "counts": _slices(counts),
        "morgan": _slices([morgan for morgan, _ in prints]),
        "pattern": _slices([pattern for _, pattern in prints]),
    }


def _slices(prints: list[bytes]) -> list[list[Any]]:
    """Turn bits of molecules into [bit, molecules that have it], leaving out bits that none has."""
    rows = np.frombuffer(b"".join(prints), dtype=np.uint8).reshape(len(prints), -1)
    columns = np.packbits(np.unpackbits(rows, axis=1, bitorder="little").T, axis=1, bitorder="little")
    return [[int(bit), columns[bit].tobytes().hex()] for bit in np.flatnonzero(columns.any(axis=1))]


def _write(name: str, content: dict[str, Any]) -> None:
    """Write a part under its name at once, when few wait to be taken."""
    while len(list(Path().glob("part-*"))) >= MOST_PARTS:
        time.sleep(_PAUSE)
    Path(f".{name}").write_text(json.dumps(content))
    Path(f".{name}").rename(name)


if __name__ == "__main__":
    sys.exit(main())
