"""`tool manifest add|list|load|rm` and `tool rate set|list|show`."""

from typing import Annotated

import typer

from fieldstation.cli.output import ago, count, table
from fieldstation.cli.user.verb import Limit, Session, noun, pairs, some, verb
from fieldstation.client.definitions import Load

manifests = noun("manifest", "Manifests, from which tools defined elsewhere come; for operators.")
rates = noun("rate", "What the work of jobs costs, in coins for a thousand of their cost.")

Version = Annotated[str, typer.Argument(metavar="TOOL@VERSION", help="A job by its name or id, and its version.")]


@verb(manifests)
def add(
    session: Session,
    url: Annotated[str, typer.Argument(metavar="ADDRESS", help="https: or file:, below a source of the station.")],
    header: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Sent to its host; kept sealed.")
    ] = None,
    query: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Added to its addresses; kept sealed.")
    ] = None,
    strict: Annotated[
        bool | None,
        typer.Option("--strict/--tolerant", help="Whether its files keep their published rules to the letter."),
    ] = None,
) -> None:
    """Load tools from a manifest, a new one or one known by its address."""
    headers, queries = pairs(header or (), "header"), pairs(query or (), "query")
    _told(session, session.station.manifests.add(url, headers=headers, query=queries, strict=strict))


@verb(manifests)
def list_(session: Session, limit: Limit = 100) -> None:
    """List where tools defined elsewhere come from, and what became of the last load."""
    found = some(session.station.manifests.all(), limit)

    def shown() -> str:
        rows = [
            [one.id, ago(one.loaded), str(one.last.loaded if one.last else 0), _condition(one.last), one.url]
            for one in found
        ]
        return table(["id", "loaded", ">tools", "last load", "address"], rows)

    session.answer({"items": found}, shown)


@verb(manifests)
def load(session: Session) -> None:
    """Load every manifest again; in a station for development."""
    _told(session, session.station.manifests.load())


@verb(manifests)
def rm(
    session: Session,
    manifest: Annotated[str, typer.Argument(metavar="ID")],
    purge: Annotated[bool, typer.Option("--purge", help="Also the tools that came from it alone.")] = False,
) -> None:
    """Remove a manifest; in a station for development."""
    session.station.manifests.remove(manifest, purge=purge)
    session.answer({"id": manifest, "removed": True}, lambda: f"removed {manifest}")


@verb(rates)
def set_(
    session: Session,
    tool: Version,
    rate: Annotated[str, typer.Argument(help="A decimal number, such as 0.05; 0 for nothing.")],
    comment: Annotated[str | None, typer.Option(help="Why, in at most 80 characters.")] = None,
) -> None:
    """Say what a version of a job costs from now on; for operators."""
    name, version = parts(tool)
    session.station.rates.set(name, version, rate, comment)
    session.answer({"tool": name, "version": version, "rate": rate}, lambda: f"{tool} costs {rate} from now on")


@verb(rates, "list")
def list_rates(
    session: Session,
    undefined: Annotated[bool, typer.Option("--undefined", help="Only those that no rate was set for.")] = False,
    limit: Limit = 100,
) -> None:
    """List the jobs that you may use, and what they cost."""
    found = some(session.station.rates.all(undefined=undefined), limit)

    def shown() -> str:
        rows = [[one.namespace, one.name, one.version, one.rate or "", one.id] for one in found]
        return table(["namespace", "job", "version", ">rate", "id"], rows)

    session.answer({"items": found}, shown)


@verb(rates)
def show(session: Session, tool: Version) -> None:
    """Show what a version of a job costs, and cost before."""
    name, version = parts(tool)
    found = list(session.station.rates.history(name, version))

    def shown() -> str:
        rows = [[one.rate, ago(one.created), one.created_by, one.comment or ""] for one in found]
        return table([">rate", "since", "set by", "comment"], rows) if rows else "no rate was set: it costs nothing"

    session.answer({"items": found}, shown)


def parts(tool: str) -> tuple[str, str]:
    """Return the name and the version that a text names; wrong usage where it names no version."""
    name, _, version = tool.partition("@")
    if not version:
        raise typer.BadParameter("name the version too, as TOOL@VERSION", param_hint="TOOL@VERSION")
    return name, version


def _condition(last: Load | None) -> str:
    if last is None:
        return "never"
    return "well" if last.ok else count(len(last.failures), "failure")


def _told(session: Session, done: Load) -> None:
    """Tell what a load came to; one with failures ends with 1."""

    def shown() -> str:
        head = f"loaded {done.loaded} of {count(done.jobs, 'tool')} from {count(done.files, 'file')}"
        return "\n".join([head, *(f"  failed: {failure}" for failure in done.failures)])

    session.answer(done, shown)
    if not done.ok:
        raise typer.Exit(1)
