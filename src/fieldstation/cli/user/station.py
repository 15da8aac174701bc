"""`station show|queue|errors`."""

from typing import Annotated

import typer

from fieldstation.cli.output import ago, count, details, lasting, table
from fieldstation.cli.user.verb import Session, noun, verb
from fieldstation.client.operations import Health, Incident, Queue

app = noun("station", "The station as a whole: its parts, queue and errors; for operators.")


@verb(app)
def show(session: Session) -> None:
    """Show how the station is, part by part."""
    health = session.station.operations.health()
    session.answer(health, lambda: _health(health))


def _health(health: Health) -> str:
    parts = [[one.name, one.condition, one.text] for one in health.parts]
    engines = [
        [one.name, "works" if one.works else "does not work", one.missing or count(one.slots, "slot")]
        for one in health.engines
    ]
    head = f"{health.url}, version {health.version}: {health.condition}"
    return f"{head}\n\n{table(['part', 'condition', 'says'], parts)}\n\n{table(['engine', 'state', 'says'], engines)}"


@verb(app)
def queue(session: Session) -> None:
    """Show what waits for a slot, since when, and whose it is."""
    found = session.station.operations.queue()
    session.answer(found, lambda: _queue(found))


def _queue(found: Queue) -> str:
    head = f"{count(found.queued, 'run')} queued"
    head += f", the oldest since {ago(found.oldest)}" if found.oldest else ""
    rows = [
        [one.owner, one.name, str(one.queued), ago(one.oldest), str(one.at_work), lasting(one.used_seconds)]
        for one in found.shares
    ]
    shares = table(["owner", "project", ">queued", "oldest", ">at work", ">used of late"], rows)
    return f"{head}\n\n{shares}" if rows else head


@verb(app)
def errors(
    session: Session,
    error: Annotated[
        str | None, typer.Argument(metavar="ID", help="Of an error, or of a request that met it; leave out for all.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most so many.")] = 50,
) -> None:
    """List errors that nobody expected, those met last first; with an id, show one."""
    operations = session.station.operations
    if error is not None:
        found = operations.error(error)
        session.answer(found, lambda: _error(found))
        return
    listed = operations.errors(limit)
    rows = [[one.id, str(one.count), ago(one.last_at), one.place, f"{one.kind} {one.message}"] for one in listed]
    session.answer(
        {"items": listed},
        lambda: table(["id", ">times", "last", "where", "what"], rows) if rows else "no error was met",
    )


def _error(found: Incident) -> str:
    return details(
        [
            ("id", found.id),
            ("where", found.place),
            ("what", f"{found.kind} {found.message}".strip()),
            ("times", str(found.count)),
            ("first", ago(found.first_at)),
            ("last", f"{ago(found.last_at)}, release {found.release}"),
            ("requests", "\n".join(found.requests)),
            ("trace", found.trace),
        ]
    )
