"""`run list|count|show|logs|usage|cancel|explain`; `submit` and `quote` have a module of their own."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from fieldstation.cli.output import Meter, ago, size, table
from fieldstation.cli.user.arguments import read_moment
from fieldstation.cli.user.run_figures import counted, used
from fieldstation.cli.user.run_follow import copy_log, follow_logs, wait_for
from fieldstation.cli.user.run_news import news
from fieldstation.cli.user.run_submit import finish, quote, submit
from fieldstation.cli.user.run_text import compared, explained, facts, took
from fieldstation.cli.user.verb import Limit, Session, noun, some, verb
from fieldstation.client import Station
from fieldstation.kernel.clock import wire_time

app = noun("run", "Runs: executions of a tool beside the data.")
verb(app)(submit)
verb(app)(news)
verb(app)(quote)

RunId = Annotated[str, typer.Argument(metavar="RUN", help="Its id.")]


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Which runs are meant."""

    state: Annotated[str | None, typer.Option(help="Only in this state, such as running or failed.")] = None
    reason: Annotated[str | None, typer.Option(help="Only for this reason, such as out_of_memory.")] = None
    tool: Annotated[str | None, typer.Option(help="Only of this tool.")] = None
    project: Annotated[str | None, typer.Option(help="Only of this project.")] = None
    by: Annotated[str | None, typer.Option(metavar="USER", help="Only submitted by this user.")] = None
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only submitted then or later: 2026-11-22, or 7d for days ago.")
    ] = None
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Only submitted before then.")] = None

    def query(self, station: Station) -> dict[str, str | int | bool | None]:
        """Write the filters as the station reads them."""
        times = {"since": self.since, "until": self.until}
        return {
            "state": self.state,
            "reason": self.reason,
            "tool": self.tool,
            "project": station.projects.show(self.project).id if self.project else None,
            "submitted_by": self.by,
            **{name: wire_time(read_moment(given, f"--{name}")) for name, given in times.items() if given},
        }


@verb(app)
def list_(session: Session, chosen: Chosen, limit: Limit = 30) -> None:
    """List the runs that you see, newest first."""
    runs = some(session.station.runs.all(**chosen.query(session.station)), limit)

    def shown() -> str:
        rows = [
            [one.id, one.state, one.tool.name, one.name or "", one.submitted_by, ago(one.created_at), took(one)]
            for one in runs
        ]
        return table(["id", "state", "tool", "name", "by", "submitted", ">took"], rows)

    session.answer({"items": runs}, shown)


@verb(app)
def count(session: Session, chosen: Chosen) -> None:
    """Count the runs that you see by state and reason, with what to do about each reason."""
    found = session.station.runs.counts(**chosen.query(session.station))
    session.answer(found, lambda: counted(found.items))


@verb(app)
def show(session: Session, run: RunId) -> None:
    """Show a run."""
    found = session.station.runs.show(run)
    session.answer(found, lambda: facts(session.station, found))


@verb(app)
def logs(
    session: Session,
    run: RunId,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the run is over.")] = False,
    only: Annotated[str | None, typer.Option("--only", help="stdout or stderr; by default both.")] = None,
) -> None:
    """Print what a run wrote: its stdout to stdout, its stderr to stderr."""
    if only not in (None, "stdout", "stderr"):
        raise typer.BadParameter(f"{only!r} is neither stdout nor stderr", param_hint="--only")
    streams = (only,) if only else ("stdout", "stderr")
    if session.as_json:
        whole = {one: b"".join(session.station.runs.log(run, one, follow=follow)) for one in streams}
        session.answer({one: text.decode(errors="replace") for one, text in whole.items()}, str)
    elif follow:
        follow_logs(session.station, run, streams)
    else:
        for one in streams:
            copy_log(session.station, run, one, getattr(sys, one))


@verb(app)
def usage(
    session: Session,
    run: RunId,
    attempt: Annotated[int | None, typer.Option(min=1, help="Number of an attempt; by default the newest.")] = None,
) -> None:
    """Show what a run used over time, also while it is at work: processors, memory, disk."""
    found = session.station.runs.usage(run, attempt)
    session.answer(found, lambda: used(found))


@verb(app)
def cancel(session: Session, run: RunId) -> None:
    """Ask a run to stop; one that is over stays as it is."""
    found = session.station.runs.cancel(run)
    asked = "asked to stop" if not found.final else found.state
    session.answer(found, lambda: f"{found.id} {asked}")


@verb(app)
def rerun(
    session: Session,
    run: RunId,
    wait: Annotated[
        bool, typer.Option("--wait", "-w", help="Wait until it is over; exit 1 unless it succeeded.")
    ] = False,
) -> None:
    """Run the same once more: same tool revision, parameters and versions."""
    again = session.station.runs.rerun(run)
    finish(session, wait_for(session.station, again.id) if wait else again)


@verb(app)
def compare(
    session: Session, run: RunId, other: Annotated[str, typer.Argument(metavar="OTHER", help="Id of another run.")]
) -> None:
    """Compare what two runs made, byte by byte."""
    found = session.station.runs.compare(run, other)
    session.answer(found, lambda: compared(found))


@verb(app)
def crate(
    session: Session,
    run: RunId,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where to; by default RUN.zip.")] = None,
) -> None:
    """Take a run along as an RO-Crate: its tool, its inputs by name, its outputs as files."""
    file = output or Path(f"{run}.zip")
    with Meter(f"fetching {file}") as meter:
        session.station.runs.crate(run, file, meter)
    session.answer({"file": file, "size": file.stat().st_size}, lambda: f"{file}  {size(file.stat().st_size)}")


@verb(app)
def explain(session: Session, run: RunId) -> None:
    """Explain why a run waits or how it ended, and why a result was or was not used again."""
    found = session.station.runs.explain(run)
    session.answer(found, lambda: explained(found))
