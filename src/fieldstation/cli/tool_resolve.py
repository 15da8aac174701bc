"""`fieldstation tool resolve`: what definitions would run, with no station."""

import json
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from fieldstation.cli.tool_files import Unreadable, read_text
from fieldstation.cli.tool_hysds import Asked, documents_in, resolved_entries
from fieldstation.cli.user.verb import spread
from fieldstation.core.tools.model.hysds.pair import DocumentKind
from fieldstation.core.tools.model.squonk.forms import MANIFEST_KIND
from fieldstation.core.tools.model.squonk.read import JobFile, ReadJob, kind_of_text, read_jobs, read_manifest
from fieldstation.core.tools.model.squonk.sample import fill_from_test
from fieldstation.gateways.lambdas import BoundedLambdas
from fieldstation.gateways.templates import BoundedTemplates
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Invalid, Problem
from fieldstation.ports.templates import Template, Templates

_Entry = dict[str, Json]


@dataclass(frozen=True, kw_only=True)
class _Call:
    """One test of a job: what it is, and the command to expand, or the entry that says why there is none."""

    about: _Entry
    template: Template | None = None


def tool_resolve(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE…", help="Squonk2 manifests or job definition files, or HySDS documents.", show_default=False
        ),
    ],
    tests: Annotated[bool, typer.Option("--tests", help="Resolve the calls of each job's own tests.")] = False,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Refuse undeclared variables, numbers for text, and files that break a rule."),
    ] = False,
    hysds: Asked = Asked(),  # noqa: B008  frozen
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output, nothing else.")
    ] = False,
) -> None:
    """Print what the definitions in files would run; needs no station.

    Ends with 1 where a file or a job cannot be read; a call that is refused is told as `error` among the others.
    """
    documents, others = documents_in(files, frozenset(DocumentKind))
    if others and not tests and hysds.rule is None:
        raise typer.BadParameter("say what to resolve: --tests for the tests in the files", param_hint="--tests")
    calls = [call for file in others for call in _calls(file, strict=strict)]
    with closing(BoundedTemplates()) as templates, closing(BoundedLambdas()) as lambdas:
        entries = list(_resolved(calls, templates))
        if documents:
            entries += resolved_entries(documents, hysds, lambdas, strict=strict)
    if as_json:
        print(json.dumps(entries, indent=2, ensure_ascii=False))
    else:
        for entry in entries:
            _show(entry)
    if any("error" in entry and not {"test", "hits"} & set(entry) for entry in entries):  # a refusal is an answer
        raise typer.Exit(1)


resolve = spread(tool_resolve)


def _calls(file: str, *, strict: bool) -> Iterator[_Call]:
    try:
        text = read_text(file)
    except Unreadable as error:
        yield _Call(about={"file": file, "error": f"the file {error.problem.text}"})
        return
    if kind_of_text(text) != MANIFEST_KIND:
        yield from _calls_of(file, read_jobs(text, strict=strict), strict=strict)
        return
    manifest = read_manifest(text, strict=strict)
    yield from _faults(file, manifest.faults)
    for name in manifest.files:
        yield from _calls(str(Path(file).parent / name), strict=strict)


def _calls_of(file: str, read: JobFile, *, strict: bool) -> Iterator[_Call]:
    yield from _faults(file, read.faults)
    for one in read.jobs:
        for name, test in one.tests.items():
            yield _call(file, one, name, test, strict=strict)


def _faults(file: str, faults: tuple[Problem, ...]) -> Iterator[_Call]:
    """Tell the faults of a file: one entry for each job, and one for what is no single job's."""
    jobs: dict[str, list[str]] = {}
    for fault in faults:
        steps = fault.where.split("/")
        job = steps[2] if steps[1:2] == ["jobs"] and len(steps) > 2 else ""
        jobs.setdefault(job, []).append(f"line {fault.line}: {fault.where} {fault.text}")
    for job, texts in jobs.items():
        yield _Call(about={"file": file, **({"job": job} if job else {}), "error": "; ".join(texts)})


def _call(file: str, read: ReadJob, name: str, test: Mapping[str, Any], *, strict: bool) -> _Call:
    job = read.job
    about: _Entry = {
        "file": file, "collection": job.collection, "job": job.name, "version": job.version, "test": name
    }  # fmt: skip
    try:
        return _Call(about=about, template=fill_from_test(job, test, strict=strict).command)
    except Invalid as error:
        said = "; ".join(f"{problem.where.removeprefix('/')} {problem.text}" for problem in error.problems)
        return _Call(about={**about, "error": said})


def _resolved(calls: list[_Call], templates: Templates) -> Iterator[_Entry]:
    expanded = iter(templates.expand([call.template for call in calls if call.template is not None]))
    for call in calls:
        if call.template is None:
            yield call.about
            continue
        one = next(expanded)
        made: _Entry = {"error": one.fault} if one.fault else {"command": one.text, "argv": list(one.arguments)}
        yield {**call.about, **made}


def _show(entry: _Entry) -> None:
    name = " ".join(str(entry[part]) for part in ("job", "test") if part in entry) or str(entry["file"])
    if "error" in entry:
        print(f"{name}: error: {entry['error']}", file=sys.stderr)
    elif "payload_hash" in entry:
        print(f"{name}: {entry['command']}")
        made_up = " (with a record that stands in for the container's)" if "stand_in" in entry else ""
        print(f"  payload hash {entry['payload_hash']}{made_up}")
        for place in entry["localize_urls"]:  # type: ignore[union-attr]
            print(f"  localises {place['url']}")  # type: ignore[index,call-overload]
    else:
        print(f"{name}: {shlex.join(map(str, entry['argv']))}")  # type: ignore[arg-type]
