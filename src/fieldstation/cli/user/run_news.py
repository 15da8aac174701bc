"""`run news`: what became of one's own runs."""

from collections.abc import Sequence
from typing import Annotated

import typer

from fieldstation.cli.output import ago, table
from fieldstation.cli.user.verb import Session
from fieldstation.client.operations import Attention, RunNote


def news(
    session: Session,
    looked: Annotated[bool, typer.Option("--looked", help="Then take note that you looked at all of it.")] = False,
) -> None:
    """Show which of your runs are under way, which ended since you last looked, and which failed by your order."""
    found = session.station.operations.attention()
    if looked:
        session.station.operations.look()
        for one in found.failed:
            session.station.operations.see(one.id)
    session.answer(found, lambda: _shown(found))


def _shown(found: Attention) -> str:
    ended = [one for one in found.ended if one.unread]
    parts = [("under way", found.under_way), ("ended since you last looked", ended), ("needs you", found.failed)]
    shown = [f"{title}\n{_table(runs)}" for title, runs in parts if runs]
    return "\n\n".join(shown) or "nothing of yours is under way, and you have seen all that ended"


def _table(runs: Sequence[RunNote]) -> str:
    rows = [
        [
            one.id,
            one.state,
            one.tool.name,
            one.name or "",
            ago(one.ended_at or one.started_at or one.created_at),
            one.reason.text if one.reason else "",
        ]
        for one in runs
    ]
    return table(["id", "state", "tool", "name", "since", "why"], rows)
