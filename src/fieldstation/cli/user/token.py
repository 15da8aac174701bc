"""`token create|list|revoke`."""

from typing import Annotated

import typer

from fieldstation.cli.output import ago, table
from fieldstation.cli.user.verb import Session, noun, verb

app = noun("token", "Service tokens: for scripts, scoped and expiring.")


@verb(app)
def create(
    session: Session,
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", help="Narrow it to a permission, such as dataset:read; may be repeated."),
    ] = None,
    days: Annotated[int | None, typer.Option(help="How long it lives.")] = None,
) -> None:
    """Make a token and print it, this once."""
    token = session.station.tokens.create(name, scopes=scope, days=days)
    session.answer(token, lambda: str(token.token))


@verb(app)
def list_(session: Session) -> None:
    """List your tokens."""
    tokens = list(session.station.tokens.all())

    def shown() -> str:
        rows = [
            [
                one.name,
                "everything" if one.scopes is None else ", ".join(one.scopes),
                ago(one.created),
                ago(one.expires),
                one.id,
            ]
            for one in tokens
        ]
        return table(["name", "may", "created", "expires", "id"], rows)

    session.answer({"items": tokens}, shown)


@verb(app)
def revoke(
    session: Session, token: Annotated[str, typer.Argument(metavar="ID", help="As `token list` shows.")]
) -> None:
    """End a token at once."""
    session.station.tokens.revoke(token)
    session.answer({"id": token, "revoked": True}, lambda: f"revoked {token}")
