"""How a function becomes a user verb: `--json`, errors and exit codes once for all of them."""

import dataclasses
import inspect
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from importlib import import_module
from itertools import islice
from typing import Annotated, Any, TypeVar, get_type_hints

import typer
import typer.core
import typer.main

from fieldstation.cli.output import fail, note, write_json
from fieldstation.client import ClientError, Station
from fieldstation.client.profile import Profile, chosen_profile

Item = TypeVar("Item")
Limit = Annotated[int, typer.Option(min=0, help="At most so many; 0 for all.")]
Function = Callable[..., None]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output, nothing else.")]
_TARGET = "fieldstation_verb"
_AS_JSON = inspect.Parameter("as_json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=AsJson)


class Session:
    """What every user verb is handed: the station that is meant, and where the answer goes."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    @cached_property
    def profile(self) -> Profile:
        """Which station is meant, and the credentials for it."""
        return chosen_profile()

    @cached_property
    def station(self) -> Station:
        """The station, connected at first use."""
        return Station(self.profile.url, self.profile.token)

    def close(self) -> None:
        """Close the connections to the station, if there are any."""
        if "station" in self.__dict__:
            self.station.close()

    def answer(self, value: object, shown: Callable[[], str]) -> None:
        """Print the answer: `value` as JSON when that was asked for, else what `shown` writes for people."""
        if self.as_json:
            write_json(value)
        else:
            typer.echo(shown())


def noun(name: str, about: str) -> typer.Typer:
    """Return the empty group of verbs for one kind of thing."""
    return typer.Typer(
        name=name,
        cls=_Noun,
        help=about,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )


def later(app: typer.Typer, name: str, target: str, about: str) -> None:
    """Add a verb of another module (`module:function`) that is only imported when it is called."""

    def stand_in() -> None:
        """Stand for the verb in the list."""

    stand_in.__dict__[_TARGET] = target
    app.command(name, help=about)(stand_in)


class _Noun(typer.core.TyperGroup):
    """A group that loads the verbs that `later` added when they are called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the verb that `args` begin with, and load it."""
        name, command, rest = super().resolve_command(ctx, args)
        target = getattr(inspect.unwrap(command.callback), _TARGET, None) if command and command.callback else None
        return (name, _loaded(name, target), rest) if name and target else (name, command, rest)


def _loaded(name: str, target: str) -> Any:
    module, _, attribute = target.partition(":")
    one = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    one.command(name)(getattr(import_module(module), attribute))
    return typer.main.get_command(one)


def verb(app: typer.Typer, name: str | None = None) -> Callable[[Function], Function]:
    """Add a function, whose first parameter is a Session, to `app` as a verb of its own name."""

    def add(function: Function) -> Function:
        app.command(name or function.__name__.rstrip("_"))(plain(function))
        return function

    return add


def plain(function: Function) -> Function:
    """Return the command that a function stands for.

    Its Session is made by us, `--json` is added, and a parameter that is a dataclass becomes the options that its
    fields describe, so that a verb with many options still takes one value.
    """
    hints = get_type_hints(function, include_extras=True)
    own = list(inspect.signature(function).parameters.values())[1:]
    groups = _groups(own, hints)

    def command(**given: Any) -> None:
        session = Session(as_json=given.pop("as_json"))
        together = _together(given, groups)
        try:
            _guarded(lambda: function(session, **together), as_json=session.as_json)
        finally:
            session.close()

    return _described(command, function, [*_flattened(own, groups, hints), _AS_JSON])


def spread(function: Function) -> Function:
    """Return the command of a function that needs no session: its dataclasses become the options they describe."""
    hints = get_type_hints(function, include_extras=True)
    own = list(inspect.signature(function).parameters.values())
    groups = _groups(own, hints)
    return _described(
        lambda **given: function(**_together(given, groups)), function, list(_flattened(own, groups, hints))
    )


def _groups(own: list[inspect.Parameter], hints: dict[str, Any]) -> dict[str, Any]:
    return {one.name: hints[one.name] for one in own if dataclasses.is_dataclass(hints[one.name])}


def _together(given: dict[str, Any], groups: dict[str, Any]) -> dict[str, Any]:
    """Put options back into the values that they were spread from."""
    rest = dict(given)
    for name, group in groups.items():
        rest[name] = group(**{field.name: rest.pop(field.name) for field in dataclasses.fields(group)})
    return rest


def _described(command: Function, function: Function, shown: list[inspect.Parameter]) -> Function:
    """Give a command the name, the text and the parameters that are shown for a function."""
    command.__name__, command.__doc__ = function.__name__, function.__doc__
    command.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]  # PEP 362
    command.__annotations__ = {one.name: one.annotation for one in shown}
    return command


def some(found: Iterator[Item], limit: int) -> list[Item]:
    """Return at most `limit` of what a list yields (0: all), telling at a terminal when there is more."""
    if not limit:
        return list(found)
    taken = list(islice(found, limit + 1))
    if len(taken) > limit:
        note(f"there are more: --limit {10 * limit}, or --limit 0 for all")
    return taken[:limit]


def pairs(given: Sequence[str], what: str) -> dict[str, str]:
    """Read `KEY=VALUE` arguments; wrong usage when one is none."""
    for one in given:
        if not one.partition("=")[0] or "=" not in one:
            raise typer.BadParameter(f"{one!r} is not KEY=VALUE", param_hint=f"--{what}")
    return {one.partition("=")[0]: one.partition("=")[2] for one in given}


def _flattened(
    own: list[inspect.Parameter], groups: dict[str, Any], hints: dict[str, Any]
) -> Iterator[inspect.Parameter]:
    for one in own:
        if one.name not in groups:
            yield one.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[one.name])
            continue
        inner = get_type_hints(groups[one.name], include_extras=True)
        for field in dataclasses.fields(groups[one.name]):
            default = inspect.Parameter.empty if field.default is dataclasses.MISSING else field.default
            yield inspect.Parameter(
                field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=inner[field.name]
            )


def _guarded(work: Callable[[], None], *, as_json: bool) -> None:
    try:
        work()
    except ClientError as error:
        fail(error, as_json=as_json)
    except BrokenPipeError:
        raise
    except OSError as error:
        told = ClientError(
            f"{error.strerror or error}: {error.filename}" if error.filename else str(error),
            next_step="see that the place exists, is yours and has room, then run the same command again",
            reason="local_files",
        )
        fail(told, as_json=as_json)
