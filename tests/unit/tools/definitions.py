"""Definitions for tests: a sound one, and the way from a text to a checked definition."""

import json
from collections.abc import Mapping
from textwrap import dedent
from typing import Any

from fieldstation.core.tools.model.check import check
from fieldstation.core.tools.model.definition import Definition
from fieldstation.kernel.errors import Problem

HEAD = """\
kind: Tool
name: example
version: 1.2.3
image: "station:"
"""


def sound(text: str) -> Definition:
    """Return the definition in `text`, which must have no fault."""
    checked = check(dedent(text))
    assert checked.faults == ()
    assert checked.definition is not None
    return checked.definition


def faults(text: str) -> list[tuple[str, str]]:
    """Return where the faults of `text` are, and what they say."""
    checked = check(dedent(text))
    assert (checked.definition is None) == bool(checked.faults)
    return [(problem.where, problem.text) for problem in checked.faults]


def fault_at(text: str, where: str) -> str:
    """Return the one fault at `where`, and make sure that nothing else is faulty."""
    found = faults(text)
    assert [place for place, _ in found] == [where], found
    return found[0][1]


def warnings(text: str) -> Mapping[str, str]:
    """Return the warnings of `text` by place; it must have no fault."""
    checked = check(dedent(text))
    assert checked.faults == ()
    return {problem.where: problem.text for problem in checked.warnings}


def tool(command: str, *, parameters: Any = None, inputs: str = "{}") -> str:
    """Return the text of a definition with this command, this schema of parameters and these inputs."""
    text = f"{HEAD}command: {command}\ninputs: {inputs}\n"
    return text if parameters is None else f"{text}parameters: {json.dumps(parameters)}\n"


def place(problem: Problem) -> tuple[int | None, int | None]:
    """Return line and column of a problem."""
    return problem.line, problem.column
