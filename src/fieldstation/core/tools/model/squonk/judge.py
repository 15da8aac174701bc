"""What is wrong with a document of a known form, and what of that may be passed over.

The forms are the strictest published ones. Files that people publish do not keep them all, so that the tolerant reader
makes remarks of what changes nothing: keys that nobody knows, numbers where text belongs, texts that are too long.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jsonschema.exceptions import ValidationError

from fieldstation.core.tools.model.document import Node, at_path, escape
from fieldstation.core.tools.model.squonk.conform import means_list, means_text
from fieldstation.core.tools.model.squonk.forms import Schema
from fieldstation.core.tools.model.validation import deepest, say, validator
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Problem

Path = tuple[str | int, ...]
_PASSED_OVER = frozenset({"additionalProperties", "maxLength", "uniqueItems"})
_ASIDE_IN_FILE = frozenset({"test-groups", "name", "description"})
_ASIDE_IN_JOB = frozenset({"tests", "doc-url", "keywords", "category", "description"})
_MAY_LACK = frozenset({"title", "type", "properties"})  # of variables
_JOB, _PART, _BLOCK, _OF_OUTPUT = 1, 2, 3, 6  # where in a path stand: job, part of it, block of variables, ...


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is not as the form says; `passed` is what a tolerant reader passes over."""

    path: Path
    problem: Problem
    passed: bool

    @property
    def job(self) -> str | None:
        """The job that it concerns; None where it is the whole file."""
        return str(self.path[_JOB]) if len(self.path) > _JOB and self.path[0] == "jobs" else None


def judge(root: Node, form: Schema, value: Json) -> Sequence[Finding]:
    """Name everything in which `value`, which was read from `root`, is not of that form; in the order of the text."""
    found = {(one.path, one.problem.text): one for one in _findings(root, _checker(id(form), form), value)}
    return sorted(found.values(), key=lambda one: (one.problem.line or 0, one.problem.column or 0))


_CHECKERS: dict[int, Any] = {}


def _checker(key: int, form: Schema) -> Any:
    if key not in _CHECKERS:
        _CHECKERS[key] = validator(form)
    return _CHECKERS[key]


def _findings(root: Node, checker: Any, value: Json) -> Iterator[Finding]:
    for error in checker.iter_errors(value):
        inner = deepest(error)
        path: Path = tuple(inner.absolute_path)
        node = at_path(root, iter(path))
        there = _reaches(root, path)
        passed = _aside(path) or _passed(inner, path, node if there else None)
        text = f"{say(inner)} (passed over)" if passed else say(inner)
        line, column = (node.line, node.column) if there else (node.key_line, node.key_column)
        problem = Problem(where=_pointer(path), text=text, line=line, column=column)
        yield Finding(path=path, problem=problem, passed=passed)


def _aside(path: Path) -> bool:
    """Tell whether this part of a document changes nothing of what a job does."""
    if path[:1] and path[0] in _ASIDE_IN_FILE:
        return True
    if len(path) <= _PART or path[0] != "jobs":
        return False
    if path[_PART] in _ASIDE_IN_JOB:
        return True
    of_variables = path[_PART] == "variables" and len(path) > _BLOCK
    return of_variables and (
        path[_BLOCK] == "order" or (len(path) > _OF_OUTPUT and path[_OF_OUTPUT] == "annotation-properties")
    )


def _passed(error: ValidationError, path: Path, node: Node | None) -> bool:
    rule, wanted, value = error.validator, error.validator_value, error.instance
    if rule in _PASSED_OVER:
        return not (rule == "additionalProperties" and path[:-1] == ("jobs",))
    if rule == "required":
        return "variables" in path[_PART : _PART + 1] and path[-1] in _MAY_LACK
    if rule == "type":
        stands_for = means_text(wanted, node) or means_list(wanted, value)
        return stands_for or (value is None and len(path) > _PART) or path[-1:] == ("default",)
    if rule == "enum":
        listed = isinstance(value, list) and len(value) == 1 and value[0] in wanted
        return listed or (node is not None and isinstance(value, int | float) and node.source in wanted)
    return False


def _reaches(root: Node, path: Path) -> bool:
    node: Node | None = root
    for step in path:
        below = node.value if node is not None else None
        if isinstance(below, Mapping):
            node = below.get(str(step))
        else:
            node = below[step] if isinstance(below, tuple) and isinstance(step, int) and step < len(below) else None
        if node is None:
            return False
    return True


def _pointer(path: Path) -> str:
    return "".join(f"/{escape(str(step))}" for step in path) or "/"
