"""What a job's variables are once a caller has filled them in.

Defaults come first, then what is required is asked for; then the values are compared with what their author wrote about
them. A default is the author's own word and is not compared.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fieldstation.core.tools.model.document import MAX_EXACT_INTEGER
from fieldstation.core.tools.model.fields import did_you_mean, spoken
from fieldstation.core.tools.model.render import unsound
from fieldstation.core.tools.model.squonk.job import InputType, InputVariable, Job, OptionVariable
from fieldstation.core.tools.model.validation import BadPattern, compile_pattern, shown
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Invalid, Problem
from fieldstation.ports.templates import Template

INSTANCE_DIRECTORY = "DM_INSTANCE_DIRECTORY"
CODE_DIRECTORY = "CODE_DIRECTORY"
FILE_PREFIX = "file://"
_NUMBERS = {"integer": "a whole number", "number": "a number", "boolean": "true or false", "string": "text"}


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a job finds where it runs: the directory of its instance, and more variables that are always there."""

    instance_directory: str
    more: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Filled:
    """The values of all variables; `written` are files to make before the job starts, by path below the project.

    With `strict` every value is one argument at most.
    """

    job: Job
    values: Mapping[str, Json]
    written: Mapping[str, str]
    strict: bool = False

    @property
    def command(self) -> Template:
        """The command, to be expanded."""
        declared = {*self.job.inputs, *self.job.options}
        free = {name for name, option in self.job.options.items() if option.free}
        free |= {name for name, value in self.values.items() if name not in declared and isinstance(value, str)}
        free -= {INSTANCE_DIRECTORY, CODE_DIRECTORY}
        words = frozenset() if self.strict else frozenset(free)
        return Template(text=self.job.command, values=self.values, command=True, free=words)

    def text(self, template: str) -> Template:
        """Return another text of the job's, to be expanded."""
        return Template(text=template, values=self.values)


def fill(job: Job, given: Mapping[str, Json], around: Surroundings, *, strict: bool = False) -> Filled:
    """Return the values of a job's variables. Raises Invalid with every fault, by variable.

    `strict` refuses variables that the job does not declare, and numbers where it wants text.
    """
    known = {name: value for name, value in given.items() if value is not None}
    if problems := list(unsound(known, root="")):
        raise _faulty(job, problems)
    problems = list(_unknown(job, known)) if strict else []
    values: dict[str, Json] = {
        name: option.default for name, option in job.options.items() if option.default is not None
    }
    values |= known
    written: dict[str, str] = {}
    for name in job.required:
        if name not in values:
            problems.append(Problem(where=f"/{name}", text="is required"))
    for name, option in job.options.items():
        if name in known:
            values[name], faults = _option(option, known[name], strict=strict)
            problems += [Problem(where=f"/{name}", text=text) for text in faults]
        elif name in values and option.listed and not isinstance(values[name], list):
            values[name] = [values[name]]
    for name, wanted in job.inputs.items():
        if name in known:
            values[name], faults = _handled(name, wanted, known[name], around, written)
            problems += [Problem(where=f"/{name}", text=text) for text in faults]
    if problems:
        raise _faulty(job, problems)
    values |= {**around.more, INSTANCE_DIRECTORY: around.instance_directory}
    return Filled(job=job, values=values, written=written, strict=strict)


def _faulty(job: Job, problems: Sequence[Problem]) -> Invalid:
    return Invalid(
        f"the variables of {job.collection}/{job.name} have faults",
        next_step="mend the variables that are named",
        reason="variables_invalid",
        problems=problems,
    )


def _unknown(job: Job, given: Mapping[str, Json]) -> Iterator[Problem]:
    declared = {*job.inputs, *job.options, *job.outputs}
    for name in given:
        if name not in declared:
            yield Problem(where=f"/{name[:80]}", text=f"is not known here{did_you_mean(name, declared)}")


