"""The tree of a filter, the same for both encodings of CQL2 (OGC 21-065r2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fieldstation.kernel.errors import Invalid

MOST_NODES = 5_000  # of one filter, values of lists not counted
MOST_VALUES = 20_000  # of all lists of one filter
MOST_DEEP = 100

LOGICAL = frozenset({"and", "or", "not"})
COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})
ARITHMETIC = frozenset({"+", "-", "*", "/", "%", "div", "^"})
SPATIAL = frozenset(
    "s_" + name for name in ("intersects", "disjoint", "within", "contains", "equals", "touches", "crosses", "overlaps")
)
TEMPORAL = frozenset(
    "t_" + name
    for name in (
        "after", "before", "contains", "disjoint", "during", "equals", "finishedBy", "finishes", "intersects", "meets",
        "metBy", "overlappedBy", "overlaps", "startedBy", "starts",
    )
)  # fmt: skip
ARRAYS = frozenset({"a_contains", "a_containedBy", "a_equals", "a_overlaps"})
TEXTS = frozenset({"casei", "accenti"})
PREDICATES = frozenset({"like", "between", "in", "isNull"})

# The number of arguments of each operation, least and most.
ARITY: Mapping[str, tuple[int, int]] = {
    **dict.fromkeys(COMPARISONS | ARITHMETIC | SPATIAL | TEMPORAL | ARRAYS | {"like", "in"}, (2, 2)),
    **dict.fromkeys(TEXTS | {"isNull", "not"}, (1, 1)),
    **dict.fromkeys({"and", "or"}, (2, MOST_NODES)),
    "between": (3, 3),
}


@dataclass(frozen=True, slots=True)
class Property:
    """A queryable, by name."""

    name: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, number or truth value."""

    value: str | int | Decimal | bool


@dataclass(frozen=True, slots=True)
class Instant:
    """A date (`YYYY-MM-DD`) or a timestamp (RFC 3339), as it was written."""

    text: str
    is_date: bool


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of time; an end that is None is open."""

    start: "Instant | Property | None"
    end: "Instant | Property | None"


@dataclass(frozen=True, slots=True)
class Geometry:
    """A GeoJSON geometry or, as `{"bbox": [...]}`, a box."""

    value: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Items:
    """A list of values."""

    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Call:
    """An operation on arguments."""

    op: str
    args: "tuple[Node, ...]"


Node = Property | Literal | Instant | Interval | Geometry | Items | Call


def call(op: str, args: "tuple[Node, ...]", where: str) -> Call:
    """Make a call; Invalid when it is no operation of ours or has another number of arguments."""
    if op not in ARITY:
        raise fault(f"{where}: there is no operation {op[:40]!r}")
    least, most = ARITY[op]
    if not least <= len(args) <= most:
        wanted = str(least) if least == most else f"at least {least}"
        raise fault(f"{where}: {op} takes {wanted} argument{'s' if least > 1 else ''}, not {len(args)}")
    return Call(op, args)


def both(first: Node | None, second: Node | None) -> Node | None:
    """Join two filters, of which each may be none."""
    if first is None or second is None:
        return first or second
    return Call("and", (first, second))


def shallow(node: Node) -> Node:
    """Return a tree that is not too deep; Invalid otherwise: `a + b + c` goes down as well, with no parenthesis."""
    waiting = [(node, 1)]
    while waiting:
        found, depth = waiting.pop()
        if depth > MOST_DEEP:
            raise too_deep()
        if isinstance(found, Call):
            waiting += [(one, depth + 1) for one in found.args]
    return node


def too_deep() -> Invalid:
    """Return the error for a filter that goes down too far."""
    return fault(f"the filter is nested deeper than {MOST_DEEP} levels")


def end_of(text: str) -> Instant | None:
    """Read one end of an interval: `..` is open, what has no `T` is a date."""
    return None if text == ".." else Instant(text, "T" not in text.upper())


def interval_of(text: str) -> Interval | Instant:
    """Read a time as OGC's parameter `datetime` writes it: a moment, or `start/end` with `..` or nothing if open."""
    start, slash, end = text.partition("/")
    if not slash:
        found = end_of(text)
        if found is None:
            raise fault("a time that is open at both ends narrows nothing")
        return found
    ends = [None if one in ("", "..") else end_of(one) for one in (start, end)]
    if ends == [None, None]:
        raise fault("a time that is open at both ends narrows nothing")
    return Interval(ends[0], ends[1])


def fault(text: str) -> Invalid:
    """Return the error for a filter that cannot be read."""
    return Invalid(text, next_step="mend the filter; it is CQL2, as text or as JSON", reason="filter_invalid")


class Counted:
    """Counts what is read of one filter, and refuses what has no bound."""

    def __init__(self) -> None:
        self._nodes = 0
        self._values = 0

    def node(self, depth: int) -> None:
        """Count one node; Invalid when there are too many, or it lies too deep."""
        self._nodes += 1
        if depth > MOST_DEEP:
            raise too_deep()
        if self._nodes > MOST_NODES:
            raise fault(f"the filter has more than {MOST_NODES} terms; name many values of a property with IN (...)")

    def values(self, count: int) -> None:
        """Count the values of a list; Invalid when there are too many."""
        self._values += count
        if self._values > MOST_VALUES:
            raise fault(f"the lists of the filter have more than {MOST_VALUES} values")
