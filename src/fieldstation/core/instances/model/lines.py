"""Lines of a log that mean something: events, and what the work costs so far.

`<date and time> # <LEVEL> -EVENT- <text>` is an event. `<date and time> # INFO -COST- <value> <sequence>` is a cost: a
bare value is the total from now on, one that begins with `+` is added; a sequence that was seen counts once.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from fieldstation.core.tasks.model import Level

_LINE = re.compile(r"^(?P<time>\S[^#]{7,60}?) # (?P<level>[A-Z]+) -(?P<what>EVENT|COST)-(?: (?P<rest>.*))?$")
_COST = re.compile(r"(?P<plus>\+?)(?P<value>\d{1,18}(?:\.\d{1,12})?|\.\d{1,12}) +(?P<sequence>\d{1,9})")
_LEVELS = {level.name: level for level in Level} | {"WARN": Level.WARNING, "FATAL": Level.CRITICAL}
_BLANK = "(blank)"


@dataclass(frozen=True, kw_only=True)
class Said:
    """An event that a program told."""

    level: Level
    text: str


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What work has cost, and the last sequence that counted; `told` is False before the first line of it."""

    total: Decimal = Decimal(0)
    sequence: int = 0
    told: bool = False


@dataclass(frozen=True, kw_only=True)
class Read:
    """What lines came to."""

    events: Sequence[Said] = field(default=())
    cost: Cost = field(default_factory=Cost)


def read_lines(text: str, cost: Cost) -> Read:
    """Read whole lines of a log; what is no event and no cost is left alone, and so is a cost out of order."""
    events: list[Said] = []
    for line in text.splitlines():
        found = _LINE.match(line.rstrip())
        if found is None:
            continue
        rest = (found["rest"] or "").strip()
        if found["what"] == "COST":
            cost = _counted(cost, rest)
        elif found["level"] in _LEVELS:
            events.append(Said(level=_LEVELS[found["level"]], text=rest or _BLANK))
    return Read(events=events, cost=cost)


def _counted(cost: Cost, rest: str) -> Cost:
    found = _COST.fullmatch(rest)
    if found is None:
        return cost
    sequence, value = int(found["sequence"]), Decimal(found["value"])
    if sequence <= cost.sequence:
        return cost
    return Cost(total=cost.total + value if found["plus"] else value, sequence=sequence, told=True)
