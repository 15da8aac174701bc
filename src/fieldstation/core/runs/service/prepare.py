"""What a submission comes to: everything about it that can be refused is refused here, and nothing is changed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fieldstation.core.accounting.service import Paying
from fieldstation.core.datasets.model import Destination
from fieldstation.core.datasets.service import Datasets
from fieldstation.core.datasets.service.use import DataUse
from fieldstation.core.images.service import Images
from fieldstation.core.people.model import Caller, Kind, Permission, Thing
from fieldstation.core.people.service import People
from fieldstation.core.projects.service import Projects
from fieldstation.core.runs.model.reuse import NotReusable, reuse_parts
from fieldstation.core.runs.model.values import Run, RunInput, Submission
from fieldstation.core.runs.service.inputs import Inputs
from fieldstation.core.runs.store import runs as run_store
from fieldstation.core.tools.model.definition import Definition
from fieldstation.core.tools.model.published import ResolvedTool
from fieldstation.core.tools.model.render import fill, render
from fieldstation.core.tools.service import Tools
from fieldstation.db import Tx
from fieldstation.db.outbox import Outbox
from fieldstation.kernel.canonical import digest
from fieldstation.kernel.errors import Invalid, Problem

_RESOURCES = {"cpu": float, "memory_bytes": int, "disk_bytes": int, "pids": int}
_HIGHEST_PRIORITY = 9


@dataclass(frozen=True, kw_only=True)
class Collaborators:
    """The features that a submit stands on."""

    people: People
    datasets: Datasets
    use: DataUse
    tools: Tools
    images: Images
    outbox: Outbox


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A submission that will be taken: with its defaults filled, its references resolved, and what it may reuse."""

    project: str
    tool: ResolvedTool
    parameters: Mapping[str, Any]
    inputs: Sequence[RunInput]
    resources: Mapping[str, Any]
    priority: int
    image: str | None  # of a container, pinned; None for `host:` and `station:`
    output: Destination
    parts: Mapping[str, Any] | NotReusable

    @property
    def reuse_key(self) -> str | None:
        """What runs that are the same have in common; None for one that can never be reused."""
        return None if isinstance(self.parts, NotReusable) else digest(self.parts)

    @property
    def soft_seconds(self) -> float:
        """After how long the run will be asked to end."""
        return self.tool.definition.limits.soft_seconds or self.tool.definition.limits.hard_seconds


class Preparing:
    """Judges submissions."""

    def __init__(self, parts: Collaborators, projects: Projects, paying: Paying) -> None:
        self._people = parts.people
        self._projects = projects
        self._paying = paying
        self._tools = parts.tools
        self._use = parts.use
        self._inputs = Inputs(parts.datasets, parts.use)
        self._images = parts.images

    def prepare(self, tx: Tx, caller: Caller, submission: Submission) -> Prepared:
        """Return what a submission comes to; raises all that `Submits.submit` does, but for its data set of outputs.

        OutOfCoins: the product that pays for the project is at its limit.
        """
        project = submission.project or caller.space
        self._people.decide(tx, caller, Permission.PROJECT_RUN, Thing(kind=Kind.PROJECT, id=project))
        payer = self._projects.payer(tx, caller, project)
        self._paying.require(tx, payer.product)
        _check_texts(submission)
        tool = self._tools.resolve(tx, caller, submission.tool)
        definition = tool.definition
        parameters = fill(definition, submission.parameters)
        inputs = self._inputs.resolve(tx, caller, definition, submission.inputs)
        _check_command(definition, parameters, inputs)
        image = self._images.pin(tx, definition.image)
        shown = self._images.seen(definition.image, image)
        parts = reuse_parts(definition, tool.revision, parameters, inputs, shown, submission.tag)
        if inputs and self._use.in_place(tx, [item.version_id for item in inputs]):
            parts = NotReusable(why="an input lies in place, where it can change")
        return Prepared(
            project=project,
            tool=tool,
            parameters=parameters,
            inputs=inputs,
            resources=_resources(definition, submission.resources),
            priority=_priority(submission.priority),
            image=image,
            output=Destination(
                dataset=submission.output or f"{tool.name}-results", unit=submission.unit, usual_unit=payer.unit
            ),
            parts=parts,
        )

    def reusable(self, tx: Tx, caller: Caller, prepared: Prepared) -> Run | None:
        """Return the run whose result would be taken for this one, if there is one that the caller may take."""
        key = prepared.reuse_key
        if key is None:
            return None
        return next((run for run in run_store.reusable(tx, key) if self._may_take(tx, caller, run)), None)

    def _may_take(self, tx: Tx, caller: Caller, run: Run) -> bool:
        """Tell whether a result is there still and the caller may read it; one without outputs is its project's."""
        if run.output is not None:
            return bool(self._use.readable(tx, caller, [run.output.version_id]))
        return self._people.may(tx, caller, Permission.PROJECT_READ, Thing(kind=Kind.PROJECT, id=run.project_id))


def _check_texts(submission: Submission) -> None:
    texts = {"/name": submission.name, "/tag": submission.tag}
    problems = [
        Problem(where=where, text="cannot hold NUL or half of a surrogate pair")
        for where, given in texts.items()
        if given and any(character == "\0" or "\ud800" <= character <= "\udfff" for character in given)
    ]
    if problems:
        raise Invalid("a text cannot be kept", next_step="mend what `problems` names", problems=problems)


def _check_command(definition: Definition, parameters: Mapping[str, Any], inputs: Sequence[RunInput]) -> None:
    """Write the command once, so that one which no program would take is refused now and not when it starts."""
    paths: dict[str, list[str]] = defaultdict(list)
    for item in inputs:
        paths[item.slot].append(item.target)
    render(definition, parameters, paths)


def _resources(definition: Definition, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    asked = definition.resources
    resources = {name: wanted.get(name, getattr(asked, name)) for name in _RESOURCES}
    problems = [
        Problem(where=f"/resources/{name}", text="must be a number above 0")
        for name, value in resources.items()
        if not isinstance(value, int | float) or isinstance(value, bool) or value <= 0
    ]
    problems += [
        Problem(where=f"/resources/{name}", text=f"is unknown; known are {', '.join(_RESOURCES)}")
        for name in wanted
        if name not in _RESOURCES
    ]
    if problems:
        raise Invalid("the resources asked for have faults", next_step="mend what `problems` names", problems=problems)
    return resources


def _priority(priority: int) -> int:
    if not 0 <= priority <= _HIGHEST_PRIORITY:
        raise Invalid(
            "the priority is out of range",
            next_step="give a priority from 0 (last) to 9 (first)",
            problems=[Problem(where="/priority", text="must be from 0 to 9")],
        )
    return priority
