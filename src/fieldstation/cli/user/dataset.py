"""`dataset list|facets|show|version|ls|get|trash|remove|restore`; other verbs have modules of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from fieldstation.cli.output import Meter, ago, count, details, merged, note, size, table
from fieldstation.cli.user.dataset_add import add
from fieldstation.cli.user.dataset_edit import edit
from fieldstation.cli.user.dataset_search import counted, describe, search
from fieldstation.cli.user.dataset_use import cite, metadata, tools, uses
from fieldstation.cli.user.lineage import drawn
from fieldstation.cli.user.member import add_member_verb
from fieldstation.cli.user.verb import Limit, Session, noun, some, verb
from fieldstation.client import read_reference
from fieldstation.client.things import Dataset, FileEntry, Json, TreeEntry, Version

app = noun("dataset", "Data sets: versioned, immutable sets of files.")
verb(app)(add)

Name = Annotated[str, typer.Argument(metavar="DATASET", help="Its name or id.")]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which data sets are listed."""

    search: Annotated[str | None, typer.Option(help="Only with these words in name, title, text or labels.")] = None
    owner: Annotated[str | None, typer.Option(help="Only those of this user.")] = None
    origin: Annotated[str | None, typer.Option(help="How the newest version came: run, upload or place.")] = None
    own: Annotated[bool, typer.Option("--own", help="Only yours.")] = False
    trashed: Annotated[bool, typer.Option("--trashed", help="What is in the trash.")] = False

    def query(self) -> Mapping[str, str | bool | None]:
        """Return it as the station reads it."""
        given = {"search": self.search, "owner": self.owner, "origin": self.origin}
        return {**given, "own": self.own or None, "trashed": self.trashed or None}


@verb(app)
def list_(
    session: Session,
    wanted: Wanted,
    prefix: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Only names that begin so.")] = None,
    limit: Limit = 100,
) -> None:
    """List the data sets that you see, newest first."""
    datasets = some(session.station.datasets.all(name=prefix, **wanted.query()), limit)

    def shown() -> str:
        rows = [
            [one.name, str(one.latest or "-"), size(one.size), one.owner, ago(one.changed), one.title]
            for one in datasets
        ]
        return table(["name", ">versions", ">size", "owner", "changed", "title"], rows)

    session.answer({"items": datasets}, shown)


@verb(app)
def facets(session: Session, wanted: Wanted) -> None:
    """Count the data sets that you see by label, origin and owner."""
    found = session.station.datasets.facets(**wanted.query())
    kinds = (("label", found.labels), ("origin", found.origins), ("owner", found.owners))
    rows = [[kind, one.value, str(one.count)] for kind, counts in kinds for one in counts]
    total = f"{'more than ' if found.more else ''}{count(found.total, 'data set')}"
    session.answer(found, lambda: f"{total}\n\n{table(['kind', 'value', '>data sets'], rows)}")


@verb(app)
def show(session: Session, dataset: Name) -> None:
    """Show a data set and its newest versions."""
    found = session.station.datasets.show(dataset)
    versions = list(islice(session.station.datasets.versions(dataset), 10))
    session.answer(merged(found, versions=versions), lambda: f"{_facts(found)}\n\n{_versions(versions)}")


@verb(app)
def version(
    session: Session,
    reference: Annotated[str, typer.Argument(metavar="DATASET[@NUMBER]", help="A data set, or one version of it.")],
    limit: Limit = 100,
) -> None:
    """List the versions of a data set, or show one version and its files."""
    wanted = read_reference(reference)
    datasets = session.station.datasets
    if wanted.number is None:
        versions = some(datasets.versions(wanted.name), limit)
        session.answer({"items": versions}, lambda: _versions(versions))
        return
    found = datasets.version(wanted.name, wanted.number)
    files = some(datasets.files(wanted.name, wanted.number), limit)
    session.answer(merged(found, files=files), lambda: f"{_version_facts(found)}\n\n{_files(files)}")


@verb(app)
def ls(
    session: Session,
    reference: Annotated[
        str, typer.Argument(metavar="DATASET[@NUMBER][:FOLDER]", help="By default the top of the newest version.")
    ],
    limit: Limit = 1000,
) -> None:
    """List what lies in a folder of a version: folders with what is below them, and files."""
    wanted = read_reference(reference)
    datasets = session.station.datasets
    number = datasets.version(wanted.name, wanted.number).number
    entries = some(datasets.folder(wanted.name, number, wanted.path), limit)
    session.answer({"items": entries}, lambda: _tree(entries))


@verb(app)
def lineage(
    session: Session,
    reference: Annotated[str, typer.Argument(metavar="DATASET[@NUMBER]", help="By default the newest version.")],
    down: Annotated[
        bool, typer.Option("--down", help="What was made from it, instead of what it was made from.")
    ] = False,
) -> None:
    """Draw what a version was made from: runs, their tools and their inputs."""
    wanted = read_reference(reference)
    version = session.station.datasets.version(wanted.name, wanted.number)
    found = session.station.datasets.lineage(wanted.name, version.number, "down" if down else "up")
    session.answer(found, lambda: drawn(found, version.id, down=down))


