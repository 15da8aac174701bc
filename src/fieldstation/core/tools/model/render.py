"""From a definition and what a caller gave to the argument list of a run. No shell, no second reading of any value."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fieldstation.core.tools.model.definition import Definition, Group
from fieldstation.core.tools.model.document import MAX_DEPTH, MAX_EXACT_INTEGER, escape
from fieldstation.core.tools.model.fields import did_you_mean
from fieldstation.core.tools.model.schema import with_defaults
from fieldstation.core.tools.model.template import Part, Placeholder, Source, read_condition, read_template
from fieldstation.core.tools.model.validation import problems, validator
from fieldstation.kernel.canonical import Json, canonical
from fieldstation.kernel.errors import Invalid, Problem

MAX_PARAMETER_BYTES = 64 << 10
MAX_PARAMETER_VALUES = 5_000
MAX_ELEMENT_BYTES = 131_071  # Linux takes no longer argument (MAX_ARG_STRLEN, with its closing NUL)
MAX_COMMAND_BYTES = 1 << 20  # together; Linux keeps a quarter of the stack limit for them, 2 MiB as a rule

OUTPUTS_FOLDER = "/outputs"
TOOL_FOLDER = "/tool"


@dataclass(frozen=True, kw_only=True)
class Folders:
    """Where a run sees its output folder and the tool's own files; `door` is where an application listens, by word."""

    outputs: str = OUTPUTS_FOLDER
    tool: str = TOOL_FOLDER
    door: Mapping[Source, str] = field(default_factory=dict)


