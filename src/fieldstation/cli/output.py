"""What user verbs print: tables and details for people, one JSON document for programs, errors with the next step."""

import dataclasses
import json
import os
import shutil
import sys
import textwrap
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from types import TracebackType
from typing import NoReturn

import typer

from fieldstation.client.errors import ClientError
from fieldstation.kernel.clock import wire_time

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_BOLD, _DIM, _RED, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[0m"


def document(value: object) -> object:
    """Return `value` as what JSON can say: frozen values as objects, absent fields left out, times as on the wire."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {name: document(item) for name, item in value.items() if item is not None}
    if isinstance(value, Mapping):
        return {str(name): document(item) for name, item in value.items()}
    if isinstance(value, datetime):
        return wire_time(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [document(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def merged(value: object, **more: object) -> dict[str, object]:
    """Return the JSON object of `value` with more fields."""
    told = document(value)
    assert isinstance(told, dict)
    return told | more


def write_json(value: object) -> None:
    """Print `value` as the one JSON document of a command."""
    print(json.dumps(document(value), indent=2, ensure_ascii=False))


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return aligned columns under their headers; a column headed `>x` leans right."""
    names = [header.lstrip(">").upper() for header in headers]
    right = [header.startswith(">") for header in headers]
    shown = [[_one_line(cell) for cell in row] for row in rows]
    widths = [max(len(row[place]) for row in [names, *shown]) for place in range(len(names))]

    def line(row: Sequence[str]) -> str:
        placed = zip(row, widths, right, strict=True)
        return "  ".join(cell.rjust(width) if lean else cell.ljust(width) for cell, width, lean in placed).rstrip()

    return "\n".join([_styled(line(names), _BOLD), *map(line, shown)])


def details(pairs: Iterable[tuple[str, str | None]]) -> str:
    """Return one line for each fact that there is, names aligned."""
    there = [(name, printable(value)) for name, value in pairs if value]
    width = max((len(name) for name, _ in there), default=0)
    indent = "\n" + " " * (width + 2)
    return "\n".join(
        f"{_styled(name.ljust(width), _BOLD)}  {indent.join(_wrapped(value, width + 2))}" for name, value in there
    )


def count(number: int, noun: str) -> str:
    """Write a number of things: `1 file`, `3 files`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def size(amount_bytes: int | None) -> str:
    """Write a size for people: `812 B`, `4.2 MiB`."""
    amount, unit = float(amount_bytes or 0), 0
    while amount >= 1000 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    return f"{int(amount)} B" if unit == 0 else f"{amount:.1f} {_UNITS[unit]}"


def lasting(seconds: float) -> str:
    """Write a duration for people: `0.4 s`, `42 s`, `3 min`, `5 h`, `12 d`."""
    for limit, unit, name in ((100, 1, "s"), (5400, 60, "min"), (172_800, 3600, "h")):
        if seconds < limit:
            amount = seconds / unit
            return f"{amount:.1f} {name}" if amount < 10 and unit == 1 else f"{round(amount)} {name}"
    return f"{round(seconds / 86_400)} d"


def ago(moment: datetime | None) -> str:
    """Write a time as the distance from now: `3 min ago`, `in 29 d`; empty for none."""
    if moment is None:
        return ""
    seconds = (datetime.now(UTC) - moment).total_seconds()
    if abs(seconds) < 1:
        return "now"
    distance = lasting(abs(seconds)) if abs(seconds) >= 10 else f"{round(abs(seconds))} s"
    return f"{distance} ago" if seconds > 0 else f"in {distance}"


def fail(error: ClientError, *, as_json: bool) -> NoReturn:
    """Print an error on standard error, with the next step as its last line, and leave with its exit code."""
    if as_json:
        print(json.dumps(error.document(), indent=2, ensure_ascii=False), file=sys.stderr)
    else:
        print(f"{_styled('error:', _RED, sys.stderr.isatty())} {error}\nnext:  {error.next_step}", file=sys.stderr)
    raise typer.Exit(error.exit_code)


def note(text: str) -> None:
    """Say something beside the answer, on standard error and only to a person at a terminal."""
    if sys.stderr.isatty():
        print(_styled(text, _DIM, terminal=True), file=sys.stderr)


def ask(text: str) -> None:
    """Say what a person has to do now, on standard error, whoever reads it."""
    print(text, file=sys.stderr, flush=True)


class Meter:
    """Progress in bytes on a terminal's standard error; elsewhere silent. `total` may grow while it runs."""

    def __init__(self, doing: str, total: int = 0) -> None:
        self.total = total
        self._doing = doing
        self._done = 0
        self._shown_at = float("-inf")
        self._terminal = sys.stderr.isatty()

    def __call__(self, count: int) -> None:
        """Take note of `count` more bytes."""
        self._done += count
        if self._terminal and time.monotonic() - self._shown_at > 0.1:
            self._shown_at = time.monotonic()
            share = f" {100 * self._done // self.total:3d} %" if self.total else ""
            print(f"\r{self._doing}{share} {size(self._done)}\x1b[K", end="", file=sys.stderr, flush=True)

    def __enter__(self) -> "Meter":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _styled(text: str, style: str, terminal: bool | None = None) -> str:
    on = sys.stdout.isatty() if terminal is None else terminal
    return f"{style}{text}{_PLAIN}" if on and not os.environ.get("NO_COLOR") else text


def _wrapped(text: str, indent: int) -> list[str]:
    """Return the lines of a text, broken to the width of a terminal."""
    lines = text.splitlines()
    if not sys.stdout.isatty():
        return lines
    width = max(40, shutil.get_terminal_size().columns - indent)
    return [part for line in lines for part in textwrap.wrap(line, width, break_long_words=False) or [""]]


def _one_line(cell: str) -> str:
    """Return a cell without what would move the cursor or change colours: others wrote these texts."""
    return printable(" ".join(cell.split()))


def printable(text: str) -> str:
    """Return text of others with everything but letters, signs, spaces and line ends replaced."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "\N{REPLACEMENT CHARACTER}" for sign in text)
