"""`run submit`: queue a run, and wait for it or follow it if wanted; `run quote`: say what it would come to."""

from dataclasses import dataclass
from typing import Annotated

import typer

from fieldstation.cli.output import fail
from fieldstation.cli.user.arguments import read_bytes, read_inputs, read_parameters
from fieldstation.cli.user.run_figures import quoted
from fieldstation.cli.user.run_follow import follow_logs, wait_for
from fieldstation.cli.user.run_text import line, unsuccessful
from fieldstation.cli.user.verb import Session
from fieldstation.client import Order, Station
from fieldstation.client.things import Json, Run


@dataclass(frozen=True, kw_only=True)
class Asked:
    """How the run shall be."""

    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", "-p", metavar="NAME=VALUE", help="A parameter; may be repeated.")
    ] = None
    input: Annotated[
        list[str] | None,
        typer.Option("--input", "-i", metavar="SLOT=DATASET[@NUMBER][:PATH]", help="Data for a slot; may be repeated."),
    ] = None
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="DATASET", help="Which data set takes the results; made if new."),
    ] = None
    unit: Annotated[
        str | None,
        typer.Option(metavar="UNIT", help="Who pays for that data set, if it is new; by default the project's unit."),
    ] = None
    name: Annotated[str | None, typer.Option(help="What to call the run.")] = None
    project: Annotated[str | None, typer.Option(help="The project it runs in; by default your own.")] = None
    priority: Annotated[int | None, typer.Option(min=0, max=9, help="0 last, 9 first.")] = None
    cpu: Annotated[float | None, typer.Option(min=0.001, help="Processor cores it may use.")] = None
    memory: Annotated[str | None, typer.Option(metavar="SIZE", help="Memory it may use, such as 4Gi.")] = None
    disk: Annotated[str | None, typer.Option(metavar="SIZE", help="What it may write, such as 20Gi.")] = None
    no_reuse: Annotated[bool, typer.Option("--no-reuse", help="Run it even if the same was run before.")] = False


@dataclass(frozen=True, kw_only=True)
class After:
    """What to do once it is queued."""

    key: Annotated[str | None, typer.Option(help="The same key never makes a second run.")] = None
    wait: Annotated[bool, typer.Option("--wait", "-w", help="Wait until it is over; exit 1 unless it succeeded.")] = (
        False
    )
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Wait, and print its logs live.")] = False


Tool = Annotated[str, typer.Argument(metavar="TOOL[@VERSION]", help="The tool to run.")]


def submit(session: Session, tool: Tool, asked: Asked, after: After) -> None:
    """Run a tool beside the data; its outputs become a new version of a data set of yours."""
    run = session.station.runs.submit(_order(session.station, tool, asked), key=after.key)
    if after.follow:
        follow_logs(session.station, run.id, ("stdout", "stderr"), aside=session.as_json)
    if after.wait or after.follow:
        run = wait_for(session.station, run.id)
    finish(session, run)


def quote(session: Session, tool: Tool, asked: Asked) -> None:
    """Tell what a run would use and get, and where it would stand in the queue, without submitting it."""
    found = session.station.runs.quote(_order(session.station, tool, asked))
    session.answer(found, lambda: quoted(found))


def finish(session: Session, run: Run) -> None:
    """Print a run and leave with an error when it is over and did not succeed."""
    session.answer(run, lambda: line(session.station, run))
    if run.final and run.state != "succeeded":
        fail(unsuccessful(run), as_json=session.as_json)


def _order(station: Station, tool: str, asked: Asked) -> Order:
    name, _, version = tool.partition("@")
    given = asked.parameter or []
    schema = station.tools.show(name, version or None).definition.get("parameters", {}) if given else {}
    return Order(
        tool=tool,
        parameters=read_parameters(given, schema),
        inputs=read_inputs(asked.input or []),
        output=asked.output,
        unit=asked.unit,
        project=station.projects.show(asked.project).id if asked.project else None,
        name=asked.name,
        priority=asked.priority,
        reuse=not asked.no_reuse,
        resources=_resources(asked),
    )


def _resources(asked: Asked) -> dict[str, Json]:
    wanted = {
        "cpu": asked.cpu,
        "memory_bytes": read_bytes(asked.memory, "--memory") if asked.memory else None,
        "disk_bytes": read_bytes(asked.disk, "--disk") if asked.disk else None,
    }
    return {name: value for name, value in wanted.items() if value is not None}
