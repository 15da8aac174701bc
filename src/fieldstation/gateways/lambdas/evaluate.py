"""Walking the tree of a lambda: every step counted, every call one of those that are in reach."""

import ast
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from fieldstation.gateways.lambdas import measures
from fieldstation.gateways.lambdas.grammar import IMPORT, Refused
from fieldstation.gateways.lambdas.measures import measured, plain
from fieldstation.gateways.lambdas.names import BUILTINS, MEMBERS, METHODS, MODULES, Module, Named

_Scope = Mapping[str, Any]
_GUARDS: Mapping[type[ast.operator], Callable[[Any, Any], None]] = {
    ast.Mult: measures.repeated,
    ast.Pow: measures.raised,
    ast.LShift: measures.shifted,
    ast.Mod: measures.formatted,
}
_BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
_UNARY: Mapping[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.Not: operator.not_,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
}
_CONVERSIONS: Mapping[int, Callable[[Any], Any]] = {-1: lambda value: value, 115: str, 114: repr, 97: ascii}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda item, inside: item in inside,
    ast.NotIn: lambda item, inside: item not in inside,
}


def evaluate(tree: ast.Lambda, given: Any) -> Any:
    """Return what a lambda gives for a JSON value, as JSON. Raises Refused for all that goes wrong."""
    try:
        return plain(_Run().function(tree, {})(given))
    except RecursionError:
        raise Refused("it is nested too deeply, or calls itself without end") from None
    except (StopIteration, RuntimeError):  # the latter where a generator was asked for too much
        raise Refused("it fails: next finds nothing") from None
    except (ArithmeticError, TypeError, ValueError, LookupError, AttributeError) as error:
        raise Refused(f"it fails: {type(error).__name__}: {error}"[:500]) from None


class _Function:
    """A lambda that was met: its tree and the names around it."""

    def __init__(self, run: "_Run", tree: ast.Lambda, scope: _Scope) -> None:
        self._run = run
        self._tree = tree
        self._scope = scope
        about = tree.args
        self._names = [one.arg for one in (*about.posonlyargs, *about.args)]
        self._defaults = {
            **dict(
                zip(reversed(self._names), (run.value(one, scope) for one in reversed(about.defaults)), strict=False)
            ),
            **{
                one.arg: run.value(default, scope)
                for one, default in zip(about.kwonlyargs, about.kw_defaults, strict=True)
                if default is not None
            },
        }

    def __call__(self, *given: Any, **named: Any) -> Any:
        return self._run.called(self._tree.body, {**self._scope, **self._bound(given, named)})

    def _bound(self, given: Sequence[Any], named: Mapping[str, Any]) -> Mapping[str, Any]:
        about = self._tree.args
        bound = {**self._defaults, **dict(zip(self._names, given, strict=False))}
        more = given[len(self._names) :]
        if more and about.vararg is None:
            raise TypeError(f"a lambda of {len(self._names)} arguments is given {len(given)}")
        known = {*self._names, *(one.arg for one in about.kwonlyargs)}
        extra = {name: value for name, value in named.items() if name not in known}
        if extra and about.kwarg is None:
            raise TypeError(f"a lambda has no argument {next(iter(extra))!r}")
        bound |= {name: value for name, value in named.items() if name in known}
        if missing := sorted(known - set(bound)):
            raise TypeError(f"a lambda is not given its argument {missing[0]!r}")
        bound |= {about.vararg.arg: tuple(more)} if about.vararg else {}
        return bound | ({about.kwarg.arg: extra} if about.kwarg else {})


