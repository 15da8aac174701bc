import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from fieldstation.cli.user.verb import Session, noun, pairs, plain, some, verb
from fieldstation.client import ClientError

run = CliRunner().invoke


@dataclass(frozen=True, kw_only=True)
class Group:
    name: Annotated[str, typer.Option("--name", "-n")] = "x"
    loud: Annotated[bool, typer.Option("--loud")] = False


def app_with(function: Callable[..., None]) -> typer.Typer:
    app = noun("thing", "Things.")
    verb(app)(function)
    verb(app, "other")(lambda _session: None)
    return app


def test_a_verb_gets_its_arguments_and_the_values_of_a_group() -> None:
    def show(session: Session, place: Annotated[str, typer.Argument()], group: Group) -> None:
        """Show it."""
        session.answer({"place": place, "group": group}, lambda: f"{place} {group.name} {group.loud}")

    app = app_with(show)
    assert run(app, ["show", "here", "-n", "y", "--loud"]).output == "here y True\n"
    assert json.loads(run(app, ["show", "here", "--json"]).stdout) == {
        "place": "here",
        "group": {"name": "x", "loud": False},
    }
    assert "Show it." in run(app, ["--help"]).output
    assert run(app, ["show"]).exit_code == 2


@pytest.mark.parametrize(("status", "exit_code"), [(404, 3), (403, 4), (None, 1)])
def test_an_error_ends_with_the_next_step_and_its_exit_code(status: int | None, exit_code: int) -> None:
    def show(session: Session) -> None:
        raise ClientError("it is so", next_step="fieldstation whoami", reason="thus", status=status)

    app = app_with(show)
    told = run(app, ["show"])
    assert (told.exit_code, told.stdout) == (exit_code, "")
    assert told.stderr == "error: it is so\nnext:  fieldstation whoami\n"
    told = run(app, ["show", "--json"])
    assert (told.exit_code, told.stdout) == (exit_code, "")
    document = json.loads(told.stderr)
    assert (document["reason"], document["next_step"], document.get("status")) == (
        "thus",
        "fieldstation whoami",
        status,
    )


def test_a_fault_of_this_machine_is_told_like_any_other() -> None:
    def show(session: Session) -> None:
        raise PermissionError(13, "Permission denied", "/root/x")

    told = run(app_with(show), ["show"])
    assert told.exit_code == 1
    assert told.stderr.startswith("error: Permission denied: /root/x\nnext:  ")


def test_plain_verbs_are_functions() -> None:
    def whoami(session: Session) -> None:
        """Say it."""
        session.answer("me", lambda: "me")

    app = typer.Typer()
    app.command("whoami")(plain(whoami))
    assert run(app, ["--json"]).stdout == '"me"\n'


def test_lists_stop_at_their_limit() -> None:
    assert some(iter(range(10)), 3) == [0, 1, 2]
    assert some(iter(range(10)), 0) == list(range(10))


def test_pairs_are_read_or_refused() -> None:
    assert pairs(["a=b", "c=d=e", "f="], "label") == {"a": "b", "c": "d=e", "f": ""}
    with pytest.raises(typer.BadParameter):
        pairs(["a"], "label")
