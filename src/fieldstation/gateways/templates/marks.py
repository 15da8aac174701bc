"""Marks that stand for values while the text around them is split, so that no value is ever read as text.

Before a template runs, every place where it prints something that is not its own text is made to print a mark.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Undefined, nodes

FILTER = "_mark"
FILTER_EACH = "_mark_each"
_TOUCHY = ("{{", "{%", "{#")
_FIRST, _LAST = 0xE000, 0xF8FE  # characters of private use


class Refused(Exception):
    """The template cannot be expanded with these values; the text says why."""


class Malformed(Refused):
    """The text is no template, whatever the values."""


@dataclass(frozen=True, kw_only=True)
class Printed:
    """One value that was printed: its text and the variable that it came from; `free`: it may be several words."""

    text: str
    variable: str
    free: bool


@dataclass(kw_only=True)
class Marks:
    """Makes marks and knows what they stand for."""

    values: Mapping[str, Any]
    free: frozenset[str]
    opening: str
    closing: str
    printed: list[Printed] = field(default_factory=list)
    missing: dict[str, None] = field(default_factory=dict)

    def mark(self, value: Any, variable: str, names: Sequence[str]) -> str:
        """Return the mark of a printed value."""
        absent = [name for name in names if name not in self.values]
        if isinstance(value, Undefined):
            if not absent:
                raise Refused(f"the template fails: it prints something of {variable} that is not there")
            self.missing.update(dict.fromkeys(absent))
            return ""
        text = self.restored(str(value))
        if any(touchy in text for touchy in _TOUCHY):
            if absent:
                self.missing.update(dict.fromkeys(absent))
                return ""
            raise Refused(f"the value of {variable} holds {{{{, {{% or {{#, which no value may")
        if "\0" in text:
            raise Refused(f"the value of {variable} holds a NUL character, which no argument can")
        self.printed.append(Printed(text=text, variable=variable, free=variable in self.free))
        return f"{self.opening}{len(self.printed) - 1}{self.closing}"

    def mark_each(self, values: Iterable[Any], variable: str, names: Sequence[str]) -> list[str]:
        """Return the marks of values that will be joined."""
        if isinstance(values, Undefined):
            return [self.mark(values, variable, names)]
        return [self.mark(value, variable, names) for value in values]

    def restored(self, text: str) -> str:
        """Put what marks stand for back into a text."""
        parts = text.split(self.opening)
        restored = [parts[0]]
        for part in parts[1:]:
            place, closed, rest = part.partition(self.closing)
            if not closed or not place.isdecimal() or int(place) >= len(self.printed):
                raise Refused("the template changes what it has printed already, so that values cannot be kept apart")
            restored += [self.printed[int(place)].text, rest]
        return "".join(restored)

    def alone(self, element: str) -> Printed | None:
        """Return the printed value that an argument consists of; None where there is more to it."""
        inner = element.removeprefix(self.opening).removesuffix(self.closing)
        whole = element == f"{self.opening}{inner}{self.closing}" and inner.isdecimal()
        return self.printed[int(inner)] if whole and int(inner) < len(self.printed) else None


def marks_for(text: str, values: Mapping[str, Any], free: frozenset[str]) -> Marks:
    """Return marks of two characters that occur nowhere in the template or its values."""
    used = set(text) | set(repr(values)) | {character for one in _texts(values) for character in one}
    unused = (chr(code) for code in range(_FIRST, _LAST) if chr(code) not in used)
    opening, closing = next(unused, None), next(unused, None)
    if opening is None or closing is None:
        raise Refused("the values hold too many characters of private use")
    return Marks(values=values, free=free, opening=opening, closing=closing)


def _texts(value: Any) -> Iterable[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, Mapping):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            waiting += one


def with_marks(tree: nodes.Template, given: Collection[str]) -> nodes.Template:
    """Make a template print marks wherever it prints something that is not its own text; `given` are its variables."""
    if tree.find(nodes.FilterBlock) is not None:
        raise Malformed("blocks of {% filter %} are not read: put the filter behind each value")
    writer = _Writer(tree, given)
    for output in tree.find_all(nodes.Output):
        output.nodes = [writer.marked(part) for part in output.nodes]
    for assigned in tree.find_all(nodes.Assign):
        if isinstance(assigned.target, nodes.Name) and writer.is_text(assigned.target):
            assigned.node = writer.marked(assigned.node)
    return tree


class _Writer:
    """Tells text of the template itself from values, and puts marks on the latter."""

    def __init__(self, tree: nodes.Template, given: Collection[str]) -> None:
        self._given = given
        self._sources = _sources(tree)
        blocks = [block.target for block in tree.find_all(nodes.AssignBlock)]
        self._texts = {target.name for target in blocks if isinstance(target, nodes.Name)}
        self._texts |= _assigned_texts(tree)
        self._texts -= {*given, *_bound(tree)}  # one name may be both, and a value is never text
        self._macros = {macro.name for macro in tree.find_all(nodes.Macro)} | {"caller"}

    def is_text(self, expression: nodes.Node) -> bool:
        """Tell whether an expression gives nothing but text of the template, or what is marked already."""
        if isinstance(expression, nodes.TemplateData | nodes.Const):
            return True
        if isinstance(expression, nodes.Name):
            return expression.name in self._texts
        called = expression.node if isinstance(expression, nodes.Call) else None
        return isinstance(called, nodes.Name) and called.name in self._macros

    def marked(self, expression: Any) -> Any:
        """Return the expression with a mark on each value in it."""
        if self.is_text(expression):
            return expression
        if isinstance(expression, nodes.CondExpr):
            expression.expr1 = self.marked(expression.expr1)
            expression.expr2 = self.marked(expression.expr2) if expression.expr2 is not None else nodes.Const("")
            return expression
        if isinstance(expression, nodes.Concat):
            expression.nodes = [self.marked(part) for part in expression.nodes]
            return expression
        if isinstance(expression, nodes.Add) and (_is_string(expression.left) or _is_string(expression.right)):
            expression.left, expression.right = self.marked(expression.left), self.marked(expression.right)
            return expression
        if (joined := _joined(expression)) is not None:
            holder, name, place = joined
            value = getattr(holder, name)
            if place is None:
                setattr(holder, name, self._filtered(value, FILTER_EACH))
            else:
                value[place] = self._filtered(value[place], FILTER_EACH)
            return expression
        if isinstance(expression, nodes.Filter) and expression.name == "format" and _is_string(expression.node):
            expression.args = [self.marked(part) for part in expression.args]
            return expression
        return self._filtered(expression, FILTER)

    def _origins(self, name: str) -> list[str]:
        known = self._sources.get(name, [name])
        return [name, *known] if name in self._given else known

    def _filtered(self, expression: nodes.Expr, name: str) -> nodes.Filter:
        found = _names(expression)
        names = list(dict.fromkeys(source for one in found for source in self._origins(one.name)))
        arguments: list[nodes.Expr] = [
            nodes.Const(" or ".join(names) or "an expression"),
            nodes.List([nodes.Const(one) for one in names]),
        ]
        return nodes.Filter(expression, name, arguments, [], None, None, lineno=expression.lineno)


def _sources(tree: nodes.Template) -> dict[str, list[str]]:
    """Say for the names that a template makes itself which names they come from."""
    sources: dict[str, list[str]] = {"loop": [], "caller": []}
    made = [(one.iter, one.target) for one in tree.find_all(nodes.For)]
    made += [(one.node, one.target) for one in tree.find_all(nodes.Assign)]
    for origin, target in made:
        names = [source for one in _names(origin) for source in sources.get(one.name, [one.name])]
        for name in _names(target):
            sources[name.name] = [*sources.get(name.name, ()), *names]
    for macro in tree.find_all(nodes.Macro):
        calls = [call for call in tree.find_all(nodes.Call) if _calls(call, macro.name)]
        names = list(dict.fromkeys(name.name for call in calls for name in _names(call)[1:]))
        sources |= {argument.name: names for argument in macro.args}
    return sources


def _calls(call: nodes.Call, macro: str) -> bool:
    return isinstance(call.node, nodes.Name) and call.node.name == macro


def _bound(tree: nodes.Template) -> set[str]:
    """Return the names that loops, macros and the like give values to."""
    targets: list[nodes.Node] = [one.target for one in tree.find_all(nodes.For)]
    targets += [argument for one in tree.find_all(nodes.Macro) for argument in one.args]
    targets += [argument for one in tree.find_all(nodes.CallBlock) for argument in one.args]
    targets += [target for one in tree.find_all(nodes.With) for target in one.targets]
    return {name.name for target in targets for name in _names(target)}


def _assigned_texts(tree: nodes.Template) -> set[str]:
    """Return the names that are only ever set to text, or to text with values in it."""
    plain: dict[str, bool] = {}
    for assigned in tree.find_all(nodes.Assign):
        texts = isinstance(assigned.node, nodes.Concat | nodes.Const | nodes.CondExpr)
        texts = texts and isinstance(assigned.target, nodes.Name)
        for target in _names(assigned.target):
            plain[target.name] = plain.get(target.name, True) and texts
    judged = (node for kind in (nodes.Compare, nodes.Test, nodes.Filter) for node in tree.find_all(kind))
    used_otherwise = {name.name for node in judged for name in _names(node)}
    return {name for name, texts in plain.items() if texts and name not in used_otherwise}


def _joined(expression: Any) -> tuple[Any, str, int | None] | None:
    """Say where the list stands in `LIST|join(TEXT)` or `TEXT.join(LIST)`: who holds it, as what, at which place."""
    if isinstance(expression, nodes.Filter) and expression.name == "join":
        return expression, "node", None
    called = expression.node if isinstance(expression, nodes.Call) else None
    if isinstance(called, nodes.Getattr) and called.attr == "join" and _is_string(called.node) and expression.args:
        return expression, "args", 0
    return None


def _names(node: nodes.Node) -> list[nodes.Name]:
    return [node] if isinstance(node, nodes.Name) else list(node.find_all(nodes.Name))


def _is_string(node: Any) -> bool:
    return isinstance(node, nodes.Const) and isinstance(node.value, str)