def _option(option: OptionVariable, value: Json, *, strict: bool) -> tuple[Json, list[str]]:
    """Return the value of an option as the job reads it, and what is wrong with it."""
    if option.listed:
        items = value if isinstance(value, list) else [value]
        read = [_single(option, item, None if option.type == "array" else option.type, strict=strict) for item in items]
        return [one for one, _ in read], [text for _, texts in read for text in texts]
    return _single(option, value, option.type, strict=strict)


def _single(option: OptionVariable, value: Json, wanted: str | None, *, strict: bool) -> tuple[Json, list[str]]:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if wanted == "string" and number and not strict:
        value = str(value)
    if wanted is not None and not _is(wanted, value):
        return value, [f"must be {_NUMBERS.get(wanted, wanted)}, not {shown(value)}"]
    if wanted == "integer" and isinstance(value, float):
        value = int(value)
    return value, list(_out_of_bounds(option, value))


def _is(wanted: str, value: Json) -> bool:
    if isinstance(value, bool):
        return wanted == "boolean"
    if wanted == "integer":
        whole = isinstance(value, float) and value.is_integer() and abs(value) <= MAX_EXACT_INTEGER
        return isinstance(value, int) or whole
    if wanted == "number":
        return isinstance(value, int | float)
    return wanted == "string" and isinstance(value, str)


def _out_of_bounds(option: OptionVariable, value: Json) -> Iterator[str]:
    if option.choices and value not in option.choices and str(value) not in map(str, option.choices):
        yield f"must be one of {spoken([shown(choice) for choice in option.choices])}, not {shown(value)}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        if option.minimum is not None and value < option.minimum:
            yield f"must be at least {shown(option.minimum)}, not {shown(value)}"
        if option.maximum is not None and value > option.maximum:
            yield f"must be at most {shown(option.maximum)}, not {shown(value)}"
    if option.pattern is not None and isinstance(value, str) and not _matches(option.pattern, value):
        yield f"must match the pattern {shown(option.pattern)}; {shown(value)} does not"


def _matches(pattern: str, value: str) -> bool:
    try:
        return bool(compile_pattern(pattern).search(value))
    except BadPattern:
        return True  # remarked when the definition was read


def _handled(
    name: str, wanted: InputVariable, value: Json, around: Surroundings, written: dict[str, str]
) -> tuple[Json, list[str]]:
    """Return the value of an input as the job reads it: lists for several, molecules as the file that holds them."""
    given: Sequence[Any] = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) and one for one in given) or not given:
        return value, [f"must be the path of a file, not {shown(value)}"]
    if wanted.type is InputType.MOLECULES:
        paths = [_molecules(name, place, one, around, written) for place, one in enumerate(given)]
    else:
        paths = [one.removeprefix(FILE_PREFIX) for one in given]
    if wanted.multiple:
        return paths, []
    if len(paths) > 1 and wanted.type is not InputType.FILES:
        return value, ["takes one file, not several"]
    return (paths if len(paths) > 1 else paths[0]), []


def _molecules(name: str, place: int, text: str, around: Surroundings, written: dict[str, str]) -> str:
    if text.startswith(FILE_PREFIX):
        return text.removeprefix(FILE_PREFIX)
    path = f"{around.instance_directory}/{name}{place or ''}.smi"
    written[path] = text.rstrip("\n") + "\n"
    return path


@dataclass(frozen=True, kw_only=True)
class InputHandler:
    """What is done with the value of an input of one type before the command is made."""

    input_type: InputType
    about: str


INPUT_HANDLERS: Sequence[InputHandler] = (
    InputHandler(input_type=InputType.FILE, about="A path in the project, or several where the input is `multiple`."),
    InputHandler(input_type=InputType.FILES, about="Paths in the project, or a pattern that their names match."),
    InputHandler(
        input_type=InputType.MOLECULES,
        about="`file://` and a path in the project; or SMILES, one a line, that the job then reads from a file.",
    ),
)
