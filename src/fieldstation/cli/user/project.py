"""`project create|list|show|member`."""

from collections.abc import Sequence
from typing import Annotated

import typer

from fieldstation.cli.output import ago, details, merged, table
from fieldstation.cli.user.member import add_member_verb
from fieldstation.cli.user.verb import Session, noun, verb
from fieldstation.client.things import Member, Project

app = noun("project", "Projects: where runs happen, shared with members.")
ProjectName = Annotated[str, typer.Argument(metavar="PROJECT", help="Your own name for it, or its id.")]


@verb(app)
def create(session: Session, name: Annotated[str, typer.Argument()]) -> None:
    """Make a project that you own."""
    project = session.station.projects.create(name)
    session.answer(project, lambda: f"made {project.name} ({project.id})")


@verb(app)
def list_(session: Session) -> None:
    """List the projects that you see."""
    projects = list(session.station.projects.all())

    def shown() -> str:
        rows = [[one.name, one.owner, "own" if one.personal else "", ago(one.created), one.id] for one in projects]
        return table(["name", "owner", "kind", "created", "id"], rows)

    session.answer({"items": projects}, shown)


@verb(app)
def show(session: Session, project: ProjectName) -> None:
    """Show a project and its members."""
    found = session.station.projects.show(project)
    members = session.station.projects.members(project)
    session.answer(merged(found, members=members), lambda: _shown(found, members))


def _shown(project: Project, members: Sequence[Member]) -> str:
    facts = [("name", project.name), ("owner", project.owner), ("id", project.id), ("created", ago(project.created))]
    return details([*facts, ("members", "\n".join(f"{one.name} ({one.role})" for one in members))])


add_member_verb(app, "PROJECT", lambda station: station.projects)
