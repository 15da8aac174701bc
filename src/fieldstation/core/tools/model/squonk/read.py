"""Reading job definition files and manifests: what is sound, what is not and why, each by line and column."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from textwrap import dedent
from typing import Any

from fieldstation.core.tools.model.document import PYYAML, Node, at_path, plain, read_document
from fieldstation.core.tools.model.fields import kind_of
from fieldstation.core.tools.model.squonk.conform import conform
from fieldstation.core.tools.model.squonk.forms import (
    JOB_FILE,
    JOB_FILE_KIND,
    MANIFEST,
    MANIFEST_KIND,
    WORKFLOW_KIND,
    Schema,
)
from fieldstation.core.tools.model.squonk.job import Job
from fieldstation.core.tools.model.squonk.judge import Finding, judge
from fieldstation.core.tools.model.squonk.remarks import remarks
from fieldstation.kernel.errors import Problem
from fieldstation.ports.templates import Template, Templates


@dataclass(frozen=True, kw_only=True)
class ReadJob:
    """A job that was read: its text as its author wrote it, its tests by name, and where its command stands."""

    job: Job
    text: str
    tests: Mapping[str, Mapping[str, Any]]
    command_line: int
    command_column: int

    def command_problem(self, text: str) -> Problem:
        """Name a fault of its command."""
        where = f"/jobs/{self.job.name}/command"
        return Problem(where=where, text=text, line=self.command_line, column=self.command_column)


@dataclass(frozen=True, kw_only=True)
class JobFile:
    """What a job definition file holds. `failed` are its jobs that cannot be used; their faults are among `faults`."""

    collection: str | None = None
    jobs: tuple[ReadJob, ...] = ()
    failed: tuple[str, ...] = ()
    faults: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a manifest names; of use only without faults."""

    files: tuple[str, ...] = ()
    description: str = ""
    faults: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def kind_of_text(text: str) -> str | None:
    """Return what a YAML text calls itself; None when it says nothing, or cannot be read."""
    root = read_document(text, PYYAML).root
    fields = root.value if root is not None else None
    if not isinstance(fields, Mapping):
        return None
    kind = fields.get("kind")
    if kind is None:
        return JOB_FILE_KIND if {"collection", "jobs"} <= set(fields) else None
    return kind.value if isinstance(kind.value, str) else None


def read_manifest(text: str, *, strict: bool = False) -> Manifest:
    """Read a manifest. Never raises: `strict` makes a fault of what is passed over otherwise."""
    judged = _judged(text, MANIFEST, MANIFEST_KIND, strict=strict)
    if judged.faults or judged.document is None:
        return Manifest(faults=judged.faults, warnings=judged.warnings)
    names = judged.document["job-definition-files"]
    return Manifest(
        files=tuple(dict.fromkeys(names)),
        description=judged.document.get("description", ""),
        warnings=judged.warnings,
    )


def read_jobs(text: str, *, strict: bool = False) -> JobFile:
    """Read a job definition file. Never raises: a faulty job is named and the others are read.

    `strict` keeps the published rules to the letter: whatever they refuse is a fault, and no job of the file is read.
    """
    judged = _judged(text, JOB_FILE, JOB_FILE_KIND, strict=strict)
    document, root = judged.document, judged.root
    if document is None or root is None or judged.whole or (strict and judged.faults):
        return JobFile(failed=tuple(_job_nodes(root)), faults=judged.faults, warnings=judged.warnings)
    nodes = _job_nodes(root)
    sound = {name: about for name, about in document["jobs"].items() if name not in judged.failed}
    tests = {name: about.pop("tests", {}) for name, about in sound.items()}
    jobs = {name: Job(collection=document["collection"], name=name, document=about) for name, about in sound.items()}
    doubts = [one for name, job in jobs.items() for one in remarks(job, nodes[name])]
    return JobFile(
        collection=document["collection"],
        jobs=tuple(_read_job(job, nodes, _excerpt(text, nodes, name), tests[name]) for name, job in jobs.items()),
        failed=tuple(name for name in nodes if name in judged.failed),
        faults=judged.faults,
        warnings=_in_order([*judged.warnings, *doubts]),
    )


