"""The small language of command elements: plain text with placeholders, and conditions of optional groups.

    element     = { text | "{{" expression "}}" }
    expression  = "parameters" | "parameters." name | "inputs." slot | "outputs" | "tool" | "'{{'"
                | "socket" | "port" | "prefix"   (of an application)
    condition   = [ "not " ] ( "parameters." name | "inputs." slot )

A placeholder never reaches beyond its own element, and what it writes is never read again.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """Where a placeholder takes its value from."""

    PARAMETERS = "parameters"
    INPUTS = "inputs"
    OUTPUTS = "outputs"  # the output folder
    TOOL = "tool"  # the folder with the tool's own files
    SOCKET = "socket"  # the path at which an application listens
    PORT = "port"  # or its port
    PREFIX = "prefix"  # of the paths that it is asked for, as in /apps/RUN/


OF_APPS = frozenset({Source.SOCKET, Source.PORT, Source.PREFIX})


@dataclass(frozen=True, kw_only=True)
class Placeholder:
    """One placeholder; `name` is the parameter or slot, None for all parameters and for folders."""

    source: Source
    name: str | None = None

    def __str__(self) -> str:
        return self.source if self.name is None else f"{self.source}.{self.name}"


@dataclass(frozen=True, kw_only=True)
class Condition:
    """When a group of arguments is given."""

    subject: Placeholder
    wanted: bool


class BadTemplate(Exception):
    """An element or condition is not of the language; the text says why and what to write."""


Part = str | Placeholder

_OPEN, _CLOSE, _LITERAL_OPEN = "{{", "}}", "'{{'"
_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_EXPRESSION = re.compile(
    r"(parameters|inputs)\.([A-Za-z_][A-Za-z0-9_-]*)|(parameters|outputs|tool|socket|port|prefix)", re.ASCII
)
_CONDITION = re.compile(r"(not\s+)?((?:parameters|inputs)\.\S+)")
_SPEECH = "write {{ parameters.NAME }}, {{ inputs.SLOT }}, {{ outputs }} or {{ tool }}"


def read_template(element: str) -> tuple[Part, ...]:
    """Split an element into texts and placeholders. Raises BadTemplate."""
    parts: list[Part] = []
    position = 0
    for found in _PLACEHOLDER.finditer(element):
        parts.append(element[position : found.start()])
        inside = found.group(1).strip()
        parts.append(_OPEN if inside == _LITERAL_OPEN else read_expression(inside))
        position = found.end()
    rest = element[position:]
    if _OPEN in rest:
        raise BadTemplate(f"a placeholder is opened with {_OPEN} but not closed with {_CLOSE}")
    return tuple(part for part in (*parts, rest) if part != "")


def read_expression(text: str) -> Placeholder:
    """Read what stands inside a placeholder. Raises BadTemplate."""
    found = _EXPRESSION.fullmatch(text)
    if found is None:
        raise BadTemplate(f"{{{{ {text[:40]} }}}} is not a placeholder; {_SPEECH}")
    source, name, whole = found.groups()
    return Placeholder(source=Source(source or whole), name=name)


def read_condition(text: str) -> Condition:
    """Read the condition of an optional group. Raises BadTemplate."""
    found = _CONDITION.fullmatch(text.strip())
    if found is None:
        raise BadTemplate(f"{text[:40]!r} is not a condition; write parameters.NAME, inputs.SLOT, or not before either")
    try:
        subject = read_expression(found.group(2))
    except BadTemplate:
        raise BadTemplate(f"{found.group(2)[:40]!r} is neither parameters.NAME nor inputs.SLOT") from None
    return Condition(subject=subject, wanted=found.group(1) is None)
