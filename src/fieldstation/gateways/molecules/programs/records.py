"""Records of SDF and SMILES files, one by one: whatever a file holds, no more than one record is in memory.

SDF as in BIOVIA's "CTFile Formats"; SMILES files as a line each: the SMILES, a name, further columns.
"""

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

SDF, SMILES = "sdf", "smiles"
MOST_BYTES = 4 << 20  # of one record
MOST_RATIO = 200  # of unpacked to packed bytes
_FREE_BYTES = 256 << 20  # may always be unpacked
_PIECE = 1 << 16
_MAGIC = b"\x1f\x8b"
_END = b"$$$$"
_COUNTS = re.compile(rb"\s*\d{1,3}\s*\d{1,3}")
_SMILES = re.compile(r"[A-Za-z0-9@+\-\[\]()\\/%=#$:.~*{}<>]+")
_TITLES = frozenset({"smiles", "smi", "structure", "canonical_smiles", "isomeric_smiles", "molecule", "mol"})


class Malformed(Exception):
    """A file is not what it should be; `line` says where, counted from 1."""

    def __init__(self, line: int, fault: str) -> None:
        super().__init__(f"line {line}: {fault}")


@dataclass(frozen=True, kw_only=True)
class Record:
    """One molecule as it is written: its place in the file, from 0, its first line, from 1, and its text.

    `text` is None when it was too large to be kept. `ended` tells whether its end was there.
    """

    index: int
    line: int
    text: bytes | None
    ended: bool = True


@dataclass(frozen=True, kw_only=True)
class Line:
    """What a line of a SMILES file says."""

    smiles: str
    name: str
    properties: dict[str, str]


class _Counting(io.RawIOBase):
    """A file that knows how much of it was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.count = 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read some bytes."""
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self.count += len(data)
        return len(data)


class Lines:
    """The lines of a file, unpacked where it is packed, in pieces where they are long."""

    def __init__(self, path: Path) -> None:
        file = path.open("rb")
        self._packed: _Counting | None = None
        self._stream: IO[bytes] = file
        if file.peek(2)[:2] == _MAGIC:
            self._packed = _Counting(file)
            self._stream = io.BufferedReader(gzip.GzipFile(fileobj=io.BufferedReader(self._packed)), 1 << 20)
        self.number = 1  # of the line that the next piece belongs to
        self._read = 0

    def next(self) -> bytes:
        """Return the next line with its end, or a piece of a long one; empty at the end. Raises Malformed."""
        try:
            piece = self._stream.readline(_PIECE)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise Malformed(self.number, "what is packed with gzip cannot be unpacked from here on") from None
        self._read += len(piece)
        if piece.endswith(b"\n"):
            self.number += 1
        if self._packed and self._read > _FREE_BYTES and self._read > MOST_RATIO * self._packed.count:
            raise Malformed(self.number, f"it unpacks to more than {MOST_RATIO} times its size, which no molecules do")
        return piece


def records(path: Path, form: str, *, header: bool | None = None) -> Iterator[Record]:
    """Yield the records of a file. Raises Malformed where its packing breaks off."""
    return _of_sdf(Lines(path)) if form == SDF else _of_smiles(Lines(path), header=header)


def _of_sdf(lines: Lines) -> Iterator[Record]:
    index, first, size, begins = 0, 1, 0, True
    kept: list[bytes] = []
    while piece := lines.next():
        if begins and piece.startswith(_END):
            yield Record(index=index, line=first, text=_whole(kept, size))
            index, first, kept, size = index + 1, lines.number, [], 0
        else:
            size += len(piece)
            if size <= MOST_BYTES:
                kept.append(piece)
        begins = piece.endswith(b"\n")
    if size > MOST_BYTES or any(piece.strip() for piece in kept):
        yield Record(index=index, line=first, text=_whole(kept, size), ended=False)


def _whole(pieces: list[bytes], size: int) -> bytes | None:
    return b"".join(pieces) if size <= MOST_BYTES else None


def _of_smiles(lines: Lines, *, header: bool | None) -> Iterator[Record]:
    index, passed = 0, not (header or header is None)
    while True:
        first, line, long = lines.number, lines.next(), False
        if not line:
            return
        piece = line
        while piece and not piece.endswith(b"\n"):
            piece = lines.next()
            long = long or len(line) > MOST_BYTES
            line = line if long else line + piece
        if not line.strip() or line.startswith(b"#"):
            continue
        if not passed:
            passed = True
            if header or _is_title(line):
                continue
        yield Record(index=index, line=first, text=None if long else line)
        index += 1


def titles(path: Path, *, header: bool | None) -> list[str]:
    """Return the titles of the columns of a SMILES file; empty where it has none."""
    if header is False:
        return []
    lines = Lines(path)
    while line := lines.next():
        if line.strip() and not line.startswith(b"#"):
            return columns(text_of(line)) if header or _is_title(line) else []
    return []


def line_of(text: str, names: list[str]) -> Line:
    """Read a line of a SMILES file; further columns are its properties, by their titles."""
    found = columns(text)
    rest = found[2:]
    named = {
        (names[place] if place < len(names) else f"column {place + 1}"): value for place, value in enumerate(rest, 2)
    }
    return Line(smiles=found[0] if found else "", name=found[1] if len(found) > 1 else "", properties=named)


def columns(text: str) -> list[str]:
    """Return the columns of a line: between tabs where it has any, else between blanks."""
    text = text.strip("\r\n")
    return [one.strip() for one in text.split("\t")] if "\t" in text else text.split()


def fault_of(record: Record, form: str) -> tuple[int, str] | None:
    """Return the line and what is wrong there, where a record is not of its form; chemistry is not looked at."""
    if record.text is None:
        return record.line, f"a record of more than {MOST_BYTES >> 20} MiB begins here, which no molecule needs"
    if b"\0" in record.text:
        before = record.text[: record.text.index(b"\0")]
        return record.line + before.count(b"\n"), "it has a byte that no text has (NUL)"
    return _fault_of_sdf(record, record.text) if form == SDF else _fault_of_smiles(record, record.text)


def _fault_of_sdf(record: Record, text: bytes) -> tuple[int, str] | None:
    lines = text.splitlines()
    if len(lines) < 4:
        return record.line, "a record begins here that ends before its fourth line, which counts its atoms"
    if not _COUNTS.match(lines[3]):
        return record.line + 3, "the fourth line of a record should count its atoms and bonds, and does not"
    last = next((place for place, line in enumerate(lines) if line.startswith(b"M  END")), None)
    if last is None:
        return record.line + len(lines) - 1, "a record ends here without the line `M  END`"
    if not record.ended and any(line.strip() for line in lines[last + 1 :]):
        return record.line + len(lines) - 1, "the file ends inside a record: the line `$$$$` is missing"
    return None


def _fault_of_smiles(record: Record, text: bytes) -> tuple[int, str] | None:
    smiles = line_of(text_of(text), []).smiles
    if not _SMILES.fullmatch(smiles):
        return record.line, "the line does not begin with a SMILES"
    for opening, closing in ("()", "[]"):
        if smiles.count(opening) != smiles.count(closing):
            return record.line, f"its {opening} and {closing} do not pair"
    return None


def text_of(data: bytes) -> str:
    """Read text as UTF-8, else as Latin-1, which fits every byte; NUL, which no database keeps, becomes U+FFFD."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return text.replace("\0", "\ufffd")


def _is_title(line: bytes) -> bool:
    names = columns(text_of(line))
    return bool(names) and names[0].lower().replace(" ", "_") in _TITLES
