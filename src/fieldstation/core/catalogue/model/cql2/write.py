"""CQL2 as text, written from a tree so that reading it gives the same tree."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from fieldstation.core.catalogue.model.cql2.nodes import (
    ARITHMETIC,
    COMPARISONS,
    Call,
    Geometry,
    Instant,
    Interval,
    Items,
    Literal,
    Node,
    Property,
)
from fieldstation.core.catalogue.model.cql2.tokens import plain_name

_WORDS = {"and": " AND ", "or": " OR "}


def text_of(node: Node) -> str:
    """Write a tree as CQL2 text."""
    match node:
        case Literal(value):
            return _literal(value)
        case Property(name):
            return name if plain_name(name) else '"' + name.replace('"', '""') + '"'
        case Instant(text, is_date):
            return f"{'DATE' if is_date else 'TIMESTAMP'}({_literal(text)})"
        case Interval(start, end):
            return f"INTERVAL({_end(start)}, {_end(end)})"
        case Geometry(value):
            return _geometry(value)
        case Items(items):
            return f"({', '.join(map(text_of, items))})"
        case Call(op, args):
            return _call(op, args)


def _call(op: str, args: Sequence[Node]) -> str:
    if op in _WORDS:
        return _WORDS[op].join(map(_operand, args))
    if op == "not":
        return f"NOT {_operand(args[0])}"
    if op in COMPARISONS or op in ARITHMETIC:
        return f"{_operand(args[0])} {op.upper()} {_operand(args[1])}"
    if op == "isNull":
        return f"{_operand(args[0])} IS NULL"
    if op == "between":
        return f"{_operand(args[0])} BETWEEN {_operand(args[1])} AND {_operand(args[2])}"
    if op == "in":
        return f"{_operand(args[0])} IN {text_of(args[1])}"
    if op == "like":
        return f"{_operand(args[0])} LIKE {_operand(args[1])}"
    return f"{op.upper()}({', '.join(map(text_of, args))})"


def _operand(node: Node) -> str:
    text = text_of(node)
    alone = not isinstance(node, Call) or node.op[:2] in ("s_", "t_", "a_") or node.op in ("casei", "accenti")
    negative = isinstance(node, Literal) and text.startswith("-")
    return text if alone and not negative else f"({text})"


def _literal(value: str | int | Decimal | bool) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)


def _end(end: Instant | Property | None) -> str:
    if end is None:
        return "'..'"
    return _literal(end.text) if isinstance(end, Instant) else text_of(end)


def _geometry(value: Mapping[str, Any]) -> str:
    if "bbox" in value:
        return f"BBOX({', '.join(map(repr, value['bbox']))})"
    name = str(value["type"]).upper()
    if name == "GEOMETRYCOLLECTION":
        return f"{name}({', '.join(map(_geometry, value['geometries']))})"
    if name == "POINT":
        return f"{name}({_position(value['coordinates'])})"
    return name + _nested(value["coordinates"])


def _nested(value: Sequence[Any]) -> str:
    if value and isinstance(value[0], list | tuple) and value[0] and isinstance(value[0][0], list | tuple):
        return f"({', '.join(map(_nested, value))})"
    return f"({', '.join(map(_position, value))})"


def _position(value: Sequence[Any]) -> str:
    return " ".join(map(repr, value))
