"""Texts with placeholders that strangers wrote in Jinja's language, expanded under bounds of time and memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class Template:
    """One text and the JSON values of its variables.

    With `command` it is split into arguments by the rules of a shell, which never looks into values: each stays where
    its placeholder stands. Only a value of `free`, alone in a place without quotes, may be several arguments.
    """

    text: str
    values: Mapping[str, Any]
    command: bool = False
    free: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, kw_only=True)
class Expanded:
    """What became of a template: its text and, of a command, its arguments; or what is wrong with it.

    `malformed`: it is none, whatever the values.
    """

    text: str = ""
    arguments: tuple[str, ...] = ()
    fault: str | None = None
    malformed: bool = False


class Templates(Protocol):
    """Expands templates."""

    def expand(self, templates: Sequence[Template]) -> Sequence[Expanded]:
        """Return what becomes of each. Never raises for what a template or a value holds.

        Starts and waits for a process, so it is never called in a transaction.
        """
