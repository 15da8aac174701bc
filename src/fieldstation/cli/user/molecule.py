"""`fieldstation molecule`: molecules of data sets, found by their structure."""

from dataclasses import dataclass
from typing import Annotated

import typer

from fieldstation.cli.output import count, table
from fieldstation.cli.user.verb import Limit, Session, noun, some, verb
from fieldstation.client import Station, read_reference
from fieldstation.client.molecules import Molecule

app = noun("molecule", "Molecules in data sets: found by their structure.")
_SHOWN = 60  # characters of a SMILES in a table

Version = Annotated[str, typer.Argument(metavar="DATASET[@N]", help="A data set, in its newest version without @N.")]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is searched for: one of these."""

    exact: Annotated[str | None, typer.Option(metavar="STRUCTURE", help="This molecule: SMILES, InChI, InChIKey.")] = (
        None
    )
    substructure: Annotated[
        str | None, typer.Option(metavar="PART", help="Molecules with this part: SMARTS or SMILES.")
    ] = None
    similar: Annotated[str | None, typer.Option(metavar="STRUCTURE", help="Molecules like this one.")] = None
    threshold: Annotated[float, typer.Option(min=0.2, max=1.0, help="Least similarity (Tanimoto).")] = 0.7


@verb(app)
def search(session: Session, wanted: Wanted, limit: Limit = 30) -> None:
    """Find molecules in all data sets that you may read."""
    molecules = session.station.molecules
    asked = [one for one in (wanted.exact, wanted.substructure, wanted.similar) if one is not None]
    if len(asked) != 1:
        raise typer.BadParameter("give one of --exact, --substructure and --similar")
    if wanted.exact is not None:
        found = some(molecules.exact(wanted.exact), limit)
    elif wanted.substructure is not None:
        found = some(molecules.having(wanted.substructure), limit)
    else:
        found = some(molecules.similar(asked[0], wanted.threshold), limit)
    session.answer({"items": found}, lambda: _found(found))


@verb(app)
def list_(
    session: Session,
    version: Version,
    limit: Limit = 30,
    faulty: Annotated[bool, typer.Option("--faulty", help="Only records that could not be read.")] = False,
) -> None:
    """List the molecules of a version, by file and place."""
    dataset, number = _version(session.station, version)
    files = session.station.molecules.readings(dataset, number)
    found = some(session.station.molecules.all(dataset, number, faulty=faulty), limit)

    def shown() -> str:
        lines = [
            f"{one.path}: {one.state}, {count(one.records, 'record')}, {one.faults} faulty"
            + (f"; {one.fault}" if one.fault else "")
            for one in files
        ]
        if not files:
            return f"no molecules of it are read; have them be: fieldstation molecule load {version}"
        rows = [[str(one.index), one.name, _short(one.smiles) or f"! {one.fault}", one.inchikey or ""] for one in found]
        return "\n".join([*lines, "", table(["place", "name", "smiles", "inchikey"], rows)])

    session.answer({"items": found, "files": files}, shown)


@verb(app)
def load(
    session: Session,
    version: Version,
    wait: Annotated[
        bool, typer.Option("--wait", "-w", help="Wait until they are read; exit 1 unless they are.")
    ] = False,
) -> None:
    """Have the molecules of a version be read, so that they can be found."""
    dataset, number = _version(session.station, version)
    task = session.station.molecules.load(dataset, number)
    if not wait:
        session.answer({"task": task}, lambda: f"task {task}; follow it: fieldstation task show {task} --wait")
        return
    done = session.station.tasks.wait(task)
    session.answer(done, lambda: f"task {task}: {done.state}")
    if done.exit_code:
        raise typer.Exit(1)


def _version(station: Station, text: str) -> tuple[str, int]:
    wanted = read_reference(text)
    return wanted.name, wanted.number or station.datasets.show(wanted.name).latest


def _found(found: list[Molecule]) -> str:
    rows = [
        [
            one.name,
            _short(one.smiles),
            "" if one.similarity is None else f"{one.similarity:.3f}",
            f"{one.dataset_name}@{one.version}",
            f"{one.path}:{one.line}",
        ]
        for one in found
    ]
    return table(["name", "smiles", "similarity", "in", "at"], rows)


def _short(smiles: str | None) -> str:
    text = smiles or ""
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
