"""The parts of a station and their condition, as `doctor`, `/readyz` and the console tell it."""

from dataclasses import dataclass
from enum import StrEnum


class Condition(StrEnum):
    """How a part is."""

    OK = "ok"
    DEGRADED = "degraded"  # requests are served, but something that people expect does not work or soon will not
    DOWN = "down"  # requests cannot be served


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of the station: what is so, and what to do about it unless it is ok.

    `reason` is the stable machine-readable name of what is wrong (`no_engine`, `database_away`).
    """

    name: str
    condition: Condition
    text: str
    next_step: str | None = None
    reason: str | None = None


def worst(parts: tuple[Part, ...]) -> Condition:
    """Return the condition of the whole: that of its worst part."""
    found = {part.condition for part in parts}
    return next((one for one in (Condition.DOWN, Condition.DEGRADED) if one in found), Condition.OK)