def fill(definition: Definition, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a run: those given, with the defaults of the rest. Raises Invalid with every fault.

    Where the schema says nothing of additional ones, parameters that it does not name are refused.
    """
    faults = list(unsound(given))
    filled: dict[str, Any] = {}
    if not faults:
        filled = with_defaults(definition.parameters, dict(given))
        faults = list(problems(validator(definition.parameters), filled, "/parameters"))
    if faults:
        raise Invalid(
            f"these parameters do not fit the tool {definition.name} {definition.version}",
            next_step=f"mend what is named; `fieldstation tool show {definition.name}` lists the parameters",
            reason="parameters_invalid",
            problems=faults,
        )
    return filled


def check_inputs(definition: Definition, given: Mapping[str, int]) -> None:
    """Check that the slots `given`, each with how many things lie in it, are what the tool takes. Raises Invalid."""
    faults = [
        Problem(
            where=f"/inputs/{escape(slot)}", text=f"is not an input of this tool{did_you_mean(slot, definition.inputs)}"
        )
        for slot in given
        if slot not in definition.inputs
    ]
    for slot, wanted in definition.inputs.items():
        count = given.get(slot, 0)
        if wanted.required and not count:
            faults.append(Problem(where=f"/inputs/{slot}", text=f"is missing: {wanted.title}"))
        if count > 1 and not wanted.many:
            faults.append(Problem(where=f"/inputs/{slot}", text=f"takes one thing, not {count}"))
    if faults:
        raise Invalid(
            f"these inputs do not fit the tool {definition.name} {definition.version}",
            next_step=f"mend what is named; `fieldstation tool show {definition.name}` lists the inputs",
            reason="inputs_invalid",
            problems=faults,
        )


def render(
    definition: Definition,
    parameters: Mapping[str, Any],
    inputs: Mapping[str, Sequence[str]],
    folders: Folders | None = None,
) -> list[str]:
    """Return the argument list. `parameters` come from `fill`; `inputs` are the paths of each slot inside the run.

    A value changes the elements that name it and no other, and only a placeholder that is a whole element and stands
    for a list makes more or fewer of them. Raises Invalid when the list is too long for the operating system.
    """
    writer = _Writer(parameters, inputs, folders or Folders())
    arguments = [argument for element in _elements(definition, writer) for argument in writer.element(element)]
    sizes = [len(argument.encode()) for argument in arguments]
    if max(sizes, default=0) > MAX_ELEMENT_BYTES or sum(sizes) + len(sizes) > MAX_COMMAND_BYTES:
        raise Invalid(
            f"the command of {definition.name} would be {sum(sizes)} bytes long, which no program takes",
            next_step="give the folder of a version instead of its single files, or put long values into an input file",
            reason="command_too_long",
        )
    return arguments


def _elements(definition: Definition, writer: "_Writer") -> Iterator[tuple[Part, ...]]:
    for part in definition.command:
        if not isinstance(part, Group):
            yield read_template(part)
        elif writer.holds(part):
            yield from (read_template(argument) for argument in part.arguments)


class _Writer:
    """Writes the values of one run."""

    def __init__(self, parameters: Mapping[str, Any], inputs: Mapping[str, Sequence[str]], folders: Folders) -> None:
        self._parameters = parameters
        self._inputs = inputs
        self._folders = folders

    def element(self, parts: tuple[Part, ...]) -> list[str]:
        """Return the arguments that one element becomes: one, unless it is exactly a placeholder of a list."""
        if len(parts) == 1 and isinstance(parts[0], Placeholder):
            value = self._value(parts[0])
            if isinstance(value, list):
                return [written(item) for item in value]
        return ["".join(part if isinstance(part, str) else self._inside(part) for part in parts)]

    def holds(self, group: Group) -> bool:
        """Tell whether a group is given: its subject has a value that is not false, null or empty (zero is a value)."""
        condition = read_condition(group.condition)
        value = self._value(condition.subject)
        return (value is not None and value is not False and value not in ("", [], {})) is condition.wanted

    def _inside(self, placeholder: Placeholder) -> str:
        value = self._value(placeholder)
        single = placeholder.source is Source.INPUTS and isinstance(value, list) and len(value) == 1
        return written(value[0] if single else value)

    def _value(self, placeholder: Placeholder) -> Any:
        if placeholder.source is Source.OUTPUTS:
            return self._folders.outputs
        if placeholder.source is Source.TOOL:
            return self._folders.tool
        if placeholder.source in self._folders.door:
            return self._folders.door[placeholder.source]
        if placeholder.source is Source.INPUTS:
            return list(self._inputs.get(placeholder.name or "", ()))
        return self._parameters if placeholder.name is None else self._parameters.get(placeholder.name)


def written(value: Json) -> str:
    """Write one value: text as it is, everything else as canonical JSON (RFC 8785)."""
    return value if isinstance(value, str) else canonical(value).decode()


def unsound(given: Mapping[str, Any], root: str = "/parameters") -> Iterator[Problem]:
    """Name what neither JSON nor an argument list can carry, before anything else looks at the values."""
    budget = MAX_PARAMETER_VALUES
    waiting: list[tuple[str, Any, int]] = [(root, given, 0)]
    while waiting:
        where, value, depth = waiting.pop()
        budget -= 1
        if budget < 0 or depth > MAX_DEPTH:
            yield Problem(
                where=where, text=f"more than {MAX_PARAMETER_VALUES} values, or nested deeper than {MAX_DEPTH} levels"
            )
            return
        if fault := _scalar_fault(value):
            yield Problem(where=where, text=fault)
        if isinstance(value, Mapping):
            yield from (
                Problem(where=where, text="has a name with NUL or half of a surrogate pair")
                for key in value
                if _unspeakable(key)
            )
            waiting += [(f"{where}/{escape(str(key))}", below, depth + 1) for key, below in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{where}/{place}", below, depth + 1) for place, below in enumerate(value)]


def _scalar_fault(value: Any) -> str | None:
    if isinstance(value, str):
        if _unspeakable(value):
            return "text cannot hold NUL or half of a surrogate pair"
        if len(value) > MAX_PARAMETER_BYTES:
            return f"is longer than {MAX_PARAMETER_BYTES} characters: put it into an input file"
    elif isinstance(value, int) and abs(value) > MAX_EXACT_INTEGER:
        return "is a whole number that JSON does not carry exactly: give it as text"
    elif isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return "is not a finite number"
    return None


def _unspeakable(text: str) -> bool:
    return "\0" in text or any("\ud800" <= character <= "\udfff" for character in text)
