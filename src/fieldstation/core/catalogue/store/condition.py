"""A filter written as an SQL condition on `catalogue c`, its values bound, with the null of each comparison kept.

In a *sure* place (under no NOT) a comparison may be false where it should be null, so that indexes can be used.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from fieldstation.core.catalogue.model.cql2.nodes import (
    ARITHMETIC,
    ARRAYS,
    COMPARISONS,
    SPATIAL,
    TEMPORAL,
    TEXTS,
    Call,
    Geometry,
    Instant,
    Interval,
    Items,
    Literal,
    Node,
    Property,
    fault,
)
from fieldstation.core.catalogue.model.cql2.write import text_of
from fieldstation.core.catalogue.model.fields import Found, Kind, find
from fieldstation.core.catalogue.model.relations import TURNED
from fieldstation.core.catalogue.store.columns import COLUMNS, place_sql, plain, span_ends, within
from fieldstation.core.catalogue.store.times import RELATIONS, day_of, moment_of

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}
_TRUTHS = frozenset({"and", "or", "not", "like", "between", "in", "isNull"}) | COMPARISONS | SPATIAL | TEMPORAL | ARRAYS
_COLLATED = ' COLLATE "C"'


Relate = Callable[[str, Mapping[str, Any], str], Sequence[int]]


class Bound:
    """The values that a statement binds, under names that begin with `f_`."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def bind(self, value: Any, cast: str) -> str:
        """Bind a value and return how it is named."""
        name = f"f_{len(self.values)}"
        self.values[name] = value
        return f"cast(:{name} AS {cast})"

    def document(self, found: Found) -> str:
        """Write what stands in the metadata or labels of a row under a path."""
        return f"(c.{found.name} #> {self.bind(list(found.path), 'text[]')})"


