"""`project create|list|show|change|remove|member`."""

from collections.abc import Sequence
from typing import Annotated

import typer

from fieldstation.cli.output import ago, details, merged, size, table
from fieldstation.cli.user.member import add_member_verb
from fieldstation.cli.user.verb import Session, noun, verb
from fieldstation.client.things import Member, Project

app = noun("project", "Projects: where runs happen, shared with members.")
ProjectName = Annotated[str, typer.Argument(metavar="PROJECT", help="Your own name for it, or its id.")]


@verb(app)
def create(
    session: Session,
    name: Annotated[str, typer.Argument()],
    product: Annotated[str | None, typer.Option(help="Id of the subscription that pays for it.")] = None,
    public: Annotated[bool | None, typer.Option("--public/--private", help="Whether everybody sees it.")] = None,
) -> None:
    """Make a project that you own."""
    project = session.station.projects.create(name, product=product, public=public)
    session.answer(project, lambda: f"made {project.name} ({project.id})")


@verb(app)
def change(
    session: Session,
    project: ProjectName,
    name: Annotated[str | None, typer.Option(help="Another name.")] = None,
    public: Annotated[bool | None, typer.Option("--public/--private", help="Whether everybody sees it.")] = None,
) -> None:
    """Rename a project, or change who sees it."""
    if name is None and public is None:
        raise typer.BadParameter("say what shall change: --name, --public or --private")
    found = session.station.projects.change(project, name=name, public=public)
    session.answer(found, lambda: f"{found.name} is {'public' if found.public else 'private'}")


@verb(app)
def remove(
    session: Session,
    project: ProjectName,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove a project that you made, with all its files, for good."""
    if not yes:
        found = session.station.projects.show(project)
        typer.confirm(f"remove {found.name} with {size(found.size_bytes)} of files for good?", abort=True, err=True)
    task = session.station.projects.remove(project)
    session.answer({"task": task}, lambda: f"removed; its files go with {task}")


@verb(app)
def list_(session: Session) -> None:
    """List the projects that you see."""
    projects = list(session.station.projects.all())

    def shown() -> str:
        rows = [[one.name, one.owner, _kind(one), size(one.size_bytes), ago(one.created), one.id] for one in projects]
        return table(["name", "owner", "kind", "size", "created", "id"], rows)

    session.answer({"items": projects}, shown)


@verb(app)
def show(session: Session, project: ProjectName) -> None:
    """Show a project and its members."""
    found = session.station.projects.show(project)
    members = session.station.projects.members(project)
    session.answer(merged(found, members=members), lambda: _shown(found, members))


def _shown(project: Project, members: Sequence[Member]) -> str:
    facts = [
        ("name", project.name),
        ("owner", project.owner),
        ("id", project.id),
        ("kind", _kind(project)),
        ("size", size(project.size_bytes)),
        ("paid by", project.product),
        ("created", ago(project.created)),
    ]
    return details([*facts, ("members", "\n".join(f"{one.name} ({one.role})" for one in members))])


def _kind(project: Project) -> str:
    return "own" if project.personal else "public" if project.public else ""


add_member_verb(app, "PROJECT", lambda station: station.projects)
