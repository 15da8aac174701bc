"""`instance jobs|job|launch|list|show|archive|remove`: jobs launched in projects."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from fieldstation.cli.output import ago, count, details, table
from fieldstation.cli.user.verb import Limit, Session, noun, pairs, some, verb
from fieldstation.client.instances import Callback, Job, JobForm, JobTitle, Manner, Tried
from fieldstation.client.things import Instance, JobName, Json, Launched

app = noun("instance", "Instances: jobs launched in projects, where their files lie.")
InstanceId = Annotated[str, typer.Argument(metavar="INSTANCE", help="Its id.")]


@dataclass(frozen=True, kw_only=True)
class How:
    """How a job is launched."""

    project: Annotated[
        str | None, typer.Option("--project", "-p", help="Your name for a project, or its id; by default your own.")
    ] = None
    name: Annotated[str | None, typer.Option(help="What the instance is called; by default as the job.")] = None
    sub_path: Annotated[str | None, typer.Option(help="The folder that it starts in, below its own.")] = None
    callback_url: Annotated[str | None, typer.Option(help="Where each of its states is told, by PUT.")] = None
    callback_context: Annotated[str | None, typer.Option(help="Goes along with what is told.")] = None
    callback_token: Annotated[
        str | None, typer.Option(help="22 letters and digits, by which its holder reads files of the project.")
    ] = None
    make_callback_token: Annotated[bool, typer.Option("--make-callback-token", help="Have such a token be made.")] = (
        False
    )
    debug: Annotated[
        bool, typer.Option("--debug", help="Keep it, its log and its hidden folder after its end, until it is removed.")
    ] = False
    dry: Annotated[bool, typer.Option("--dry", help="Tell the command, and launch nothing.")] = False


@verb(app)
def launch(
    session: Session,
    job: Annotated[str, typer.Argument(metavar="COLLECTION/JOB@VERSION", help="Such as im-test/nop@1.0.0.")],
    how: How,
    variables: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUE…]", help="Inputs and options; JSON, or else text.")
    ] = None,
) -> None:
    """Launch a job in a project, or with --dry tell what would be launched."""
    named = _job(job)
    given = {name: _value(text) for name, text in pairs(variables or [], "variables").items()}
    project = how.project if how.project is not None else session.station.me().project
    manner = _manner(how)
    name, instances = how.name or f"{named[0]} {named[1]}", session.station.instances
    if how.dry:
        tried = instances.trial(project, named, name=name, variables=given, manner=manner)
        session.answer(tried, lambda: _tried(tried))
        return
    made = instances.launch(project, named, name=name, variables=given, manner=manner)
    session.answer(made, lambda: _launched(made))


@verb(app)
def jobs(
    session: Session,
    project: Annotated[str | None, typer.Option("--project", "-p", help="Where they are to run.")] = None,
) -> None:
    """List the jobs that can be launched, and why some cannot be now."""
    found = list(session.station.instances.jobs(project))

    def shown() -> str:
        rows = [[_name(one), one.title, one.lacks or _instead(one), one.doc_url or ""] for one in found]
        return table(["job", "title", "remarks", "read about it"], rows)

    session.answer({"items": found}, shown)


@verb(app)
def job(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="COLLECTION/JOB@VERSION", help="Such as im-test/nop@1.0.0.")],
    project: Annotated[str | None, typer.Option("--project", "-p", help="Where it is to run.")] = None,
) -> None:
    """Show a job that can be launched, and what a caller fills in."""
    found = session.station.instances.job(_job(name), project)
    session.answer(found, lambda: _described(found))


@verb(app)
def list_(
    session: Session,
    project: Annotated[str | None, typer.Option("--project", "-p", help="Only of this project.")] = None,
    limit: Limit = 100,
) -> None:
    """List the jobs that were launched in projects you see, newest first."""
    of = None if project is None else session.station.projects.show(project).id
    found = some(session.station.instances.all(of), limit)

    def shown() -> str:
        rows = [[one.name, _name(one.job), one.phase, one.launched_by, ago(one.launched_at), one.id] for one in found]
        return table(["name", "job", "phase", "by", "launched", "id"], rows)

    session.answer({"items": found}, shown)


@verb(app)
def show(session: Session, instance: InstanceId) -> None:
    """Show a job that was launched."""
    found = session.station.instances.show(instance)
    session.answer(found, lambda: _shown(found))


@verb(app)
def archive(
    session: Session,
    instance: InstanceId,
    undo: Annotated[bool, typer.Option("--undo", help="Let it go with others of its age.")] = False,
) -> None:
    """Keep a launched job when others of its age go."""
    session.station.instances.archive(instance, archived=not undo)
    session.answer({"id": instance, "archived": not undo}, lambda: "not kept any more" if undo else "kept")


@verb(app)
def remove(session: Session, instance: InstanceId) -> None:
    """End a launched job and remove it; what it made stays."""
    task = session.station.instances.remove(instance)
    session.answer({"task": task}, lambda: f"removed; its folder goes with {task}")


def _manner(how: How) -> Manner:
    more = how.callback_context is not None or how.callback_token is not None or how.make_callback_token
    if how.callback_url is None:
        if more:
            raise typer.BadParameter("nobody is told without it", param_hint="--callback-url")
        return Manner(sub_path=how.sub_path, debug=how.debug)
    callback = Callback(
        url=how.callback_url,
        context=how.callback_context,
        token=how.callback_token,
        make_token=how.make_callback_token,
    )
    return Manner(sub_path=how.sub_path, callback=callback, debug=how.debug)


def _launched(made: Launched) -> str:
    token = f"\ncallback token, shown this once: {made.callback_token}" if made.callback_token else ""
    return f"launched {made.id}\nfollow it: fieldstation task show {made.task}{token}"


def _tried(tried: Tried) -> str:
    if tried.quote.coins == "0":
        return tried.command
    return f"{tried.command}\nexpected to cost {tried.quote.coins} coins, as {count(tried.quote.past, 'job')} before"


def _job(text: str) -> tuple[str, str, str]:
    name, _, version = text.rpartition("@")
    collection, _, job = name.partition("/")
    if not (collection and job and version):
        raise typer.BadParameter(f"{text!r} is not COLLECTION/JOB@VERSION", param_hint="JOB")
    return collection, job, version


def _described(one: JobForm) -> str:
    facts: Sequence[tuple[str, str | None]] = [
        ("job", f"{_name(one)}  {one.title}"),
        ("about", one.description or None),
        ("read", one.doc_url),
        ("rate", one.rate),
        ("lacks", one.lacks),
        ("remedy", one.remedy),
        ("replaces", _titles(one.replaces)),
        ("instead", _titles(one.replaced_by)),
        ("command", one.command),
    ]
    rows = _variables(one.variables)
    return "\n\n".join([details(facts), *([table(["variable", "title", "type", "required"], rows)] if rows else [])])


def _variables(schema: Mapping[str, Any]) -> list[list[str]]:
    required = schema.get("required", ())
    return [
        [name, about.get("title", ""), about.get("type", ""), "yes" if name in required else ""]
        for name, about in schema.get("properties", {}).items()
    ]


def _instead(one: Job) -> str:
    return f"use {_titles(one.replaced_by)} instead" if one.replaced_by else ""


def _titles(jobs: Sequence[JobTitle]) -> str | None:
    return ", ".join(f"{one.collection}/{one.job}" for one in jobs) or None


def _value(text: str) -> Json:
    try:
        found: Json = json.loads(text)
    except ValueError:
        return text
    return found


def _name(job: Job | JobName) -> str:
    return f"{job.collection}/{job.job}@{job.version}"


def _outputs(one: Instance) -> list[list[str]]:
    """Return rows of what it makes; where it started in a folder below its own, that is where they lie."""
    below = f"{one.sub_path}/" if one.sub_path else ""
    made = {name: about for name, about in one.outputs.items() if isinstance(about, dict) and about.get("creates")}
    rows = [[name, str(about.get("title", "")), _below(below, str(about["creates"]))] for name, about in made.items()]
    return rows + [["", "describes an output", path] for path in one.described]


def _below(folder: str, path: str) -> str:
    return path if path.startswith("/") else f"{folder}{path}"


def _shown(one: Instance) -> str:
    facts: Sequence[tuple[str, str | None]] = [
        ("name", one.name),
        ("job", f"{_name(one.job)}  {one.title}"),
        ("phase", one.phase),
        ("error", one.error),
        ("project", one.project),
        ("launched", f"{ago(one.launched_at)} by {one.launched_by}"),
        ("started", ago(one.started_at) if one.started_at else None),
        ("stopped", ago(one.stopped_at) if one.stopped_at else None),
        ("command", one.command),
        ("coins", one.coins),
        ("kept", "archived" if one.archived else "until it is removed (debug)" if one.debug else None),
        ("task", one.task),
        ("run", one.run),
    ]
    rows = _outputs(one)
    return "\n\n".join([details(facts), *([table(["output", "title", "in the project"], rows)] if rows else [])])
