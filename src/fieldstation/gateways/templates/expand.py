"""Expanding one template, with nothing of a station around it."""

import re
import shlex
from collections.abc import Mapping
from typing import Any

from jinja2 import DebugUndefined, TemplateError, TemplateSyntaxError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from fieldstation.gateways.templates.marks import FILTER, FILTER_EACH, Malformed, Marks, Refused, marks_for, with_marks

MOST_CHARACTERS = 1 << 20  # of what is made


def expand(text: str, values: Mapping[str, Any], free: frozenset[str], *, command: bool) -> tuple[str, list[str]]:
    """Return the text and, of a command, its arguments. Raises Refused."""
    marks = marks_for(text, values, free)
    printed = _printed(text, marks)
    if marks.missing:
        raise Refused(f"these variables have no value: {', '.join(marks.missing)}")
    plain = marks.restored(printed).strip()
    if not plain:
        raise Refused("nothing is left of it: the text is empty")
    if not command:
        return plain, []
    arguments = _arguments(printed, marks)
    return _written(plain, arguments), arguments


def _printed(text: str, marks: Marks) -> str:
    """Run the template; what it prints has marks in place of values."""
    environment = ImmutableSandboxedEnvironment(undefined=DebugUndefined)
    environment.filters[FILTER] = marks.mark
    environment.filters[FILTER_EACH] = marks.mark_each
    try:
        tree = with_marks(environment.parse(text), marks.values)
        code = environment.compile(tree)
    except TemplateError as error:
        line = f" (line {error.lineno})" if isinstance(error, TemplateSyntaxError) else ""
        raise Malformed(f"it is not a template of Jinja's: {error.message}{line}") from None
    except RecursionError:
        raise Malformed("it is nested too deeply") from None
    try:
        template = environment.template_class.from_code(environment, code, environment.make_globals(None), None)
        printed = template.render(dict(marks.values))
        left = find_undeclared_variables(environment.parse(printed))
    except TemplateError as error:
        raise Refused(f"the template fails: {error.message}") from None
    except (ArithmeticError, TypeError, ValueError, LookupError, AttributeError, RecursionError) as error:
        raise Refused(f"the template fails: {error}") from None
    marks.missing.update(dict.fromkeys(sorted(left)))
    if len(printed) > MOST_CHARACTERS:
        raise Refused(f"it would be longer than {MOST_CHARACTERS} characters")
    return printed


def _arguments(printed: str, marks: Marks) -> list[str]:
    try:
        elements = shlex.split(printed)
    except ValueError as error:
        raise Refused(f"its quotes do not pair: {error}") from None
    arguments: list[str] = []
    for place, element in enumerate(elements):
        before = elements[place - 1] if place else "-"
        arguments += _words(element, printed, marks) if not before.startswith("-") else [marks.restored(element)]
    if sum(map(len, arguments)) > MOST_CHARACTERS:
        raise Refused(f"its arguments would be longer than {MOST_CHARACTERS} characters")
    return arguments


def _words(element: str, printed: str, marks: Marks) -> list[str]:
    """Return what an argument becomes: several words where its author left room for them and put no quotes around."""
    value = marks.alone(element)
    if value is None or not value.free or not re.search(rf"(?:^|\s){re.escape(element)}(?:\s|$)", printed):
        return [marks.restored(element)]
    try:
        return shlex.split(value.text)
    except ValueError as error:
        raise Refused(f"the quotes in the value of {value.variable} do not pair: {error}") from None


def _written(plain: str, arguments: list[str]) -> str:
    """Return the command as text that a shell would split into these arguments."""
    try:
        return plain if shlex.split(plain) == arguments else shlex.join(arguments)
    except ValueError:
        return shlex.join(arguments)
