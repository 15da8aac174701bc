"""`task list|show|remove`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from fieldstation.cli.output import ago, count, details, merged, table
from fieldstation.cli.user.verb import Limit, Session, noun, some, verb
from fieldstation.client import Station
from fieldstation.client.tasks import Task, TaskEvent

app = noun("task", "Tasks: what takes its time, such as the removal of a project.")
_LAST_EVENTS = 20

TaskId = Annotated[str, typer.Argument(metavar="TASK", help="Its id.")]


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Which tasks are meant."""

    purpose: Annotated[str | None, typer.Option(help="Only about a dataset, file, image, instance or project.")] = None
    unfinished: Annotated[bool, typer.Option("--open", help="Only those that are not done.")] = False
    about: Annotated[str | None, typer.Option(metavar="ID", help="Only about the thing of this id.")] = None
    project: Annotated[str | None, typer.Option(help="Only in this project.")] = None
    context: Annotated[str | None, typer.Option(help="Only those of which this was told when they began.")] = None

    def query(self, station: Station) -> dict[str, str | bool | None]:
        """Write the filters as the station reads them."""
        return {
            "purpose": self.purpose,
            "exclude_done": self.unfinished or None,
            "about": self.about,
            "project": station.projects.show(self.project).id if self.project else None,
            "context": self.context,
        }


@verb(app)
def list_(session: Session, chosen: Chosen, limit: Limit = 30) -> None:
    """List the tasks that you see, newest first."""
    tasks = some(session.station.tasks.all(**chosen.query(session.station)), limit)

    def shown() -> str:
        rows = [[one.id, one.state, _subject(one), one.asked_by, ago(one.created), ago(one.ended)] for one in tasks]
        return table(["id", "state", "about", "by", "asked", "done"], rows)

    session.answer({"items": tasks}, shown)


@verb(app)
def show(
    session: Session,
    task: TaskId,
    wait: Annotated[
        bool, typer.Option("--wait", "-w", help="Wait until it is done; exit 1 unless it went well.")
    ] = False,
) -> None:
    """Show a task, the states it went through and what was told about it."""
    found = session.station.tasks.wait(task) if wait else session.station.tasks.show(task)
    events = list(session.station.tasks.events(task)) if found.events else []
    session.answer(merged(found, events=events), lambda: _shown(found, events))
    if wait and found.exit_code:
        raise typer.Exit(1)


@verb(app)
def remove(session: Session, task: TaskId) -> None:
    """Remove a task that you asked for and that is done; what it did stays as it is."""
    session.station.tasks.remove(task)
    session.answer({"removed": task}, lambda: f"removed {task}")


def _shown(task: Task, events: Sequence[TaskEvent]) -> str:
    states = [f"{one.state}, {ago(one.at)}{': ' + one.message if one.message else ''}" for one in task.states]
    last = [f"{one.ordinal} {one.level}: {one.text}" for one in events[-_LAST_EVENTS:]]
    before = len(events) - len(last)
    facts = [
        ("id", task.id),
        ("about", _subject(task)),
        ("project", task.project),
        ("context", task.context),
        ("asked by", f"{task.asked_by}, {ago(task.created)}"),
        ("exit code", None if task.exit_code is None else str(task.exit_code)),
        ("states", "\n".join(states)),
        (
            "events",
            "\n".join([*([f"({count(before, 'event')} before these; --json has all)"] if before else []), *last]),
        ),
    ]
    return details(facts)


def _subject(task: Task) -> str:
    version = "" if task.purpose_version is None else f"@{task.purpose_version}"
    return f"{'removal of ' if task.removal else ''}{task.purpose_id}{version}"