def with_commands_tried(file: JobFile, templates: Templates) -> JobFile:
    """Take out the jobs whose commands are no templates, and name their faults. Waits for a process."""
    tried = templates.expand([Template(text=read.job.command, values={}, command=True) for read in file.jobs])
    malformed = {
        read.job.name: read.command_problem(one.fault or "")
        for read, one in zip(file.jobs, tried, strict=True)
        if one.malformed
    }
    return replace(
        file,
        jobs=tuple(read for read in file.jobs if read.job.name not in malformed),
        failed=(*file.failed, *malformed),
        faults=_in_order([*file.faults, *malformed.values()]),
    )


def _read_job(job: Job, nodes: Mapping[str, Node], text: str, tests: Mapping[str, Mapping[str, Any]]) -> ReadJob:
    command = at_path(nodes[job.name], iter(("command",)))
    return ReadJob(job=job, text=text, tests=tests, command_line=command.line, command_column=command.column)


@dataclass(frozen=True, kw_only=True)
class _Judged:
    """A text after both looks at it; `whole`: a fault that is no single job's; `failed`: jobs with faults."""

    root: Node | None = None
    document: dict[str, Any] | None = None
    faults: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    whole: bool = False
    failed: frozenset[str] = field(default_factory=frozenset)


def _judged(text: str, form: Schema, kind: str, *, strict: bool) -> _Judged:
    read = read_document(text, PYYAML)
    if read.root is None:
        empty = Problem(where="/", text="the text is empty", line=1, column=1)
        return _Judged(faults=read.faults or (empty,), whole=True)
    if (refusal := _other(read.root, kind)) is not None:
        return _Judged(root=read.root, faults=(*read.faults, refusal), whole=True)
    first = judge(read.root, form, plain(read.root))
    document = conform(form, read.root)
    assert isinstance(document, dict)
    second = [one for one in judge(read.root, form, document) if not one.passed]
    hard = [one for one in first if strict or not one.passed]
    hard += [one for one in second if one.path not in {known.path for known in hard}]
    written = [Finding(path=_path(fault.where), problem=fault, passed=False) for fault in read.faults]
    faults = [*written, *hard]
    return _Judged(
        root=read.root,
        document=document,
        faults=_in_order(_plainly(one) for one in faults),
        warnings=_in_order(one.problem for one in first if one.passed and not strict),
        whole=any(one.job is None for one in faults),
        failed=frozenset(one.job for one in faults if one.job is not None),
    )


def _plainly(finding: Finding) -> Problem:
    one = finding.problem
    return Problem(where=one.where, text=one.text.removesuffix(" (passed over)"), line=one.line, column=one.column)


def _other(root: Node, kind: str) -> Problem | None:
    """Name what a document is instead, if it is plainly something else."""
    if not isinstance(root.value, Mapping):
        return root.problem(f"must be a mapping with kind: {kind}, not {kind_of(root)}")
    said = root.value.get("kind")
    if said is not None and said.value == WORKFLOW_KIND:
        return said.problem("is a workflow, which runs jobs and defines none")
    return None


def _job_nodes(root: Node | None) -> Mapping[str, Node]:
    fields = root.value if root is not None else None
    jobs = fields.get("jobs") if isinstance(fields, Mapping) else None
    return jobs.value if jobs is not None and isinstance(jobs.value, Mapping) else {}


def _excerpt(text: str, jobs: Mapping[str, Node], name: str) -> str:
    """Return the lines in which a job stands."""
    lines = text.splitlines()
    begins = jobs[name].key_line
    later = [node.key_line for node in jobs.values() if node.key_line > begins]
    chosen = lines[begins - 1 : min(later, default=len(lines) + 1) - 1]
    return dedent("\n".join(chosen)).rstrip() + "\n"


def _path(pointer: str) -> tuple[str, ...]:
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:] if step)


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    found: Sequence[Problem] = list(dict.fromkeys(problems))
    return tuple(sorted(found, key=lambda problem: (problem.line or 0, problem.column or 0)))