class _Run:
    """One evaluation: it counts, and knows what each kind of node means."""

    def __init__(self) -> None:
        self._steps = 0
        self._deep = 0
        self._kinds: Mapping[type[ast.AST], Callable[[Any, _Scope], Any]] = {
            ast.Constant: lambda node, _scope: node.value,
            ast.Name: self._name,
            ast.Lambda: self.function,
            ast.IfExp: lambda node, scope: self.value(
                node.body if self.value(node.test, scope) else node.orelse, scope
            ),
            ast.BoolOp: self._either,
            ast.BinOp: self._binary,
            ast.UnaryOp: lambda node, scope: _UNARY[type(node.op)](self.value(node.operand, scope)),
            ast.Compare: self._compare,
            ast.Call: self._call,
            ast.Attribute: self._attribute,
            ast.Subscript: lambda node, scope: self.value(node.value, scope)[self.value(node.slice, scope)],
            ast.Slice: self._slice,
            ast.List: lambda node, scope: list(self._items(node.elts, scope)),
            ast.Tuple: lambda node, scope: tuple(self._items(node.elts, scope)),
            ast.Set: lambda node, scope: set(self._items(node.elts, scope)),
            ast.Dict: self._mapping,
            ast.ListComp: lambda node, scope: measured(list(self._each(node, scope))),
            ast.SetComp: lambda node, scope: measured(set(self._each(node, scope))),
            ast.GeneratorExp: self._each,
            ast.DictComp: lambda node, scope: measured(dict(self._each(node, scope))),
            ast.JoinedStr: lambda node, scope: measured("".join(self.value(part, scope) for part in node.values)),
            ast.FormattedValue: self._written,
        }

    def value(self, node: ast.AST, scope: _Scope) -> Any:
        """Return what a node stands for."""
        self.step()
        return self._kinds[type(node)](node, scope)

    def step(self) -> None:
        """Count one step; Refused when there were too many."""
        self._steps += 1
        if self._steps > measures.MOST_STEPS:
            raise Refused(f"it takes more than {measures.MOST_STEPS} steps")

    def called(self, body: ast.AST, scope: _Scope) -> Any:
        """Return what the body of a lambda gives; Refused when lambdas call each other too deeply."""
        self._deep += 1
        try:
            if self._deep > measures.MOST_CALLS_DEEP:
                raise Refused(f"its lambdas call each other more than {measures.MOST_CALLS_DEEP} deep")
            return self.value(body, scope)
        finally:
            self._deep -= 1

    def function(self, node: ast.Lambda, scope: _Scope) -> _Function:
        """Return the function that a lambda makes."""
        return _Function(self, node, scope)

    def _name(self, node: ast.Name, scope: _Scope) -> Any:
        if node.id in scope:
            return scope[node.id]
        if node.id not in BUILTINS:
            raise Refused(f"{node.id[:80]} has no value where it stands")
        return BUILTINS[node.id]

    def _either(self, node: ast.BoolOp, scope: _Scope) -> Any:
        value: Any = None
        for one in node.values:
            value = self.value(one, scope)
            if bool(value) is isinstance(node.op, ast.Or):
                break
        return value

    def _binary(self, node: ast.BinOp, scope: _Scope) -> Any:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        if (guard := _GUARDS.get(type(node.op))) is not None:
            guard(left, right)
        return measured(_BINARY[type(node.op)](left, right))

    def _compare(self, node: ast.Compare, scope: _Scope) -> Any:
        left = self.value(node.left, scope)
        for kind, other in zip(node.ops, node.comparators, strict=True):
            right = self.value(other, scope)
            if not _COMPARISONS[type(kind)](left, right):
                return False
            left = right
        return True

    def _call(self, node: ast.Call, scope: _Scope) -> Any:
        if isinstance(node.func, ast.Name) and node.func.id == IMPORT:
            module = node.args[0]
            assert isinstance(module, ast.Constant)
            return MODULES[str(module.value)]
        function = self.value(node.func, scope)
        if not isinstance(function, _Function | Named | partial):
            raise Refused(f"it calls a value of the kind {type(function).__name__.lower()}")
        given = list(self._items(node.args, scope))
        named: dict[str, Any] = {}
        for word in node.keywords:
            value = self.value(word.value, scope)
            named |= {word.arg: value} if word.arg is not None else _mapping(value)
        return function(*given, **named)

    def _attribute(self, node: ast.Attribute, scope: _Scope) -> Any:
        value = self.value(node.value, scope)
        if isinstance(value, Module) and node.attr in value.members:
            return value.members[node.attr]
        if isinstance(value, Named) and node.attr in METHODS.get(value.kind, {}):
            return Named(node.attr, METHODS[value.kind][node.attr])
        for kind in type(value).__mro__:
            if node.attr in METHODS.get(kind, {}):
                return Named(node.attr, partial(METHODS[kind][node.attr], value))
            if node.attr in MEMBERS.get(kind, ()):
                return getattr(value, node.attr)
        named = f"the module {value.name}" if isinstance(value, Module) else f"a value of the kind {_kind(value)}"
        raise Refused(f"{node.attr[:80]!r} of {named} is not in reach of a lambda")

    def _slice(self, node: ast.Slice, scope: _Scope) -> slice:
        return slice(*(one and self.value(one, scope) for one in (node.lower, node.upper, node.step)))

    def _items(self, nodes: Sequence[ast.expr], scope: _Scope) -> Iterator[Any]:
        for node in nodes:
            if isinstance(node, ast.Starred):
                for one in self.value(node.value, scope):
                    self.step()
                    yield one
            else:
                yield self.value(node, scope)

    def _mapping(self, node: ast.Dict, scope: _Scope) -> dict[Any, Any]:
        made: dict[Any, Any] = {}
        for key, item in zip(node.keys, node.values, strict=True):
            name = None if key is None else self.value(key, scope)
            value = self.value(item, scope)
            made |= _mapping(value) if key is None else {name: value}
        return measured(made)  # type: ignore[no-any-return]

    def _each(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, scope: _Scope) -> Iterator[Any]:
        for inner in self._scopes(node.generators, scope):
            if isinstance(node, ast.DictComp):
                yield self.value(node.key, inner), self.value(node.value, inner)
            else:
                yield self.value(node.elt, inner)

    def _scopes(self, generators: Sequence[ast.comprehension], scope: _Scope) -> Iterator[_Scope]:
        """Yield the names of each turn of a comprehension."""
        if not generators:
            yield scope
            return
        first, *rest = generators
        for one in self.value(first.iter, scope):
            self.step()
            inner = {**scope, **dict(_unpacked(first.target, one))}
            if all(self.value(test, inner) for test in first.ifs):
                yield from self._scopes(rest, inner)

    def _written(self, node: ast.FormattedValue, scope: _Scope) -> str:
        value = self.value(node.value, scope)
        asked = self.value(node.format_spec, scope) if node.format_spec is not None else ""
        measures.narrow(asked)
        written = _CONVERSIONS[node.conversion](value)
        return format(written, asked)


def _unpacked(target: ast.expr, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the names of a target and what they stand for."""
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple | ast.List):
        items = list(value)
        if len(target.elts) != len(items):
            raise ValueError(f"{len(target.elts)} names cannot stand for {len(items)} values")
        for one, item in zip(target.elts, items, strict=True):
            yield from _unpacked(one, item)
    else:
        raise Refused("a comprehension can only put its values into names")


def _mapping(value: Any) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"a value of the kind {_kind(value)} is no mapping")
    return value


def _kind(value: Any) -> str:
    return value.name if isinstance(value, Named) else type(value).__name__