@verb(app)
def get(
    session: Session,
    reference: Annotated[str, typer.Argument(metavar="DATASET[@NUMBER][:PATH]", help="What to fetch.")],
    folder: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to; by default a folder named as the data set.")
    ] = None,
) -> None:
    """Fetch a version, or a file or folder of it; goes on where it broke off and proves every digest."""
    target = folder or Path(read_reference(reference).name)
    with Meter(f"fetching {reference}") as meter:
        received = list(session.station.datasets.fetch(reference, target, meter))
    files = [merged(one.entry, file=one.file, sent=one.sent) for one in received]
    total = sum(one.entry.size for one in received)
    known = sum(not one.sent for one in received)
    here = f", {known} of them were here already" if known else ""
    session.answer(
        {"folder": target, "files": files, "size": total},
        lambda: f"{count(len(files), 'file')} ({size(total)}) in {target}{here}",
    )


for more in (edit, metadata, uses, tools, cite, search, counted, describe):
    verb(app)(more)
add_member_verb(app, "DATASET", lambda station: station.datasets)


@verb(app)
def trash(
    session: Session,
    dataset: Name,
    at_once: Annotated[bool, typer.Option("--at-once", help="Let its files be removed without delay.")] = False,
) -> None:
    """Put a data set into the trash, from where it can be restored."""
    found = session.station.datasets.trash(dataset, at_once=at_once)
    note(f"bring it back with: fieldstation dataset restore {found.name}")
    until = f"; its files may be removed {ago(found.purge_after)}" if found.purge_after else ""
    session.answer(found, lambda: f"{found.name} is in the trash{until}")


@verb(app)
def remove(
    session: Session,
    reference: Annotated[str, typer.Argument(metavar="DATASET@NUMBER", help="A version of one file.")],
    keep_copies: Annotated[bool, typer.Option("--keep-copies", help="Leave its copies in projects.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove one version for good, the last one with its data set."""
    wanted = read_reference(reference)
    if wanted.number is None or wanted.path is not None:
        raise typer.BadParameter("say which version, such as rainfall@2")
    if not yes:
        typer.confirm(f"remove version {wanted.number} of {wanted.name} for good?", abort=True, err=True)
    task = session.station.datasets.remove_version(wanted.name, wanted.number, keep_copies=keep_copies)
    session.answer({"task": task}, lambda: f"removed; its bytes go with {task}")


@verb(app)
def restore(session: Session, dataset: Name) -> None:
    """Take a data set out of the trash."""
    found = session.station.datasets.restore(dataset)
    session.answer(found, lambda: f"{found.name} is back")


def _facts(dataset: Dataset) -> str:
    return details(
        [
            ("name", dataset.name),
            ("title", dataset.title),
            ("about", dataset.description),
            ("labels", _pairs(dataset.labels)),
            ("owner", dataset.owner),
            ("size", f"{size(dataset.size)} in {count(dataset.latest, 'version')}"),
            ("created", ago(dataset.created)),
            ("changed", ago(dataset.changed)),
            ("trashed", ago(dataset.trashed)),
            ("you may", ", ".join(one.partition(":")[2] for one in dataset.permissions or ())),
            ("id", dataset.id),
        ]
    )


def _version_facts(version: Version) -> str:
    return details(
        [
            ("version", str(version.number)),
            ("files", f"{version.file_count} ({size(version.size)})"),
            ("made by", f"{version.author}, in {version.run}" if version.run else version.author),
            ("created", ago(version.created)),
            ("metadata", _pairs(version.metadata)),
            ("digest", version.manifest_digest),
            ("id", version.id),
        ]
    )


def _versions(versions: Sequence[Version]) -> str:
    rows = [
        [str(one.number), str(one.file_count), size(one.size), one.author, ago(one.created), one.run or "sent"]
        for one in versions
    ]
    return table([">version", ">files", ">size", "by", "created", "made by"], rows)


def _files(files: Sequence[FileEntry]) -> str:
    rows = [[one.path, size(one.size), one.sha256[:12], one.media_type or ""] for one in files]
    return table(["path", ">size", "sha256", "type"], rows)


def _tree(entries: Sequence[TreeEntry]) -> str:
    rows = [[one.path, _below(one), ("more than " if one.more else "") + size(one.size)] for one in entries]
    return table(["path", ">files", ">size"], rows)


def _below(entry: TreeEntry) -> str:
    return "" if entry.files is None else f"{'more than ' if entry.more else ''}{entry.files}"


def _pairs(values: Mapping[str, Json]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in values.items())
