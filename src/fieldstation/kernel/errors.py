"""Every error the station raises on purpose, sorted by what the caller should do about it.

FieldstationError
├── Unauthenticated      sign in and try again
├── Forbidden            ask the owner; `fieldstation why` explains
├── NotFound             look for another name (also: you may not see it)
├── Invalid              mend the request
├── Conflict             look at the present state, then decide
├── PreconditionFailed   read the thing anew
├── TooLarge             free space or ask for more
├── OutOfCoins           top up
├── Unavailable          wait, then try the same again
└── Broken               tell the operator
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """Whose fault an error is."""

    YOURS = "yours"  # the caller's, or of what the caller wrote
    OURS = "ours"  # the station's or its operator's
    PASSING = "passing"  # nobody's: the same request may succeed later


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One fault in something a person wrote: where, and what is wrong.

    `where` is a JSON pointer (`/inputs/table`) or `line 3, column 7`; `text` names the fault and what is expected.
    """

    where: str
    text: str
    line: int | None = None
    column: int | None = None


class FieldstationError(Exception):
    """Something the station refuses or cannot do, with whose fault it is and the next step.

    `text` says what happened; `next_step` what to do now; `reason` is the stable machine-readable name;
    `problems` lists every fault found, when there may be several.
    """

    reason = "error"
    fault = Fault.OURS
    retry_after_seconds: int | None = None  # when the same request may work

    def __init__(
        self,
        text: str,
        *,
        next_step: str,
        reason: str | None = None,
        fault: Fault | None = None,
        problems: Sequence[Problem] = (),
    ) -> None:
        super().__init__(text)
        self.text = text
        self.next_step = next_step
        self.reason = reason or type(self).reason
        self.fault = fault or type(self).fault
        self.problems = tuple(problems)

    def __str__(self) -> str:
        faults = "".join(f"\n  {problem.where}: {problem.text}" for problem in self.problems)
        return f"{self.text}{faults}"


class Unauthenticated(FieldstationError):
    """We do not know who asks."""

    reason = "unauthenticated"
    fault = Fault.YOURS


class Forbidden(FieldstationError):
    """The caller may see the thing, but not do this to it."""

    reason = "forbidden"
    fault = Fault.YOURS


class NotFound(FieldstationError):
    """No such thing, or none that the caller may see."""

    reason = "not_found"
    fault = Fault.YOURS


class Invalid(FieldstationError):
    """The request is malformed; `problems` lists every fault."""

    reason = "invalid"
    fault = Fault.YOURS


class Conflict(FieldstationError):
    """The thing's present state does not allow this."""

    reason = "conflict"
    fault = Fault.YOURS


class PreconditionFailed(FieldstationError):
    """The thing changed since the caller read it."""

    reason = "precondition_failed"
    fault = Fault.YOURS


class TooLarge(FieldstationError):
    """More bytes or things than the caller's quota or a fixed limit allows."""

    reason = "too_large"
    fault = Fault.YOURS


class OutOfCoins(FieldstationError):
    """The account that would pay has too few coins."""

    reason = "no_coins"
    fault = Fault.YOURS


class Unavailable(FieldstationError):
    """A part of the station is away for now; `retry_after_seconds` says when to ask again."""

    reason = "unavailable"
    fault = Fault.PASSING
    retry_after_seconds = 2


class Broken(FieldstationError):
    """The station's own state or set-up is wrong; only its operator can mend it."""

    reason = "broken"
    fault = Fault.OURS
