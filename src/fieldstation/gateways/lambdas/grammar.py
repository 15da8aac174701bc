"""The part of Python's expressions that lambdas may be written in, read without running any of it."""

import ast
from collections.abc import Iterator

MOST_CHARACTERS = 20_000  # of a lambda's text
IMPORT = "__import__"
MODULES = frozenset({"os", "os.path", "posixpath", "json", "re", "math", "functools", "datetime"})
NAMES = frozenset(
    {
        *("abs", "all", "any", "bool", "dict", "divmod", "enumerate", "filter", "float", "frozenset", "int"),
        *("isinstance", "len", "list", "map", "max", "min", "next", "range", "reversed", "round", "set", "sorted"),
        *("str", "sum", "tuple", "zip", "ord", "chr"),
        *("basestring", "long", "reduce", "unicode", "xrange"),  # of Python 2, which many were written in
        *("functools", "get_best_url", "get_partial_products", "region_to_bbox"),
    }
)
_NODES = (
    *(ast.Lambda, ast.arguments, ast.arg, ast.Constant, ast.Name, ast.Load, ast.Store, ast.IfExp, ast.BoolOp),
    *(ast.boolop, ast.BinOp, ast.operator, ast.UnaryOp, ast.unaryop, ast.Compare, ast.cmpop, ast.Call, ast.keyword),
    *(ast.Attribute, ast.Subscript, ast.Slice, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Starred),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.comprehension, ast.JoinedStr, ast.FormattedValue),
)


class Refused(Exception):
    """The lambda cannot be evaluated; the text says why."""


def read(text: str) -> ast.Lambda:
    """Return the tree of a lambda of one argument. Raises Refused for whatever is not of the language."""
    if len(text) > MOST_CHARACTERS:
        raise Refused(f"it is longer than {MOST_CHARACTERS} characters")
    text = text.strip()
    if not text.startswith(("lambda ", "lambda:", "lambda\t", "lambda*")):
        raise Refused("it must begin with `lambda`, as in lambda x: x['id']")
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise Refused(f"it is not Python: {error.msg} (column {error.offset or 1})") from None
    except (ValueError, MemoryError, RecursionError):
        raise Refused("it is not Python, or nested too deeply") from None
    if not isinstance(tree, ast.Lambda):
        raise Refused("it must be one lambda and nothing around it")
    _one_argument(tree)
    if (fault := next(_faults(tree), None)) is not None:
        raise Refused(fault)
    return tree


def _one_argument(tree: ast.Lambda) -> None:
    about = tree.args
    positional = len(about.posonlyargs) + len(about.args)
    asked = positional - len(about.defaults)
    without = sum(default is None for default in about.kw_defaults)
    if asked > 1 or without or not (positional or about.vararg):
        raise Refused("it must take exactly one argument")


def _faults(tree: ast.Lambda) -> Iterator[str]:
    bound = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    bound |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    imports = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call) and _imports(node)}
    for node in ast.walk(tree):
        if not isinstance(node, _NODES):
            yield f"{type(node).__name__} is not read in a lambda here"
        elif isinstance(node, ast.Constant) and not isinstance(node.value, str | bool | int | float | None):
            yield f"a constant of the kind {type(node.value).__name__} is not read in a lambda here"
        elif isinstance(node, ast.Attribute) and node.attr.startswith("_"):
            yield f"it asks for {node.attr[:80]}, and names that begin with _ are out of reach"
        elif isinstance(node, ast.Name) and id(node) not in imports:
            yield from _of_name(node.id, bound)
        elif isinstance(node, ast.comprehension) and node.is_async:
            yield "nothing in a lambda can be asynchronous"


def _of_name(name: str, bound: set[str]) -> Iterator[str]:
    if name in bound or name in NAMES:
        return
    if name == IMPORT:
        yield f"it imports something other than {', '.join(sorted(MODULES))}"
    else:
        yield f"{name[:80]} is not known in a lambda"


def _imports(call: ast.Call) -> bool:
    """Tell whether a call is the import of a module of the list, which is how lambdas reach `os.path`."""
    named = isinstance(call.func, ast.Name) and call.func.id == IMPORT
    first = call.args[0] if len(call.args) == 1 and not call.keywords else None
    return named and isinstance(first, ast.Constant) and first.value in MODULES
