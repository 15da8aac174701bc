"""Looking at a workflow before it runs: every fault at once, at three levels."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from fieldstation.core.pipelines.model.definition import Pipe, Reading, Source, Step, Workflow
from fieldstation.core.pipelines.model.faults import FORM, JOBS, LACKING, PLUMBING, TWICE, VARIABLES, Verdict
from fieldstation.core.pipelines.model.form import LINK_GLOB
from fieldstation.core.tools.model.fields import did_you_mean
from fieldstation.core.tools.model.jobs import JobName
from fieldstation.core.tools.model.squonk.job import Job
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Problem

Jobs = Mapping[JobName, Job]


def check_form(reading: Reading) -> Verdict:
    """Look at the form of a definition."""
    return Verdict(number=FORM, problems=reading.faults) if reading.faults else Verdict()


def check_steps(workflow: Workflow) -> Verdict:
    """Look at what the steps of a workflow have to do with one another."""
    counted = Counter(step.name for step in workflow.steps)
    twice = [name for name, count in counted.items() if count > 1]
    if twice:
        text = f"is the name of {counted[twice[0]]} steps; each needs one of its own"
        return Verdict(number=TWICE, problems=[Problem(where=f"/steps/{name}", text=text) for name in twice])
    problems = list(_unplumbed(workflow))
    if not problems:
        problems = [
            Problem(where=f"/steps/{name}", text="waits, through other steps, for itself") for name in circle(workflow)
        ]
    return Verdict(number=PLUMBING, problems=problems) if problems else Verdict()


def check_run(workflow: Workflow, jobs: Jobs, given: Mapping[str, Json], unusable: Mapping[JobName, str]) -> Verdict:
    """Look at what a run needs; `jobs` are those that may be used, `unusable` says why some of them cannot be now."""
    verdict = check_steps(workflow)
    if not verdict.sound:
        return verdict
    known = {**workflow.defaults, **given}
    missing = [name for name in workflow.asked if known.get(name) is None]
    if missing:
        return Verdict(number=VARIABLES, problems=[Problem(where=f"/variables/{one}", text=_NEEDED) for one in missing])
    templates = [name for name in workflow.asked if _is_template(known[name])]
    if templates:
        text = "holds {{, {% or {#, which no value may"
        return Verdict(number=LACKING, problems=[Problem(where=f"/variables/{name}", text=text) for name in templates])
    gone = list(_gone(workflow, jobs, unusable))
    if gone:
        return Verdict(number=JOBS, problems=gone)
    lacking = [problem for step in workflow.steps for problem in _lacking(step, workflow, jobs)]
    return Verdict(number=LACKING, problems=lacking) if lacking else Verdict()


_TEMPLATES = ("{{", "{%", "{#")
_NEEDED = "has no value; every variable that a step takes from the workflow needs one"


def _is_template(value: Json) -> bool:
    texts = value if isinstance(value, list) else [value]
    return any(isinstance(text, str) and mark in text for text in texts for mark in _TEMPLATES)


def circle(workflow: Workflow) -> Sequence[str]:
    """Return the steps that can never begin, since they wait for one another; none in a sound workflow."""
    waiting = {step.name: set(step.providers) for step in workflow.steps}
    while free := [name for name, providers in waiting.items() if not providers & waiting.keys()]:
        for name in free:
            del waiting[name]
    return tuple(waiting)


def obtainable(pipe: Pipe, provider: Step, job: Job) -> bool:
    """Tell whether a step has this variable for others: as a value of its own, or as what its job makes."""
    own = {*provider.constants, *(one.variable for one in provider.pipes), *job.outputs}
    option = job.options.get(pipe.name)
    return pipe.name in own or (option is not None and option.default is not None)


def _unplumbed(workflow: Workflow) -> Iterator[Problem]:
    if not workflow.steps:
        yield Problem(where="/steps", text="are none; a workflow has at least one")
    names = {step.name for step in workflow.steps}
    for step in workflow.steps:
        where = f"/steps/{step.name}/plumbing"
        counted = Counter(pipe.variable for pipe in step.pipes)
        for variable in [variable for variable, count in counted.items() if count > 1]:
            yield Problem(where=f"{where}/{variable}", text="gets its value from two places")
        for pipe in step.pipes:
            if pipe.source is Source.STEP and pipe.step not in names:
                text = f"comes from a step {pipe.step!r} that there is not{did_you_mean(str(pipe.step), names)}"
                yield Problem(where=f"{where}/{pipe.variable}", text=text)
            if pipe.source is Source.PREDEFINED and pipe.name != LINK_GLOB:
                text = f"takes {pipe.name!r}, which is not predefined; only {LINK_GLOB} is"
                yield Problem(where=f"{where}/{pipe.variable}", text=text)


def _gone(workflow: Workflow, jobs: Jobs, unusable: Mapping[JobName, str]) -> Iterator[Problem]:
    for step in workflow.steps:
        name = step.job
        spoken = f"{name.collection}/{name.job}@{name.version}"
        if name not in jobs:
            yield Problem(where=f"/steps/{step.name}", text=f"there is no job {spoken}, or you may not use it")
        elif name in unusable:
            yield Problem(where=f"/steps/{step.name}", text=f"the job {spoken} cannot be used now: {unusable[name]}")


def _lacking(step: Step, workflow: Workflow, jobs: Jobs) -> Iterator[Problem]:
    """Name variables that a step's job needs and nobody gives, and those that the step before cannot give."""
    job = jobs[step.job]
    given = {*step.constants, *(pipe.variable for pipe in step.pipes)}
    given |= {name for name, option in job.options.items() if option.default is not None}
    for name in job.required:
        if name not in given:
            yield Problem(where=f"/steps/{step.name}/{name}", text="is required by its job, and nothing gives it")
    providers = {one.name: one for one in workflow.steps}
    for pipe in step.pipes:
        provider = providers.get(pipe.step or "")
        if provider is not None and not obtainable(pipe, provider, jobs[provider.job]):
            text = f"comes from {pipe.name!r} of the step {provider.name}, whose job has no such variable"
            yield Problem(where=f"/steps/{step.name}/plumbing/{pipe.variable}", text=text)
