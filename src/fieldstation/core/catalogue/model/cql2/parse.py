"""CQL2 text read into a tree, by precedence climbing; each fault says where it is."""

from collections.abc import Mapping
from decimal import Decimal

from fieldstation.core.catalogue.model.cql2.nodes import (
    ARITHMETIC,
    ARITY,
    ARRAYS,
    COMPARISONS,
    PREDICATES,
    Call,
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
    shallow,
)
from fieldstation.core.catalogue.model.cql2.tokens import RESERVED, Kind, Stream, Token
from fieldstation.core.catalogue.model.cql2.wkt import GEOMETRIES, read_geometry

_OR, _AND, _NOT, _COMPARED, _SUM, _PRODUCT, _POWER, _SIGNED = range(1, 9)
_BINDING: Mapping[str, int] = {
    "OR": _OR,
    "AND": _AND,
    **dict.fromkeys(COMPARISONS | {"LIKE", "BETWEEN", "IN", "IS", "NOT"}, _COMPARED),
    "+": _SUM,
    "-": _SUM,
    **dict.fromkeys(("*", "/", "%", "DIV"), _PRODUCT),
    "^": _POWER,
}
_FUNCTIONS: Mapping[str, str] = {op.upper(): op for op in ARITY if op[0].isalpha() and op not in PREDICATES}
_KEYWORDS = RESERVED - {"NOT", "TRUE", "FALSE", "Z"}


def parse(text: str) -> Node:
    """Read CQL2 text; Invalid (`filter_invalid`) with line and column of the first fault."""
    return _Parser(Stream(text)).whole()


class _Parser:
    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._depth = 0

    def whole(self) -> Node:
        if self._stream.at_end():
            raise fault("the filter is empty")
        node = self._expression(_OR)
        if not self._stream.at_end():
            self._stream.unexpected("AND, OR or the end")
        return shallow(node)

    def _expression(self, binding: int) -> Node:
        self._depth += 1
        self._stream.counted.node(self._depth)
        left = self._rest(self._first(), binding)
        self._depth -= 1
        return left

    def _rest(self, left: Node, binding: int) -> Node:
        while (power := _BINDING.get(self._stream.token.word(), 0)) >= binding:
            left = self._further(left, power)
        return left

    def _further(self, left: Node, power: int) -> Node:
        word = self._stream.next().word()
        if word in ("AND", "OR"):
            return self._chain(word, left, power)
        if word in COMPARISONS or word.lower() in ARITHMETIC:
            return Call(word.lower(), (left, self._expression(power + 1)))
        if word == "IS":
            negated = self._stream.take("NOT")
            self._stream.expect("NULL")
            return _negated(Call("isNull", (left,)), negated=negated)
        negated = word == "NOT"
        if negated:
            if not self._stream.sees("LIKE", "BETWEEN", "IN"):
                self._stream.unexpected("LIKE, BETWEEN or IN")
            word = self._stream.next().word()
        return _negated(self._predicate(word, left), negated=negated)

    def _chain(self, word: str, left: Node, power: int) -> Node:
        """Read `a AND b AND c` as one operation, so that long ones are not deep."""
        parts = [left, self._expression(power + 1)]
        while self._stream.take(word):
            parts.append(self._expression(power + 1))
        return Call(word.lower(), tuple(parts))

    def _predicate(self, word: str, left: Node) -> Node:
        if word == "LIKE":
            return Call("like", (left, self._expression(_SUM)))
        if word == "IN":
            self._stream.expect("(")
            return Call("in", (left, Items(self._values())))
        low = self._expression(_SUM)
        self._stream.expect("AND")
        return Call("between", (left, low, self._expression(_SUM)))

    def _first(self) -> Node:
        stream = self._stream
        if stream.token.kind is Kind.NUMBER:
            return Literal(_number(stream.next().text))
        if stream.token.kind is Kind.TEXT:
            return Literal(stream.next().text)
        if stream.token.kind is Kind.QUOTED:
            return Property(stream.next().text)
        if stream.token.kind is Kind.NAME:
            return self._named()
        if stream.take("("):
            inner = self._expression(_OR)
            stream.expect(")")
            return inner
        if stream.take("+"):
            return self._expression(_SIGNED)
        if stream.take("-"):
            return _minus(self._expression(_SIGNED))
        return stream.unexpected("a property, a value or a parenthesis")

    def _named(self) -> Node:
        stream = self._stream
        if stream.take("NOT"):
            return Call("not", (self._expression(_NOT),))
        if stream.sees(*_KEYWORDS):
            stream.unexpected("a property or a value")
        token = stream.next()
        word = token.word()
        if word in ("TRUE", "FALSE"):
            return Literal(word == "TRUE")
        if word in GEOMETRIES and stream.sees("(", "Z"):
            return Geometry(read_geometry(stream, word))
        return self._function(token) if stream.sees("(") else Property(token.text)

    def _function(self, name: Token) -> Node:
        stream, word = self._stream, name.word()
        if word == "BBOX":
            return Geometry(read_geometry(stream, word))
        stream.expect("(")
        if word in ("DATE", "TIMESTAMP"):
            return self._instant(is_date=word == "DATE")
        if word == "INTERVAL":
            return self._interval()
        op = _FUNCTIONS.get(word)
        if op is None:
            raise fault(f"{stream.where(name)}: there is no function {name.text[:40]!r}")
        return call(op, self._values(lists=op in ARRAYS), stream.where(name))

    def _values(self, *, lists: bool = False) -> tuple[Node, ...]:
        """Read what is listed up to `)`, which is taken; with `lists` a parenthesis among them is one."""
        found: list[Node] = []
        while not self._stream.take(")"):
            if found:
                self._stream.expect(",")
            if lists and self._stream.take("("):
                found.append(Items(self._values()))
            else:
                found.append(self._value())
        return tuple(found)

    def _value(self) -> Node:
        """Read one of many: a literal that stands alone counts as a value, anything else as an expression."""
        if self._stream.token.kind not in (Kind.TEXT, Kind.NUMBER):
            return self._expression(_OR)
        literal = self._first()
        self._stream.counted.values(1)
        return self._rest(literal, _OR)

    def _instant(self, *, is_date: bool) -> Instant:
        if self._stream.token.kind is not Kind.TEXT:
            self._stream.unexpected("a text with the time")
        made = Instant(self._stream.next().text, is_date)
        self._stream.expect(")")
        return made

    def _interval(self) -> Interval:
        start = self._end()
        self._stream.expect(",")
        end = self._end()
        self._stream.expect(")")
        return Interval(start, end)

    def _end(self) -> Instant | Property | None:
        where = self._stream.where()
        found = self._expression(_SUM)
        if isinstance(found, Literal) and isinstance(found.value, str):
            return end_of(found.value)
        if isinstance(found, Instant | Property):
            return found
        raise fault(f"{where}: expected a time, '..' or a property as an end of the interval")


def _number(text: str) -> int | Decimal:
    return int(text) if text.isdigit() else Decimal(text)


def _minus(node: Node) -> Node:
    if isinstance(node, Literal) and isinstance(node.value, int | Decimal) and not isinstance(node.value, bool):
        return Literal(-node.value)
    return Call("*", (Literal(-1), node))


def _negated(node: Node, *, negated: bool) -> Node:
    return Call("not", (node,)) if negated else node
