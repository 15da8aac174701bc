"""CQL2 as JSON: read into a tree and written from it."""

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fieldstation.core.catalogue.model.cql2.nodes import (
    ARITY,
    Call,
    Counted,
    Geometry,
    Instant,
    Interval,
    Items,
    Literal,
    Node,
    Property,
    call,
    end_of,
    fault,
)
from fieldstation.core.catalogue.model.cql2.parse import parse

_PLAIN = (str, bool, int, float, Decimal)
_BY_FOLDED = {op.lower(): op for op in ARITY}


def filter_of(value: str | Mapping[str, Any] | None) -> Node | None:
    """Read a filter in either encoding; None or an empty text is none. Invalid (`filter_invalid`) with the place."""
    if value is None or value == "":
        return None
    return parse(value) if isinstance(value, str) else _Reader().node(value, "", 1)


class _Reader:
    def __init__(self) -> None:
        self._counted = Counted()

    def node(self, value: Any, where: str, depth: int) -> Node:
        self._counted.node(depth)
        if isinstance(value, _PLAIN):
            return Literal(_plain(value, where))
        if isinstance(value, list):
            return self._items(value, where, depth)
        if not isinstance(value, Mapping):
            raise fault(f"{where or '/'}: expected an operation, a property or a value")
        if "op" in value:
            return self._call(value, where, depth)
        if "property" in value:
            return self._property(value, where)
        if "interval" in value:
            return self._interval(value["interval"], where, depth)
        return _value(value, where)

    def _items(self, value: list[Any], where: str, depth: int) -> Items:
        self._counted.values(len(value))
        return Items(tuple(self._item(one, f"{where}/{place}", depth + 1) for place, one in enumerate(value)))

    def _item(self, value: Any, where: str, depth: int) -> Node:
        return Literal(_plain(value, where)) if isinstance(value, _PLAIN) else self.node(value, where, depth)

    def _property(self, value: Mapping[str, Any], where: str) -> Property:
        if not isinstance(value["property"], str) or not value["property"]:
            raise fault(f"{where}/property: expected the name of a property")
        return Property(value["property"])

    def _call(self, value: Mapping[str, Any], where: str, depth: int) -> Node:
        op, args = value["op"], value.get("args")
        if not isinstance(op, str) or not isinstance(args, list):
            raise fault(f"{where or '/'}: an operation has the text `op` and the list `args`")
        op = _BY_FOLDED.get(op.lower(), op)
        found = tuple(self.node(one, f"{where}/args/{place}", depth + 1) for place, one in enumerate(args))
        if op in ("and", "or") and len(found) == 1:
            return found[0]
        if op == "between" and len(found) == 2 and isinstance(found[1], Items):  # as drafts of the standard wrote it
            found = (found[0], *found[1].items)
        if op == "in" and len(found) == 2 and not isinstance(found[1], Items):
            raise fault(f"{where}/args/1: expected the list of values")
        return call(op, found, where or "/")

    def _interval(self, value: Any, where: str, depth: int) -> Interval:
        if not isinstance(value, list) or len(value) != 2:
            raise fault(f"{where}/interval: expected the two ends of an interval")
        start, end = (self._end(one, f"{where}/interval/{place}", depth + 1) for place, one in enumerate(value))
        return Interval(start, end)

    def _end(self, value: Any, where: str, depth: int) -> Instant | Property | None:
        if isinstance(value, str):
            return end_of(value)
        found = self.node(value, where, depth)
        if isinstance(found, Instant | Property):
            return found
        raise fault(f"{where}: expected a time, '..' or a property")


def _plain(value: str | bool | float | Decimal, where: str) -> str | int | Decimal | bool:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise fault(f"{where or '/'}: {value} is no number that JSON knows")
        return Decimal(repr(value))
    return value


def _value(value: Mapping[str, Any], where: str) -> Node:
    for name in ("timestamp", "date"):
        if name in value:
            if not isinstance(value[name], str):
                raise fault(f"{where}/{name}: expected the time as text")
            return Instant(value[name], name == "date")
    if "bbox" in value:
        return Geometry({"bbox": value["bbox"]})
    if "type" in value:
        return Geometry(value)
    raise fault(f"{where or '/'}: expected one of op, property, timestamp, date, interval, bbox or a geometry")


def json_of(node: Node) -> Any:
    """Write a tree as CQL2 JSON."""
    match node:
        case Literal(value):
            return _number(value) if isinstance(value, Decimal) else value
        case Property(name):
            return {"property": name}
        case Instant(text, is_date):
            return {"date" if is_date else "timestamp": text}
        case Interval(start, end):
            return {"interval": [_end_json(start), _end_json(end)]}
        case Geometry(value):
            return dict(value)
        case Items(items):
            return [json_of(one) for one in items]
        case Call(op, args):
            return {"op": op, "args": [json_of(one) for one in args]}


def _end_json(end: Instant | Property | None) -> Any:
    if end is None:
        return ".."
    return end.text if isinstance(end, Instant) else json_of(end)


def _number(value: Decimal) -> float | int:
    return int(value) if value == value.to_integral_value() and abs(value) < 2**53 else float(value)
