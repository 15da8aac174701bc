"""Checks and converts files of molecules: `form.py check FILE FORM` and `form.py convert FILE FORM TO RESULT`.

The options are JSON in the variable `OPTIONS`: `header`, whether the first line of a SMILES file has titles; `strict`,
whether a molecule that RDKit cannot read is a fault of the file. A fault is told on stderr, with exit code 65.
"""

import gzip
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from .records import SMILES, Lines, Malformed, Record, fault_of, records, titles

MALFORMED = 65
_BLOCK = 1 << 20


def main() -> int:
    """Do what the arguments say; returns the exit code."""
    verb, file, form, *rest = sys.argv[1:]
    options = json.loads(os.environ.get("OPTIONS") or "{}")
    try:
        said = check(Path(file), form, options) if verb == "check" else convert(Path(file), form, rest, options)
    except Malformed as error:
        print(error, file=sys.stderr)
        return MALFORMED
    Path("said").write_text(json.dumps(said))
    return 0


def check(file: Path, form: str, options: dict[str, Any]) -> dict[str, int]:
    """Look at every record of a file; Malformed where one is not of its form, or none is there."""
    count = 0
    for record in records(file, form, header=options.get("header")):
        fault = fault_of(record, form)
        if fault:
            raise Malformed(*fault)
        count += 1
    if not count:
        raise Malformed(1, "there is no molecule in it")
    if options.get("strict"):
        for record, _ in _molecules(file, form, options, _refuse):
            del record
    return {"records": count}


def convert(file: Path, form: str, rest: list[str], options: dict[str, Any]) -> dict[str, int]:
    """Write a file in another form, or packed otherwise; molecules that cannot be read are left out and counted."""
    to, result = rest
    with _written(Path(result)) as out:
        if to == form:
            return _copied(file, out)
        left_out: list[Record] = []
        count = 0
        for _, text in _molecules(file, form, options, lambda record, _: left_out.append(record), to):
            out.write(text.encode())
            count += 1
    return {"records": count, "left_out": len(left_out), "first_left_out": left_out[0].line if left_out else 0}


def _molecules(
    file: Path, form: str, options: dict[str, Any], faulty: Callable[[Record, str], None], to: str | None = None
) -> Iterator[tuple[Record, str]]:
    """Yield the molecules of a file, written in the form `to` where one is named."""
    from .describe import Faulty, molecule, written  # noqa: PLC0415  a check alone needs no chemistry

    names = titles(file, header=options.get("header")) if form == SMILES else []
    for record in records(file, form, header=options.get("header")):
        try:
            one = written(record, form, names)
            found = molecule(one)
        except Faulty as fault:
            faulty(record, str(fault))
            continue
        yield record, _text(found, one, to) if to else ""


def _text(found: Any, one: Any, to: str) -> str:
    from rdkit import Chem  # noqa: PLC0415
    from rdkit.Chem import rdDepictor  # noqa: PLC0415

    name = " ".join(one.name.split())
    if to == SMILES:
        return f"{Chem.MolToSmiles(found)}\t{name}\n" if name else f"{Chem.MolToSmiles(found)}\n"
    rdDepictor.Compute2DCoords(found)
    found.SetProp("_Name", name)
    items = [f">  <{_plain(title)}>\n{_paragraph(value)}\n\n" for title, value in one.properties.items()]
    return f"{Chem.MolToMolBlock(found)}{''.join(items)}$$$$\n"


def _plain(title: str) -> str:
    return " ".join(title.replace("<", "(").replace(">", ")").split())


def _paragraph(value: str) -> str:
    """Write a value so that no line of it is empty or ends its record."""
    lines = [line for line in value.splitlines() if line.strip()]
    return "\n".join(f" {line}" if line.startswith(("$$$$", ">")) else line for line in lines)


def _refuse(record: Record, fault: str) -> None:
    raise Malformed(record.line, f"a molecule begins here that RDKit cannot read: {fault}")


def _written(result: Path) -> IO[bytes]:
    if not result.name.endswith(".gz"):
        return result.open("wb")
    return gzip.GzipFile(filename="", mode="wb", fileobj=result.open("wb"), mtime=0)  # type: ignore[return-value]


def _copied(file: Path, out: IO[bytes]) -> dict[str, int]:
    lines = Lines(file)
    while piece := lines.next():
        out.write(piece)
    return {}


if __name__ == "__main__":
    sys.exit(main())
