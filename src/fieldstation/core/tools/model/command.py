"""The command of a definition: its placeholders name what exists, and no value ever becomes program text."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from fieldstation.core.tools.model.apps import App
from fieldstation.core.tools.model.definition import Group, Input
from fieldstation.core.tools.model.document import Node
from fieldstation.core.tools.model.fields import Fields, Findings, did_you_mean, kind_of
from fieldstation.core.tools.model.schema import always_given
from fieldstation.core.tools.model.template import (
    OF_APPS,
    BadTemplate,
    Condition,
    Part,
    Placeholder,
    Source,
    read_condition,
    read_template,
)

MAX_ELEMENTS = 1_000

SHELLS = frozenset({"ash", "bash", "csh", "dash", "fish", "ksh", "mksh", "rbash", "sh", "tcsh", "zsh"})
LAUNCHERS = frozenset({
    "busybox", "chrt", "env", "exec", "flock", "ionice", "nice", "nohup", "setsid", "stdbuf", "taskset", "time",
    "timeout", "xargs",
})  # fmt: skip
"""Programs that start the program named in their arguments."""
INTERPRETERS: Mapping[str, frozenset[str]] = {
    "python": frozenset({"-c"}),
    "perl": frozenset({"-e", "-E"}),
    "ruby": frozenset({"-e"}),
    "node": frozenset({"-e", "-p", "--eval", "--print"}),
    "php": frozenset({"-r"}),
    "lua": frozenset({"-e"}),
    "Rscript": frozenset({"-e"}),
    "julia": frozenset({"-e", "-E", "--eval", "--print"}),
}
"""Interpreters beside shells, with the options whose next argument is program text."""

_SHELL_VALUE_OPTIONS = frozenset({"-o", "+o", "-O", "+O", "--rcfile", "--init-file"})
_OPTION = re.compile(r"[-+].+", re.DOTALL)
_CODE_CLUSTER = re.compile(r"-[A-Za-z]*c[A-Za-z]*", re.ASCII)
_INTERPRETER = re.compile(r"(python|perl|ruby|node|php|lua|Rscript|julia)[0-9.]*", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Element:
    """One element of the command: where it stands, its parts, and the condition of the group that it is in."""

    node: Node
    parts: tuple[Part, ...]
    condition: Condition | None = None

    @property
    def literal(self) -> str | None:
        """The text of an element without placeholders."""
        if any(isinstance(part, Placeholder) for part in self.parts):
            return None
        return "".join(str(part) for part in self.parts)

    @property
    def placeholders(self) -> Iterator[Placeholder]:
        """The placeholders of the element."""
        return (part for part in self.parts if isinstance(part, Placeholder))

    @property
    def foreign(self) -> bool:
        """Whether any value that the caller of a run chooses stands in it."""
        return any(placeholder.source in (Source.PARAMETERS, Source.INPUTS) for placeholder in self.placeholders)

    @property
    def program(self) -> str:
        """The last part of a literal path: what program it would start."""
        return (self.literal or "").rpartition("/")[2]


@dataclass(frozen=True, kw_only=True)
class Names:
    """What placeholders may name."""

    parameters: Mapping[str, Any]  # the schema
    inputs: Mapping[str, Input]
    app: App | None = None


def check_command(fields: Fields, names: Names) -> tuple[str | Group, ...]:
    """Check the command and return it as written, without what is faulty."""
    findings = fields.findings
    items = fields.items("command")
    if fields.get("command") is not None and not items:
        findings.fault(
            fields.get("command") or fields.node, "is empty: write the program and its arguments, one element each"
        )
    command: list[str | Group] = []
    elements: list[Element] = []
    for item in items[:MAX_ELEMENTS]:
        part, read = _read_item(findings, item, names)
        command += part
        elements += read
    if len(items) > MAX_ELEMENTS:
        findings.fault(items[MAX_ELEMENTS], f"a command has at most {MAX_ELEMENTS} elements")
    for element in elements:
        _check_names(findings, element, names)
    _check_program(findings, elements)
    _warn_options(findings, elements, names)
    return tuple(command)


def _read_item(findings: Findings, item: Node, names: Names) -> tuple[list[str | Group], list[Element]]:
    if isinstance(item.value, str):
        element = _read_element(findings, item, None)
        return [item.value], [element] if element else []
    if isinstance(item.value, Mapping):
        return _read_group(findings, item, names)
    hint = "; write it in quotes" if isinstance(item.value, int | float | bool) else ""
    findings.fault(item, f"must be text or a group {{when: …, args: […]}}, not {kind_of(item)}{hint}")
    return [], []


def _read_element(findings: Findings, node: Node, condition: Condition | None) -> Element | None:
    try:
        return Element(node=node, parts=read_template(str(node.value)), condition=condition)
    except BadTemplate as error:
        findings.fault(node, str(error))
        return None


def _read_group(findings: Findings, item: Node, names: Names) -> tuple[list[str | Group], list[Element]]:
    fields = Fields(findings, item, ("when", "args"))
    fields.require("when", "when the arguments are given, such as parameters.verbose")
    fields.require("args", "the arguments that are given then")
    text = fields.text("when")
    condition = _read_condition(findings, fields.get("when") or item, text, names) if text else None
    arguments = list(fields.texts("args"))
    elements = [_read_element(findings, node, condition) for node, _ in arguments]
    group = Group(condition=text, arguments=tuple(argument for _, argument in arguments))
    return [group], [element for element in elements if element]


def _read_condition(findings: Findings, node: Node, text: str, names: Names) -> Condition | None:
    try:
        condition = read_condition(text)
    except BadTemplate as error:
        findings.fault(node, str(error))
        return None
    _check_exists(findings, node, condition.subject, names)
    return condition


def _check_names(findings: Findings, element: Element, names: Names) -> None:
    for placeholder in element.placeholders:
        if _check_exists(findings, element.node, placeholder, names):
            _check_given(findings, element, placeholder, names)


def _check_exists(findings: Findings, node: Node, placeholder: Placeholder, names: Names) -> bool:
    if placeholder.name is None:
        _check_of_app(findings, node, placeholder.source, names.app)
        return True
    known = names.inputs if placeholder.source is Source.INPUTS else names.parameters.get("properties", {})
    if placeholder.name in known:
        return True
    kind = "input" if placeholder.source is Source.INPUTS else "parameter"
    findings.fault(node, f"there is no {kind} {placeholder.name!r}{did_you_mean(placeholder.name, known)}")
    return False


def _check_of_app(findings: Findings, node: Node, source: Source, app: App | None) -> None:
    if source in OF_APPS and app is None:
        findings.fault(node, f"{{{{ {source} }}}} is there for an application alone (kind: App)")
    elif app is not None and source is Source.PORT and app.listens.port is None:
        findings.fault(node, "there is no {{ port }}: it listens on {{ socket }}; or write listens: {port: 8888}")
    elif app is not None and source is Source.SOCKET and app.listens.port is not None:
        findings.fault(node, "there is no {{ socket }}: it listens on a port; or write listens: {}")
    elif app is not None and source is Source.OUTPUTS:
        findings.fault(node, "an application has no {{ outputs }}: what it writes goes into the project, at /project")


def _check_given(findings: Findings, element: Element, placeholder: Placeholder, names: Names) -> None:
    name = placeholder.name
    guarded = element.condition is not None and element.condition.wanted and element.condition.subject == placeholder
    if name is None or guarded:
        return
    group = f"{{when: {placeholder}, args: […]}}"
    if placeholder.source is Source.PARAMETERS and not always_given(names.parameters, name):
        findings.fault(element.node, f"{placeholder} may be absent: require it, give it a default, or write {group}")
    if placeholder.source is Source.INPUTS and not names.inputs[name].required:
        findings.fault(element.node, f"{placeholder} may be absent: require it, or write {group}")


def _check_program(findings: Findings, elements: Sequence[Element]) -> None:
    if not elements:
        return
    first = elements[0]
    if first.foreign or first.condition is not None:
        findings.fault(first.node, "the program itself must be fixed: neither a parameter, nor an input, nor optional")
    for place, element in enumerate(elements):
        if element.program in SHELLS:
            _check_shell(findings, elements[place + 1 :])
        elif _INTERPRETER.fullmatch(element.program):
            _check_interpreter(findings, element.program, elements[place + 1 :])
        if place == 0 and element.program not in LAUNCHERS:
            return


def _check_shell(findings: Findings, following: Sequence[Element]) -> None:
    """Walk as a shell does: options first, then the text after `-c`, or a script; neither may hold a parameter."""
    runs_text = value_follows = False
    for element in following:
        literal = element.literal
        if value_follows:
            value_follows = False
            continue
        if literal is not None and literal != "--" and _OPTION.fullmatch(literal):
            runs_text = runs_text or _CODE_CLUSTER.fullmatch(literal) is not None
            value_follows = literal in _SHELL_VALUE_OPTIONS
            continue
        if literal == "--":
            continue
        if runs_text and any(element.placeholders):
            findings.fault(
                element.node,
                _INJECTION.format(place='as an argument behind the text and use it as "$1" ("$0" comes first)'),
            )
        elif any(placeholder.source is Source.PARAMETERS for placeholder in element.placeholders):
            findings.fault(element.node, "a parameter cannot choose what a shell runs or its options: write them fixed")
        return


def _check_interpreter(findings: Findings, program: str, following: Sequence[Element]) -> None:
    found = _INTERPRETER.fullmatch(program)
    options = INTERPRETERS[found.group(1)] if found else frozenset()
    for place, element in enumerate(following):
        if element.literal in options and place + 1 < len(following):
            if any(following[place + 1].placeholders):
                findings.fault(
                    following[place + 1].node,
                    _INJECTION.format(place="as an argument behind the text and read it there"),
                )
            return
        if element.literal is None or not element.literal.startswith("-"):
            return


_INJECTION = "a placeholder inside program text would let its value run as code: pass it {place}"


def _warn_options(findings: Findings, elements: Sequence[Element], names: Names) -> None:
    """Doubt a free text that stands where a program would take it for an option."""
    properties = names.parameters.get("properties", {})
    for before, element in pairwise(elements):
        if before.literal == "--" or element.literal == "--":
            return
        first = element.parts[0] if element.parts else ""
        if not isinstance(first, Placeholder) or first.source is not Source.PARAMETERS or first.name is None:
            continue
        if _free_text(properties.get(first.name)) and not (before.literal or "").startswith("-"):
            findings.warn(
                element.node,
                f"a value of {first} that begins with - would be taken for an option: put -- before it,"
                " or give it a pattern",
            )


def _free_text(schema: Any) -> bool:
    return (
        isinstance(schema, Mapping)
        and schema.get("type") == "string"
        and not {"pattern", "enum", "const", "format"} & set(schema)
    )
