"""`app applications|launch|list|show|open|stop|archive|remove`: programs that are opened in a browser."""

import json
import time
import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from fieldstation.cli.output import ago, details, table
from fieldstation.cli.user.verb import Limit, Session, noun, pairs, some, verb
from fieldstation.client.apps import App, AppCost, Application
from fieldstation.client.things import Json

app = noun("app", "Applications: programs in a project that are opened in a browser.")
AppId = Annotated[str, typer.Argument(metavar="APP", help="The id of one that was launched.")]
_LOOK_SECONDS = 0.2
_PERIODS = {60.0: "minute", 3600.0: "hour", 86_400.0: "day"}


@verb(app)
def applications(session: Session) -> None:
    """List the applications that can be launched."""
    found = list(session.station.apps.applications())

    def shown() -> str:
        return table(["application", "title", "costs"], [[_named(one), one.title, _cost(one.cost)] for one in found])

    session.answer({"items": found}, shown)


@dataclass(frozen=True, kw_only=True)
class How:
    """How an application is launched."""

    project: Annotated[
        str | None, typer.Option("--project", "-p", help="Your name for a project, or its id; by default your own.")
    ] = None
    name: Annotated[str | None, typer.Option(help="What it is called; by default as the application.")] = None
    wait: Annotated[bool, typer.Option("--wait", help="Return once it can be opened, or has ended.")] = False


@verb(app)
def launch(
    session: Session,
    application: Annotated[
        str, typer.Argument(metavar="APPLICATION", help="Such as filebrowsers.fieldstation.org, also with @VERSION.")
    ],
    how: How,
    variables: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUE…]", help="What it asks for; JSON, or else text.")
    ] = None,
) -> None:
    """Launch an application in a project."""
    given = {key: _value(text) for key, text in pairs(variables or [], "variables").items()}
    where = how.project if how.project is not None else session.station.me().project
    called = how.name or application.partition("@")[0]
    made = session.station.apps.launch(where, application, name=called, variables=given)
    while how.wait and made.phase == "pending":
        time.sleep(_LOOK_SECONDS)
        made = session.station.apps.show(made.id)
    session.answer(made, lambda: f"launched {made.id}\nopen it: fieldstation app open {made.id}")


@verb(app)
def list_(
    session: Session,
    project: Annotated[str | None, typer.Option("--project", "-p", help="Only of this project.")] = None,
    limit: Limit = 100,
) -> None:
    """List the applications that were launched in projects you see, newest first."""
    of = None if project is None else session.station.projects.show(project).id
    found = some(session.station.apps.all(of), limit)

    def shown() -> str:
        rows = [[one.name, one.application, one.phase, one.launched_by, ago(one.launched_at), one.id] for one in found]
        return table(["name", "application", "phase", "by", "launched", "id"], rows)

    session.answer({"items": found}, shown)


@verb(app)
def show(session: Session, app_id: AppId) -> None:
    """Show an application that was launched."""
    found = session.station.apps.show(app_id)
    session.answer(found, lambda: _shown(found))


@verb(app)
def open_(session: Session, app_id: AppId) -> None:
    """Open an application in this machine's browser, and tell its address."""
    found = session.station.apps.show(app_id)
    if found.phase == "running":
        webbrowser.open(found.url)
    session.answer(found, lambda: found.url if found.phase == "running" else f"it is {found.phase}: {found.url}")


@verb(app)
def stop(session: Session, app_id: AppId) -> None:
    """End an application, which stays to be seen."""
    found = session.station.apps.stop(app_id)
    session.answer(found, lambda: f"{found.name} is being ended")


@verb(app)
def archive(
    session: Session,
    app_id: AppId,
    undo: Annotated[bool, typer.Option("--undo", help="Let it go with others of its age.")] = False,
) -> None:
    """Keep a launched application to be seen when others of its age go."""
    session.station.apps.archive(app_id, archived=not undo)
    session.answer({"id": app_id, "archived": not undo}, lambda: "not kept any more" if undo else "kept")


@verb(app)
def remove(session: Session, app_id: AppId) -> None:
    """End an application and remove it; what it wrote into the project stays."""
    task = session.station.apps.remove(app_id)
    session.answer({"task": task}, lambda: f"removed; {task} is done once its program has ended")


def _value(text: str) -> Json:
    try:
        found: Json = json.loads(text)
    except ValueError:
        return text
    return found


def _named(one: Application) -> str:
    return f"{one.id}@{one.version}"


def _cost(cost: AppCost) -> str:
    if cost.coins == "0":
        return "nothing"
    period = _PERIODS.get(cost.period_seconds, f"{cost.period_seconds:g} seconds")
    return f"{cost.coins} coins per PxGi and {period}{', pro rata' if cost.pro_rata else ' begun'}"


def _shown(one: App) -> str:
    facts: Sequence[tuple[str, str | None]] = [
        ("name", one.name),
        ("application", f"{one.application}@{one.version}  {one.title}"),
        ("phase", one.phase),
        ("error", one.error),
        ("open it at", one.url if one.phase == "running" else None),
        ("project", one.project),
        ("launched", f"{ago(one.launched_at)} by {one.launched_by}"),
        ("stopped", ago(one.stopped_at) if one.stopped_at else None),
        ("costs", f"{_cost(one.cost)}; it has {one.units} PxGi"),
        ("coins", one.coins),
        ("task", one.task),
        ("run", one.run),
    ]
    return details(facts)
