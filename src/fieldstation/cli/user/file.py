"""`file put|get|list|attach|save|rm|mv|mkdir`: files of projects."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from fieldstation.cli.output import Meter, ago, count, size, table
from fieldstation.cli.user.verb import Limit, Session, noun, some, verb
from fieldstation.client.files import FILE, FOLDER, place_of
from fieldstation.client.sources import find_sources
from fieldstation.client.things import ProjectEntry

app = noun("file", "Files of projects: your own one unless --project names another.")
Project = Annotated[str | None, typer.Option("--project", "-p", help="Your name for a project, or its id.")]
ProjectPath = Annotated[str, typer.Argument(metavar="PATH", help="In the project, such as tables/may.csv.")]


_TYPES = {"sdf": "chemical/x-mdl-sdfile", "smiles": "squonk/x-smiles"}


@dataclass(frozen=True, kw_only=True)
class Copied:
    """How a file of a data set shall be in a project."""

    writable: Annotated[bool, typer.Option("--writable", help="Let members change the copy.")] = False
    compress: Annotated[bool, typer.Option("--compress", help="Pack it with gzip.")] = False
    form: Annotated[
        str | None, typer.Option("--as", metavar="TYPE", help="Write molecules as sdf or smiles, unpacked.")
    ] = None


@verb(app)
def put(
    session: Session,
    sources: Annotated[list[Path], typer.Argument(metavar="SOURCE…", help="Files and folders of this machine.")],
    to: Annotated[str, typer.Option("--to", help="The folder of the project that they go into.")] = "",
    project: Project = None,
    keep: Annotated[bool, typer.Option("--keep", help="Replace nothing: a file that is there is an error.")] = False,
) -> None:
    """Send files and folders into a project."""
    found = find_sources(sources)
    where, folder = _project(session, project), to.strip("/")
    sent: list[ProjectEntry] = []
    with Meter(f"sending to {folder or 'the project'}", sum(source.size for source in found)) as meter:
        for source in found:
            path = f"{folder}/{source.path}" if folder else source.path
            sent.append(session.station.files.put(where, path, source.file, replace=not keep, progress=meter))
    total = sum(entry.size or 0 for entry in sent)
    session.answer({"items": sent}, lambda: f"{count(len(sent), 'file')}, {size(total)}")


@verb(app)
def get(
    session: Session,
    path: ProjectPath,
    into: Annotated[Path, typer.Option("--into", help="The folder of this machine that it goes into.")] = Path(),
    project: Project = None,
) -> None:
    """Fetch a file of a project, or a folder with all that is in it."""
    where, wanted = _project(session, project), path.strip("/")
    parent, _, name = wanted.rpartition("/")
    files = session.station.files
    folders = {entry.name for entry in files.all(where, parent, hidden=True) if entry.kind == FOLDER}
    entries = list(files.below(where, wanted, hidden=True)) if not wanted or name in folders else None
    paths = [wanted] if entries is None else [entry.path for entry in entries]
    total = 0
    with Meter(f"fetching {wanted or 'the project'}", sum(one.size or 0 for one in entries or ())) as meter:
        for one in paths:
            below = one.removeprefix(f"{parent}/") if parent else one
            total += files.get(where, one, place_of(into, below), progress=meter)
    session.answer({"items": paths, "size": total}, lambda: f"{count(len(paths), 'file')}, {size(total)}")


@verb(app)
def list_(
    session: Session,
    folder: Annotated[str, typer.Argument(metavar="[FOLDER]", help="A folder of the project.")] = "",
    project: Project = None,
    hidden: Annotated[bool, typer.Option("--hidden", help="Also what begins with a dot.")] = False,
    limit: Limit = 1000,
) -> None:
    """List a folder of a project."""
    found = some(session.station.files.all(_project(session, project), folder, hidden=hidden), limit)

    def shown() -> str:
        rows = [
            [
                f"{entry.name}/" if entry.kind == FOLDER else entry.name,
                size(entry.size) if entry.kind == FILE else "",
                entry.owner or "",
                ago(entry.modified),
            ]
            for entry in found
        ]
        return table(["name", "size", "owner", "changed"], rows)

    session.answer({"items": found}, shown)


@verb(app)
def attach(
    session: Session,
    reference: Annotated[
        str, typer.Argument(metavar="DATASET[@NUMBER][:PATH]", help="A file of a version; PATH where it has several.")
    ],
    copied: Copied,
    to: Annotated[str, typer.Option("--to", help="The folder of the project that it goes into.")] = "",
    project: Project = None,
) -> None:
    """Copy a file of a data set into a project, where it stays known by where it came from."""
    where, files = _project(session, project), session.station.files
    as_type = _TYPES.get(copied.form or "", copied.form)
    made = files.attach(
        where, reference, folder=to, immutable=not copied.writable, compress=copied.compress, as_type=as_type
    )
    session.answer(made, lambda: f"{made.path} comes with {made.task}")


@verb(app)
def save(
    session: Session,
    path: ProjectPath,
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="Its id, or your own name for it, new or not.")],
    project: Project = None,
    unit: Annotated[
        str | None, typer.Option(metavar="UNIT", help="Who pays for it, if it is new; by default the project's unit.")
    ] = None,
) -> None:
    """Make a file of a project a version of a data set."""
    saved = session.station.files.save(_project(session, project), path.strip("/"), dataset, unit=unit)
    session.answer(saved, lambda: f"{dataset}@{saved.number}  {saved.version}")


@verb(app)
def rm(
    session: Session,
    path: ProjectPath,
    project: Project = None,
    folder: Annotated[bool, typer.Option("--folder", help="It is a folder: all that is in it goes too.")] = False,
) -> None:
    """Remove a file of a project for good, or with --folder a folder."""
    where, files = _project(session, project), session.station.files
    (files.remove_folder if folder else files.remove)(where, path.strip("/"))
    session.answer({"removed": path}, lambda: f"removed {path}")


@verb(app)
def mv(
    session: Session,
    source: ProjectPath,
    target: Annotated[str, typer.Argument(metavar="TARGET", help="The path that it shall have.")],
    project: Project = None,
) -> None:
    """Move or rename a file or folder of a project."""
    session.station.files.move(_project(session, project), source, target)
    session.answer({"source": source, "target": target}, lambda: f"{source} is {target} now")


@verb(app)
def mkdir(session: Session, path: ProjectPath, project: Project = None) -> None:
    """Make a folder in a project, and those above it that are missing."""
    session.station.files.make_folder(_project(session, project), path.strip("/"))
    session.answer({"made": path}, lambda: f"made {path}")


def _project(session: Session, given: str | None) -> str:
    return given if given is not None else session.station.me().project