class Condition(Bound):
    """Writes conditions.

    `relate` finds the keys of those rows that stand in a relation to a place, among those that a condition leaves.
    """

    def __init__(self, relate: Relate) -> None:
        super().__init__()
        self._relate = relate

    def write(self, node: Node) -> str:
        """Return the condition; Invalid (`filter_invalid`) where the filter has no meaning."""
        return self._truth(node, sure=True)

    # truth values

    def _truth(self, node: Node, *, sure: bool) -> str:
        if isinstance(node, Call) and node.op in _TRUTHS:
            return self._judged(node, sure=sure)
        if isinstance(node, Literal) and isinstance(node.value, bool):
            return "true" if node.value else "false"
        if isinstance(node, Property):
            return self._scalar(node, Kind.TRUTH)
        raise fault(f"{_shown(node)} is neither true nor false: compare it with something")

    def _judged(self, node: Call, *, sure: bool) -> str:
        op, args = node.op, node.args
        if op in ("and", "or"):
            return "(" + f" {op.upper()} ".join(self._truth(one, sure=sure) for one in args) + ")"
        if op == "not":
            return f"(NOT {self._truth(args[0], sure=False)})"
        if op in COMPARISONS:
            return self._compared(op, args[0], args[1], sure=sure)
        if op in SPATIAL:
            return self._placed(node, sure=sure)
        if op in TEMPORAL:
            return self._timed(node, sure=sure)
        if op in ARRAYS:
            return self._listed(node)
        if op == "like":
            return self._like(*args)
        if op == "in":
            return self._in(*args, sure=sure)
        return self._is_null(args[0]) if op == "isNull" else self._between(args, sure=sure)

    def _compared(self, op: str, left: Node, right: Node, *, sure: bool) -> str:
        if isinstance(left, Literal | Instant) and not isinstance(right, Literal | Instant):
            return self._compared(_FLIPPED[op], right, left, sure=sure)
        if op == "=" and sure and (found := self._contained(left, right)):
            return found
        kind = self._common(left, right)
        if kind is Kind.ANY:
            return f"({self._any(left)} {op} {self._any(right)})"
        if kind in (Kind.SPAN, Kind.PLACE):
            raise fault(f"compare {_shown(left)} by the operations on {'time' if kind is Kind.SPAN else 'place'}")
        if kind is Kind.INSTANT and (day := day_of(right)):
            return self._on_day(op, self._scalar(left, kind), day)
        return f"({self._scalar(left, kind)} {op} {self._scalar(right, kind)})"

    def _contained(self, left: Node, right: Node) -> str | None:
        """Write the equality of a property of the metadata and a value so that the index of all of them serves it."""
        if not isinstance(left, Property) or not isinstance(right, Literal):
            return None
        found = find(left.name)
        if not found.path or any(part.isdigit() for part in found.path):
            return None
        return f"c.{found.name} @> {self.bind(_document(found.path, right), 'jsonb')}"

    def _on_day(self, op: str, instant: str, day: tuple[datetime, datetime]) -> str:
        first, after = (self.bind(one, "timestamptz") for one in day)
        within_day = f"({instant} >= {first} AND {instant} < {after})"
        ways = {
            "=": within_day,
            "<>": f"(NOT {within_day})",
            "<": f"({instant} < {first})",
            "<=": f"({instant} < {after})",
            ">": f"({instant} >= {after})",
            ">=": f"({instant} >= {first})",
        }
        return ways[op]

    def _like(self, value: Node, wanted: Node) -> str:
        pattern = wanted
        while isinstance(pattern, Call) and pattern.op in TEXTS:
            pattern = pattern.args[0]
        if not isinstance(pattern, Literal) or not isinstance(pattern.value, str):
            raise fault("LIKE wants a text as its pattern, with % for any letters and _ for one")
        if (len(pattern.value) - len(pattern.value.rstrip("\\"))) % 2:
            raise fault("a pattern cannot end with a single backslash: it would take the meaning of what follows")
        return f"({self._scalar(value, Kind.TEXT)} LIKE {self._scalar(wanted, Kind.TEXT)})"

    def _between(self, args: Sequence[Node], *, sure: bool) -> str:
        low = self._compared(">=", args[0], args[1], sure=sure)
        return f"({low} AND {self._compared('<=', args[0], args[2], sure=sure)})"

    def _in(self, value: Node, listed: Node, *, sure: bool) -> str:
        assert isinstance(listed, Items)
        kinds = {self.kind_of(one) for one in listed.items}
        if not listed.items:
            return "false"
        if len(kinds) == 1 and all(isinstance(one, Literal) for one in listed.items):
            (kind,) = kinds
            cast = {Kind.TEXT: "text[]", Kind.NUMBER: "numeric[]", Kind.TRUTH: "boolean[]"}[kind]
            values = [plain(one) for one in listed.items if isinstance(one, Literal)]
            array = self.bind([Decimal(one) for one in values] if kind is Kind.NUMBER else values, cast)
            if self._common(value, listed.items[0]) is kind:
                return f"({self._scalar(value, kind)} = ANY({array}))"
        return "(" + " OR ".join(self._compared("=", value, one, sure=sure) for one in listed.items) + ")"

    def _is_null(self, node: Node) -> str:
        if not isinstance(node, Property):
            kind = self.kind_of(node)
            return f"({self._truth(node, sure=False) if kind is Kind.TRUTH else self._scalar(node, kind)} IS NULL)"
        found = find(node.name)
        if found.path:
            return f"(nullif({self.document(found)}, 'null') IS NULL)"
        return f"({COLUMNS[found.name]} IS NULL)"

    # place, time, lists

    def _placed(self, node: Call, *, sure: bool) -> str:
        sides = [one for one in node.args if isinstance(one, Property) and find(one.name).kind is Kind.PLACE]
        shapes = [one for one in node.args if isinstance(one, Geometry)]
        if len(sides) != 1 or len(shapes) != 1:
            raise fault(f"{node.op} wants the footprint and a geometry")
        place, meets = shapes[0].value, place_sql(shapes[0].value, self.bind)
        if node.op not in ("s_intersects", "s_disjoint"):
            turned = isinstance(node.args[0], Geometry)
            keys = self._relate(TURNED.get(node.op, node.op) if turned else node.op, place, meets)
            meets = f"(c.key = ANY({self.bind(list(keys), 'bigint[]')}))"
        known = meets if sure and node.op != "s_disjoint" else f"(CASE WHEN c.extent IS NOT NULL THEN {meets} END)"
        return f"(NOT {known})" if node.op == "s_disjoint" else known

    def _timed(self, node: Call, *, sure: bool) -> str:
        left, right = node.args
        if sure and node.op == "t_intersects":
            for one, other in ((left, right), (right, left)):
                if isinstance(one, Property) and find(one.name).kind is Kind.SPAN and not isinstance(other, Property):
                    start, end = self._ends(other)
                    began = f"coalesce(c.starts, '-infinity'::timestamptz) <= {end}"  # for lists by start
                    return f"(c.span && tstzrange({start}, {end}, '[]') AND {began})"
        (a1, a2), (b1, b2) = self._ends(left), self._ends(right)
        return "(" + RELATIONS[node.op].format(a1=a1, a2=a2, b1=b1, b2=b2) + ")"

    def _ends(self, node: Node) -> tuple[str, str]:
        if isinstance(node, Property) and find(node.name).kind is Kind.SPAN:
            return span_ends()
        if isinstance(node, Interval):
            start = "'-infinity'::timestamptz" if node.start is None else self._ends(node.start)[0]
            end = "'infinity'::timestamptz" if node.end is None else self._ends(node.end)[1]
            return start, end
        if isinstance(node, Instant) and (day := day_of(node)):
            return self.bind(day[0], "timestamptz"), f"({self.bind(day[1], 'timestamptz')} - interval '1 microsecond')"
        instant = self._scalar(node, Kind.INSTANT)
        return instant, instant

    def _listed(self, node: Call) -> str:
        left, right = node.args
        if isinstance(left, Items) and isinstance(right, Property):
            turned = {"a_contains": "a_containedBy", "a_containedBy": "a_contains"}
            return self._listed(Call(turned.get(node.op, node.op), (right, left)))
        if not isinstance(left, Property) or not find(left.name).path or not isinstance(right, Items):
            raise fault(f"{node.op} wants a property of the metadata and a list")
        if not all(isinstance(one, Literal) for one in right.items):
            raise fault(f"{node.op} wants a list of texts, numbers and truth values")
        listed = self.document(find(left.name))
        values = [json.dumps(_json_value(one)) for one in right.items if isinstance(one, Literal)]
        whole = self.bind(f"[{','.join(values)}]", "jsonb")
        ways = {
            "a_contains": f"{listed} @> {whole}",
            "a_containedBy": f"{listed} <@ {whole}",
            "a_equals": f"({listed} @> {whole} AND {listed} <@ {whole})",
            "a_overlaps": f"EXISTS (SELECT 1 FROM jsonb_array_elements({listed}) one, "
            f"jsonb_array_elements({whole}) other WHERE one = other)",
        }
        return f"(CASE jsonb_typeof({listed}) WHEN 'array' THEN {ways[node.op]} END)"

    # values

    def kind_of(self, node: Node) -> Kind:
        """Return what the values of a node are."""
        match node:
            case Property(name):
                return find(name).kind
            case Literal(value):
                return Kind.TRUTH if isinstance(value, bool) else Kind.TEXT if isinstance(value, str) else Kind.NUMBER
            case Instant():
                return Kind.INSTANT
            case Interval():
                return Kind.SPAN
            case Geometry():
                return Kind.PLACE
            case Call(op):
                return Kind.NUMBER if op in ARITHMETIC else Kind.TEXT if op in TEXTS else Kind.TRUTH
        raise fault("a list stands only behind IN and in the operations on lists")

    def _common(self, left: Node, right: Node) -> Kind:
        kinds = [self.kind_of(one) for one in (left, right)]
        known = [kind for kind in kinds if kind is not Kind.ANY]
        if len(set(known)) <= 1:
            return known[0] if known else Kind.ANY
        if Kind.INSTANT in known and Kind.TEXT in known and any(isinstance(one, Literal) for one in (left, right)):
            return Kind.INSTANT  # a time written as a text
        raise fault(f"{_shown(left)} ({kinds[0]}) cannot be compared with {_shown(right)} ({kinds[1]})")

    def _scalar(self, node: Node, kind: Kind) -> str:
        match node:
            case Property(name):
                return self._property(find(name), kind)
            case Literal(value) if kind is Kind.INSTANT and isinstance(value, str):
                return self.bind(moment_of(value), "timestamptz")
            case Literal() if self.kind_of(node) is kind:
                return self.bind(plain(node), _CASTS[kind])
            case Instant(text) if kind is Kind.INSTANT:
                return self.bind(moment_of(text), "timestamptz")
            case Call(op, args) if op in TEXTS and kind is Kind.TEXT:
                return _FOLDED[op].format(self._scalar(args[0], Kind.TEXT)) + _COLLATED
            case Call(op, args) if op in ARITHMETIC and kind is Kind.NUMBER:
                return self._computed(op, args)
            case Call() if kind is Kind.TRUTH:
                return self._truth(node, sure=False)
        raise fault(f"{_shown(node)} is no {kind}")

    def _property(self, found: Found, kind: Kind) -> str:
        if not found.path:
            if found.kind is not kind:
                raise fault(f"{found.name!r} is no {kind}, but a {found.kind}")
            return COLUMNS[found.name]
        return within(self.document(found), kind)

    def _any(self, node: Node) -> str:
        assert isinstance(node, Property)
        return f"nullif({self.document(find(node.name))}, 'null')"

    def _computed(self, op: str, args: Sequence[Node]) -> str:
        left, right = (self._scalar(one, Kind.NUMBER) for one in args)
        if op == "^":
            raise fault("powers are not computed here: multiply instead")
        if op == "div":
            return f"div({left}, nullif({right}, 0))"
        return f"({left} {op} {f'nullif({right}, 0)' if op in '/%' else right})"


_CASTS = {Kind.TEXT: "text", Kind.NUMBER: "numeric", Kind.TRUTH: "boolean"}
_FOLDED = {
    "casei": 'lower({} COLLATE "default")',
    "accenti": "regexp_replace(normalize({} COLLATE \"default\", NFD), '[\\u0300-\\u036f]', '', 'g')",
}


def _document(path: Sequence[str], value: Literal) -> str:
    document: Any = _json_value(value)
    for part in reversed(path):
        document = {part: document}
    return json.dumps(document)


def _json_value(value: Literal) -> Any:
    found = plain(value)
    return float(found) if isinstance(found, Decimal) else found


def _shown(node: Node) -> str:
    text = text_of(node)
    return text if len(text) <= 60 else text[:59] + "…"
