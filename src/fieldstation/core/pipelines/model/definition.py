"""A workflow definition: read from what a stranger wrote, and what it says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from fieldstation.core.pipelines.model.form import SOURCES, WORKFLOW
from fieldstation.core.tools.model.document import PYYAML, Node, at_path, escape, plain, read_document
from fieldstation.core.tools.model.jobs import JobName
from fieldstation.core.tools.model.squonk.job import InputType
from fieldstation.core.tools.model.validation import deepest, say, validator
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Invalid, Problem, TooLarge

MAX_BYTES = 256 << 10


class Source(StrEnum):
    """Where the value of a step's variable comes from."""

    STEP = "from-step"
    WORKFLOW = "from-workflow"
    PREDEFINED = "from-predefined"


@dataclass(frozen=True, kw_only=True)
class Pipe:
    """A variable of a step that gets its value from elsewhere: from `name` there, of the step `step` if of one."""

    variable: str
    source: Source
    name: str
    step: str | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step: a job, the values that its author gave it, and those that come from elsewhere."""

    name: str
    job: JobName
    description: str = ""
    constants: Mapping[str, Json] = field(default_factory=dict)
    pipes: tuple[Pipe, ...] = ()

    @property
    def providers(self) -> Sequence[str]:
        """The steps that must have ended well before this one begins."""
        return tuple(dict.fromkeys(pipe.step for pipe in self.pipes if pipe.step is not None))


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """A definition that is of the form. `document` is it as plain JSON."""

    document: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What its author calls it."""
        return str(self.document["name"])

    @property
    def description(self) -> str:
        """What it does."""
        return str(self.document.get("description", ""))

    @cached_property
    def steps(self) -> Sequence[Step]:
        """Its steps, as they were written."""
        return tuple(_step(about) for about in self.document["steps"])

    @property
    def variables(self) -> Mapping[str, Any]:
        """What may be said when it is run, as its author wrote it."""
        found: Mapping[str, Any] = self.document.get("variables", {})
        return found

    @property
    def asked(self) -> Sequence[str]:
        """The variables that its steps take from who runs it."""
        pipes = [pipe for step in self.steps for pipe in step.pipes if pipe.source is Source.WORKFLOW]
        return tuple(dict.fromkeys(pipe.name for pipe in pipes))

    def block(self, name: str) -> Mapping[str, Mapping[str, Any]]:
        """Return the variables of a block (`inputs`, `options`, `outputs`) that are described as mappings."""
        block = self.variables.get(name)
        properties = block.get("properties") if isinstance(block, Mapping) else None
        found = properties if isinstance(properties, Mapping) else {}
        return {key: about for key, about in found.items() if isinstance(about, Mapping)}

    @property
    def declared(self) -> frozenset[str]:
        """The names of all variables that it describes."""
        return frozenset(name for block in ("inputs", "options", "outputs") for name in self.block(block))

    @property
    def defaults(self) -> Mapping[str, Json]:
        """The values of variables that nobody gave."""
        return {name: about["default"] for name, about in self.block("options").items() if "default" in about}

    def takes_molecules(self, name: str) -> bool:
        """Tell whether an input may be text that describes molecules in place of a file."""
        return self.block("inputs").get(name, {}).get("type") == InputType.MOLECULES


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A text that was read: the workflow if it is of the form, else every fault by line and column."""

    text: str
    document: Json = None
    faults: tuple[Problem, ...] = ()

    @property
    def workflow(self) -> Workflow | None:
        """The workflow; None where there are faults."""
        return None if self.faults or not isinstance(self.document, Mapping) else Workflow(document=self.document)


def read_workflow(text: str) -> Reading:
    """Read a definition; what is wrong with it is listed.

    Raises TooLarge for more than MAX_BYTES, and Invalid for what is no text that can be kept.
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        size = -1
    if size < 0 or "\0" in text:
        raise Invalid("the definition is no text in UTF-8", next_step="save it as UTF-8", reason="definition")
    if size > MAX_BYTES:
        raise TooLarge(
            f"a workflow definition has at most {MAX_BYTES} bytes, not {size}",
            next_step="make several workflows of it",
        )
    read = read_document(text, PYYAML)
    if read.root is None:
        return Reading(text=text, faults=read.faults) if read.faults else _faulty(text, "the text is empty")
    document = plain(read.root)
    faults = [*read.faults, *_faults(read.root, document)]
    ordered = sorted(dict.fromkeys(faults), key=lambda fault: (fault.line or 0, fault.column or 0))
    return Reading(text=text, document=document, faults=tuple(ordered))


def _faulty(text: str, fault: str) -> Reading:
    return Reading(text=text, faults=(Problem(where="/", text=fault, line=1, column=1),))


_CHECKER = validator(WORKFLOW)


def _faults(root: Node, document: Json) -> Iterator[Problem]:
    for error in _CHECKER.iter_errors(document):
        inner = deepest(error)
        path = tuple(inner.absolute_path)
        node = at_path(root, iter(path))
        pointer = "".join(f"/{escape(str(step))}" for step in path) or "/"
        yield Problem(where=pointer, text=say(inner), line=node.key_line, column=node.key_column)
    yield from _unplumbed(root, document)


def _unplumbed(root: Node, document: Json) -> Iterator[Problem]:
    """Name variables that come from nowhere, or from several places."""
    steps = document.get("steps") if isinstance(document, dict) else None
    for place, step in enumerate(steps if isinstance(steps, list) else ()):
        pipes = step.get("plumbing") if isinstance(step, dict) else None
        for number, pipe in enumerate(pipes if isinstance(pipes, list) else ()):
            if isinstance(pipe, dict) and len([source for source in SOURCES if source in pipe]) != 1:
                path = ("steps", place, "plumbing", number)
                node = at_path(root, iter(path))
                text = f"takes its value from exactly one of {', '.join(SOURCES)}"
                pointer = "/" + "/".join(map(str, path))
                yield Problem(where=pointer, text=text, line=node.line, column=node.column)


def _step(about: Mapping[str, Any]) -> Step:
    said = about["specification"]
    return Step(
        name=about["name"],
        description=about.get("description", ""),
        job=JobName(collection=said["collection"], job=said["job"], version=said["version"]),
        constants=said.get("variables", {}),
        pipes=tuple(_pipe(pipe) for pipe in about.get("plumbing", ())),
    )


def _pipe(about: Mapping[str, Any]) -> Pipe:
    source = next(source for source in Source if source in about)
    said = about[source]
    return Pipe(variable=about["variable"], source=source, name=said["variable"], step=said.get("name"))
