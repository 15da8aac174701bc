"""What the variables of a step are once the steps before it have ended: values, how often it runs, what it sees.

A variable that comes from what an earlier step made is a path into that one's folder, which is put beside the step's
own files. Where an earlier step made several files for it, the step runs once for each; a step whose job takes `files`
runs once for all of them, and finds them by a pattern.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fieldstation.core.pipelines.model.definition import Pipe, Source, Step, Workflow
from fieldstation.core.pipelines.model.faults import COMMAND, MISMATCH, NOTHING_MADE, StepFault
from fieldstation.core.tools.model.squonk.fill import FILE_PREFIX
from fieldstation.core.tools.model.squonk.job import InputType, Job
from fieldstation.kernel.canonical import Json

FOLDER = ".instance-"  # what the names of all folders of instances begin with
MOST_REPLICAS = 1000  # of one step
_GLOB = "*?["


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A replica of a step that ended well: its variables, and the files that it made, below its folder, by output.

    `creates` says of each output where it was to lie.
    """

    instance: str
    variables: Mapping[str, Json]
    creates: Mapping[str, str] = field(default_factory=dict)
    made: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """Its folder in the project."""
        return f".{self.instance}"


@dataclass(frozen=True, kw_only=True)
class Wired:
    """A replica of a step, ready to be launched: its values, and the files and folders of the project that it sees.

    `lands` are paths below its folder that shall lie in the project afterwards.
    """

    replica: int
    replicas: int
    variables: Mapping[str, Json]
    links: tuple[str, ...] = ()
    lands: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Value:
    """What a pipe brings: one value, or one for each replica. `folders` are seen whatever the values say."""

    values: Sequence[Json]
    wide: bool = False
    folders: tuple[str, ...] = ()


class Wiring:
    """Puts together what one step of a workflow needs."""

    def __init__(self, workflow: Workflow, jobs: Mapping[str, Job], given: Mapping[str, Json]) -> None:
        self._workflow = workflow
        self._jobs = jobs  # by step
        self._given = {**workflow.defaults, **given}

    def wire(self, step: Step, ended: Mapping[str, Sequence[Ended]]) -> Sequence[Wired]:
        """Return every replica of a step whose providers have ended well. Raises StepFault."""
        values = {pipe.variable: self._value(step, pipe, ended) for pipe in step.pipes}
        replicas = _replicas(step, values)
        fixed = (*self._inputs(step), *(folder for value in values.values() for folder in value.folders))
        folders = frozenset(one.folder for every in ended.values() for one in every)
        lands = tuple(self._lands(step))
        wired = []
        for replica in range(replicas):
            own = {name: value.values[replica if value.wide else 0] for name, value in values.items()}
            variables = {**step.constants, **own}
            seen = [folder for value in own.values() for folder in _mentioned(value, folders)]
            links = tuple(dict.fromkeys([*fixed, *seen]))
            wired.append(Wired(replica=replica, replicas=replicas, variables=variables, links=links, lands=lands))
        return wired

    def _value(self, step: Step, pipe: Pipe, ended: Mapping[str, Sequence[Ended]]) -> _Value:
        if pipe.source is Source.PREDEFINED:
            return _Value(values=[f"{FOLDER}*"])
        if pipe.source is Source.WORKFLOW:
            return _Value(values=[self._given[pipe.name]])
        before = ended[pipe.step or ""]
        job = self._jobs[pipe.step or ""]
        own = self._jobs[step.name].inputs.get(pipe.variable)
        if own is not None and own.type is InputType.FILES:
            return _Value(values=[_named(pipe, before[0], job)], folders=tuple(one.folder for one in before))
        if pipe.name not in job.outputs:
            return _Value(values=[_named(pipe, before[0], job)], folders=tuple(one.folder for one in before[:1]))
        several = job.outputs[pipe.name].get("type") == InputType.FILES
        paths = [path for one in before for path in _paths(one, pipe.name, several=several)]
        if not paths:
            raise StepFault(
                NOTHING_MADE,
                f"the step {pipe.step} made no file for {pipe.name}, so {step.name} has nothing to run on",
                "look at what that step did, or correct what its job says it creates",
            )
        return _Value(values=paths, wide=len(paths) > 1)

    def _inputs(self, step: Step) -> Iterator[str]:
        """Yield the files of the project that a step reads."""
        job = self._jobs[step.name]
        for name, value in step.constants.items():
            if name in job.inputs:
                yield from _project_paths(value, molecules=job.inputs[name].type is InputType.MOLECULES)
        for pipe in step.pipes:
            if pipe.source is not Source.WORKFLOW:
                continue
            declared = pipe.name in self._workflow.block("inputs")
            own = job.inputs.get(pipe.variable)
            if declared or (own is not None and pipe.name not in self._workflow.declared):
                molecules = self._workflow.takes_molecules(pipe.name) or (
                    own is not None and own.type is InputType.MOLECULES
                )
                yield from _project_paths(self._given[pipe.name], molecules=molecules)

    def _lands(self, step: Step) -> Iterator[str]:
        """Yield what a step writes that is a result of the whole workflow."""
        job = self._jobs[step.name]
        for pipe in step.pipes:
            if pipe.source is not Source.WORKFLOW:
                continue
            undeclared = pipe.name not in self._workflow.declared and pipe.variable in job.outputs
            if pipe.name in self._workflow.block("outputs") or undeclared:
                yield from _texts(self._given[pipe.name])


