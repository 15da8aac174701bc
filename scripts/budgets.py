"""Measure the sizes that the house keeps to: lines of functions and modules, parameters.

The budgets hold for everything but tests, which are only reported. What may exceed a hard limit is listed in
`[tool.fieldstation.budgets.exempt]` of pyproject.toml, as `"path::name" = "reason"`.
"""

import ast
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
BOUND = ("src", "scripts", "bench")
REPORTED = ("tests",)

FUNCTION_MEDIAN, FUNCTION_MOST, FUNCTION_ALL = 10, 40, 80
MODULE_MOST, MODULE_ALL = 350, 500
PARAMETERS = 6
MOST = 0.95

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One function or module: `name` is `path` or `path::qualified.name`; sizes in physical lines."""

    name: str
    line: int
    lines: int
    parameters: int = 0


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """All measures of some folders."""

    functions: Sequence[Measure]
    modules: Sequence[Measure]

    def summary(self) -> str:
        """Return one line with the figures that the budgets speak of."""
        lengths = [function.lines for function in self.functions] or [0]
        modules = [module.lines for module in self.modules] or [0]
        return (
            f"{len(self.functions)} functions: median {median(lengths):g}, "
            f"{share(lengths, FUNCTION_MOST):.1%} within {FUNCTION_MOST}, longest {max(lengths)}; "
            f"{len(modules)} modules: {share(modules, MODULE_MOST):.1%} within {MODULE_MOST}, longest {max(modules)}"
        )


def share(lengths: Sequence[int], limit: int) -> float:
    """Return which part of `lengths` is within `limit`."""
    return sum(length <= limit for length in lengths) / max(len(lengths), 1)


def measure(folders: Sequence[str], root: Path = ROOT) -> Sizes:
    """Measure every Python file under `folders`."""
    paths = sorted(path for folder in folders for path in (root / folder).rglob("*.py"))
    texts = {path.relative_to(root).as_posix(): path.read_text() for path in paths}
    functions = [found for name, text in texts.items() for found in functions_of(name, ast.parse(text))]
    modules = [Measure(name=name, line=1, lines=len(text.splitlines())) for name, text in texts.items()]
    return Sizes(functions=functions, modules=modules)


def functions_of(where: str, tree: ast.AST, outer: tuple[str, ...] = ()) -> Iterator[Measure]:
    """Measure every function in `tree`, from its `def` to its last line, nested ones too."""
    for node in ast.iter_child_nodes(tree):
        named = isinstance(node, Function | ast.ClassDef)
        inner = (*outer, node.name) if isinstance(node, Function | ast.ClassDef) else outer
        if named and isinstance(node, Function):
            yield measure_function(node, f"{where}::{'.'.join(inner)}", method=isinstance(tree, ast.ClassDef))
        yield from functions_of(where, node, inner)


def measure_function(node: Function, name: str, *, method: bool) -> Measure:
    """Measure one function; `self` and `cls` are no parameters."""
    static = any(isinstance(mark, ast.Name) and mark.id == "staticmethod" for mark in node.decorator_list)
    arguments = node.args
    count = len(arguments.posonlyargs) + len(arguments.args) + len(arguments.kwonlyargs)
    count += (arguments.vararg is not None) + (arguments.kwarg is not None) - (method and not static)
    assert node.end_lineno is not None
    return Measure(name=name, line=node.lineno, lines=node.end_lineno - node.lineno + 1, parameters=count)


def breaches(sizes: Sizes, exempt: Mapping[str, str]) -> Iterator[str]:
    """Name every budget that is exceeded, the longest things first."""
    bound = [function for function in sizes.functions if function.name not in exempt]
    yield from over("function has {} lines", bound, FUNCTION_ALL)
    modules = [module for module in sizes.modules if module.name not in exempt]
    yield from over("module has {} lines", modules, MODULE_ALL)
    for function in bound:
        if function.parameters > PARAMETERS:
            yield f"{place(function)}: {function.parameters} parameters, at most {PARAMETERS}: make a value object"
    yield from distribution(sizes)
    known = {measured.name for measured in (*sizes.functions, *sizes.modules)}
    for name in sorted(exempt.keys() - known):
        yield f"pyproject.toml: the exemption of {name} is for nothing that exists: remove it"


def over(text: str, measures: Sequence[Measure], limit: int) -> Iterator[str]:
    """Name all measures above `limit`."""
    for found in sorted(measures, key=lambda measured: -measured.lines):
        if found.lines > limit:
            yield f"{place(found)}: {text.format(found.lines)}, at most {limit}: split it"


def distribution(sizes: Sizes) -> Iterator[str]:
    """Name the budgets on medians and shares that are exceeded, with what would help most."""
    lengths = [function.lines for function in sizes.functions]
    if lengths and median(lengths) > FUNCTION_MEDIAN:
        yield f"median function has {median(lengths):g} lines, at most {FUNCTION_MEDIAN}"
    for kind, measures, limit in (
        ("functions", sizes.functions, FUNCTION_MOST),
        ("modules", sizes.modules, MODULE_MOST),
    ):
        within = share([measured.lines for measured in measures], limit)
        if measures and within < MOST:
            longest = sorted(measures, key=lambda measured: -measured.lines)[:10]
            names = "".join(f"\n    {place(measured)} ({measured.lines})" for measured in longest)
            yield f"only {within:.1%} of the {kind} are within {limit} lines, {MOST:.0%} must be; the longest:{names}"


def place(measured: Measure) -> str:
    """Return where the thing is, in a form that editors open."""
    path, _, name = measured.name.partition("::")
    return f"{path}:{measured.line}" + (f" {name}" if name else "")


def main() -> int:
    """Print every breach and the figures; 1 when there is a breach."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"].get("fieldstation", {})
    exempt = settings.get("budgets", {}).get("exempt", {})
    sizes = measure(BOUND)
    found = list(breaches(sizes, exempt))
    for line in found:
        print(line)
    print(f"budgets: {sizes.summary()}; {len(exempt)} exempt")
    print(f"  tests: {measure(REPORTED).summary()}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
