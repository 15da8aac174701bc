"""`workflow list|show|check|add|change|tag|remove|run`, and of those that run: `runs|status|stop|forget`."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from fieldstation.cli.output import ago, details, merged, note, table
from fieldstation.cli.user.verb import Limit, Session, later, noun, pairs, some, verb
from fieldstation.client.things import Json
from fieldstation.client.workflows import RunningStep, RunningWorkflow, Workflow

app = noun("workflow", "Workflows: jobs that follow one another.")
WorkflowId = Annotated[str, typer.Argument(metavar="WORKFLOW", help="Its id.")]
RunningId = Annotated[str, typer.Argument(metavar="RUN", help="The id of what runs.")]
File = Annotated[str, typer.Argument(help="The definition (YAML); `-` reads standard input.")]


@dataclass(frozen=True, kw_only=True)
class Kept:
    """How a workflow is kept."""

    name: Annotated[str | None, typer.Option(help="What it is called; by default as its file.")] = None
    scope: Annotated[str, typer.Option(help="Who sees it: user, project, product, unit, organisation or global.")] = (
        "user"
    )
    scope_id: Annotated[str | None, typer.Option(help="Username, or id of that thing; else you.")] = None


@dataclass(frozen=True, kw_only=True)
class How:
    """How a workflow is run."""

    project: Annotated[
        str | None, typer.Option("--project", "-p", help="Your name for a project, or its id; by default your own.")
    ] = None
    name: Annotated[str | None, typer.Option(help="What the run is called; by default as the workflow.")] = None
    wait: Annotated[bool, typer.Option("--wait", help="Wait for its end; exit 1 unless it ended well.")] = False


@verb(app)
def list_(session: Session, limit: Limit = 100) -> None:
    """List the workflows that you see, newest first."""
    found = some(session.station.workflows.all(), limit)

    def shown() -> str:
        rows = [[one.name, one.version or "draft", _seen_by(one), one.created_by, one.id] for one in found]
        return table(["name", "version", "seen by", "made by", "id"], rows)

    session.answer({"items": found}, shown)


@verb(app)
def show(session: Session, workflow: WorkflowId) -> None:
    """Show a workflow: its steps, what it asks for, and what is wrong with it."""
    found = session.station.workflows.show(workflow)
    session.answer(found, lambda: _shown(found))


@verb(app)
def add(session: Session, file: File, kept: Kept) -> None:
    """Keep a workflow as a draft, whatever faults its definition has."""
    name = kept.name or (Path(file).stem if file != "-" else "workflow")
    made = session.station.workflows.add(name, _text(file), scope=kept.scope, scope_id=kept.scope_id)
    session.answer(made, lambda: _told(made, f"kept {made.name} ({made.id})"))


@verb(app)
def change(
    session: Session,
    workflow: WorkflowId,
    file: Annotated[str | None, typer.Option(help="Its new definition; `-` reads standard input.")] = None,
    name: Annotated[str | None, typer.Option(help="Its new name.")] = None,
) -> None:
    """Change a draft."""
    if file is None and name is None:
        raise typer.BadParameter("say what to change: --file or --name")
    text = None if file is None else _text(file)
    changed = session.station.workflows.change(workflow, name=name, definition=text)
    session.answer(changed, lambda: _told(changed, f"changed {changed.name}"))


@verb(app)
def tag(session: Session, workflow: WorkflowId, version: Annotated[str, typer.Argument(help="Such as 1.0.0.")]) -> None:
    """Keep a draft as it is now as a version, which nothing changes."""
    made = session.station.workflows.tag(workflow, version)
    session.answer(made, lambda: f"version {made.version} is {made.id}\nrun it: fieldstation workflow run {made.id}")


@verb(app)
def remove(session: Session, workflow: WorkflowId) -> None:
    """Remove a workflow that no version was made from."""
    session.station.workflows.remove(workflow)
    session.answer({"removed": workflow}, lambda: f"removed {workflow}")


@verb(app)
def run(
    session: Session,
    workflow: WorkflowId,
    how: How,
    variables: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUE…]", help="Its variables; JSON, or else text.")
    ] = None,
) -> None:
    """Run a workflow in a project."""
    workflows = session.station.workflows
    given = {name: _value(text) for name, text in pairs(variables or [], "variables").items()}
    project = how.project if how.project is not None else session.station.me().project
    name = how.name or workflows.show(workflow).name
    began = workflows.run(workflow, project, name=name, variables=given)
    if not how.wait:
        session.answer(began, lambda: f"{began.id} runs\nfollow it: fieldstation workflow status {began.id}")
        return
    note(f"{began.id} runs")
    ended = workflows.wait(began.id)
    steps = list(workflows.steps(ended.id))
    session.answer(merged(ended, launched=steps), lambda: _status(ended, steps))
    if ended.state != "success":
        raise typer.Exit(1)


@verb(app)
def runs(
    session: Session,
    project: Annotated[str | None, typer.Option("--project", "-p", help="Only in this project.")] = None,
    workflow: Annotated[str | None, typer.Option(help="Only of this workflow.")] = None,
    limit: Limit = 100,
) -> None:
    """List the workflows that run, or did, in projects you see, newest first."""
    within = None if project is None else session.station.projects.show(project).id
    found = some(session.station.workflows.running(project=within, workflow=workflow), limit)

    def shown() -> str:
        rows = [[one.name, _of(one), one.state, one.project_name, ago(one.started), one.id] for one in found]
        return table(["name", "workflow", "state", "project", "started", "id"], rows)

    session.answer({"items": found}, shown)


@verb(app)
def status(session: Session, running: RunningId) -> None:
    """Show how far a workflow is that runs, or how it ended."""
    found = session.station.workflows.status(running)
    steps = list(session.station.workflows.steps(running))
    session.answer(merged(found, launched=steps), lambda: _status(found, steps))


@verb(app)
def stop(session: Session, running: RunningId) -> None:
    """End a workflow: nothing more begins, and what runs is ended."""
    found = session.station.workflows.stop(running)
    session.answer(found, lambda: "it is being ended" if found.state == "running" else f"it has ended: {found.state}")


@verb(app)
def forget(session: Session, running: RunningId) -> None:
    """Take a workflow that has ended from the list; its instances stay."""
    session.station.workflows.forget(running)
    session.answer({"forgotten": running}, lambda: f"forgot {running}")


later(
    app,
    "check",
    "fieldstation.cli.workflow_check:workflow_check",
    "Check workflow definitions and list every fault; needs no station.",
)


def _text(file: str) -> str:
    return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")


def _value(text: str) -> Json:
    try:
        found: Json = json.loads(text)
    except ValueError:
        return text
    return found


def _seen_by(one: Workflow) -> str:
    return "everybody" if one.scope == "global" else " ".join([one.scope, one.scope_id or ""]).strip()


def _of(one: RunningWorkflow) -> str:
    return f"{one.workflow_name} {one.version or '(draft)'}"


def _told(one: Workflow, deed: str) -> str:
    faults = [f"  {fault.where}: {fault.text}" for fault in one.faults]
    return "\n".join([deed, *(["it cannot run yet:"] if faults else []), *faults])


def _shown(one: Workflow) -> str:
    facts = details(
        [
            ("name", one.name),
            ("workflow", one.title),
            ("about", one.description),
            ("version", one.version or "draft"),
            ("seen by", _seen_by(one)),
            ("made", f"{ago(one.created)} by {one.created_by}"),
            ("faults", "\n".join(f"{fault.where}: {fault.text}" for fault in one.faults)),
        ]
    )
    steps = [[step.name, f"{step.job.collection}/{step.job.job}@{step.job.version}", ", ".join(step.after)]
             for step in one.steps]  # fmt: skip
    asked = [
        [each.name, each.kind or "", "" if each.default is None else str(each.default), each.title or ""]
        for each in one.variables
    ]
    parts = [
        facts,
        table(["step", "job", "after"], steps) if steps else "",
        table(["variable", "kind", "default", "title"], asked) if asked else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _status(one: RunningWorkflow, steps: Sequence[RunningStep]) -> str:
    facts = details(
        [
            ("name", one.name),
            ("workflow", _of(one)),
            ("state", one.state),
            ("error", one.error),
            ("stopping", one.stopping),
            ("project", one.project_name),
            ("started", f"{ago(one.started)} by {one.started_by}"),
            ("ended", ago(one.ended)),
        ]
    )
    launched = {step.name for step in steps}
    rows = [[_named(step), step.state, step.run or "", step.error or ""] for step in steps]
    rows += [[step.name, "waiting", "", ""] for step in one.steps if step.name not in launched and not one.ended]
    return "\n\n".join([facts, table(["step", "state", "run", "error"], rows)])


def _named(step: RunningStep) -> str:
    return step.name if step.replicas == 1 else f"{step.name} {step.replica}/{step.replicas}"