def is_pattern(path: str) -> bool:
    """Tell whether a path stands for whatever matches it."""
    return any(character in path for character in _GLOB)


def landing(path: str, replica: int, replicas: int) -> str:
    """Return where in the project a result lies; those of several replicas are numbered from 1."""
    if replicas == 1:
        return path
    folder, slash, name = path.rpartition("/")
    stem, dot, suffix = name.partition(".")
    return f"{folder}{slash}{stem}-{replica + 1}{dot}{suffix}"


def _replicas(step: Step, values: Mapping[str, _Value]) -> int:
    wide = {name: len(value.values) for name, value in values.items() if value.wide}
    if len(set(wide.values())) > 1:
        counts = ", ".join(f"{name} {count}" for name, count in wide.items())
        raise StepFault(
            MISMATCH,
            f"the step {step.name} would run once for each file, but its variables have different numbers of them: "
            f"{counts}",
            "take these variables in steps of their own, or have the steps before make as many files each",
        )
    replicas = max(wide.values(), default=1)
    if replicas > MOST_REPLICAS:
        raise StepFault(
            MISMATCH,
            f"the step {step.name} would run {replicas} times; {MOST_REPLICAS} times is the most",
            "have the step before make fewer, larger files",
        )
    return replicas


def _named(pipe: Pipe, before: Ended, job: Job) -> Json:
    """Return the value that a variable has in an earlier step, as it is there."""
    option = job.options.get(pipe.name)
    found = before.variables.get(pipe.name, before.creates.get(pipe.name, option.default if option else None))
    if found is None:
        raise StepFault(
            COMMAND,
            f"the step {pipe.step} has no variable {pipe.name}",
            "correct the plumbing of the workflow",
        )
    return found


def _paths(one: Ended, output: str, *, several: bool) -> Sequence[str]:
    made, creates = one.made.get(output, ()), one.creates.get(output, "")
    if not several and not is_pattern(creates):
        return [f"{one.folder}/{creates}"]
    return [f"{one.folder}/{path}" for path in made]


def _texts(value: Json) -> Sequence[str]:
    given = value if isinstance(value, list) else [value]
    return [one for one in given if isinstance(one, str) and one]


def _project_paths(value: Json, *, molecules: bool) -> Iterator[str]:
    for text in _texts(value):
        if molecules and not text.startswith(FILE_PREFIX):
            continue
        path = text.removeprefix(FILE_PREFIX).strip("/")
        if path and not path.startswith(FOLDER):
            yield path


def _mentioned(value: Json, folders: frozenset[str]) -> Iterator[str]:
    for text in _texts(value):
        first = text.removeprefix(FILE_PREFIX).partition("/")[0]
        if first in folders:
            yield first
