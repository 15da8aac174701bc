"""Times of a filter, as they are bound, and the relations between two stretches of time."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from fieldstation.core.catalogue.model.cql2.nodes import Instant, Literal, Node
from fieldstation.core.catalogue.model.moments import read_datetime_parameter

# The first goes from a1 to a2, the second from b1 to b2, both ends included (OGC 21-065r2, table 13).
RELATIONS: Mapping[str, str] = {
    "t_after": "{a1} > {b2}",
    "t_before": "{a2} < {b1}",
    "t_contains": "{a1} < {b1} AND {a2} > {b2}",
    "t_disjoint": "{a1} > {b2} OR {a2} < {b1}",
    "t_during": "{a1} > {b1} AND {a2} < {b2}",
    "t_equals": "{a1} = {b1} AND {a2} = {b2}",
    "t_finishedBy": "{a1} < {b1} AND {a2} = {b2}",
    "t_finishes": "{a1} > {b1} AND {a2} = {b2}",
    "t_intersects": "{a1} <= {b2} AND {a2} >= {b1}",
    "t_meets": "{a2} = {b1}",
    "t_metBy": "{a1} = {b2}",
    "t_overlappedBy": "{a1} > {b1} AND {a1} < {b2} AND {a2} > {b2}",
    "t_overlaps": "{a1} < {b1} AND {a2} > {b1} AND {a2} < {b2}",
    "t_startedBy": "{a1} = {b1} AND {a2} > {b2}",
    "t_starts": "{a1} = {b1} AND {a2} < {b2}",
}


def moment_of(text: str) -> datetime | None:
    """Read a time; of a date its first moment. Invalid when it is none."""
    return read_datetime_parameter(text, days=True).start


def day_of(node: Node) -> tuple[datetime, datetime] | None:
    """Return the first moment of a date and that of the next day; None for what is no date."""
    if isinstance(node, Instant) and node.is_date:
        text = node.text
    elif isinstance(node, Literal) and isinstance(node.value, str) and "T" not in node.value.upper():
        text = node.value
    else:
        return None
    first = read_datetime_parameter(text, days=True).start
    return None if first is None else (first, first + timedelta(days=1))
