"""`fieldstation tool check`: whether definitions are sound, with no station."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from fieldstation.cli.tool_files import Unreadable, read_text
from fieldstation.core.tools.model.check import check
from fieldstation.core.tools.model.squonk.forms import JOB_FILE_KIND, MANIFEST_KIND, WORKFLOW_KIND
from fieldstation.core.tools.model.squonk.job import Job
from fieldstation.core.tools.model.squonk.read import kind_of_text, read_jobs, read_manifest, with_commands_tried
from fieldstation.gateways.templates import BoundedTemplates
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Problem
from fieldstation.ports.templates import Templates


@dataclass(frozen=True, kw_only=True)
class _Report:
    """What was found in one file; `tools` are those of it that are sound."""

    file: str
    tools: Sequence[dict[str, Json]] = ()
    faults: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def tool_check(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE…", help="Definitions to check; - reads standard input.", show_default=False),
    ],
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Of Squonk2 files: refuse whatever the strictest published rules refuse."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output, nothing else.")
    ] = False,
) -> None:
    """Check tool definitions and list every fault; needs no station."""
    with closing(BoundedTemplates()) as templates:
        reports = [report for file in files for report in _check_file(file, templates, strict=strict)]
    if as_json:
        print(json.dumps(_document(reports), indent=2, ensure_ascii=False))
    else:
        for report in reports:
            _show(report)
    if any(report.faults for report in reports):
        if not as_json:
            print("next: mend the faults and check again", file=sys.stderr)
        raise typer.Exit(1)


def _check_file(file: str, templates: Templates, *, strict: bool) -> Iterator[_Report]:
    try:
        text = read_text(file)
    except Unreadable as error:
        yield _Report(file=file, faults=(error.problem,))
        return
    kind = kind_of_text(text)
    if kind == MANIFEST_KIND:
        yield from _check_manifest(file, text, templates, strict=strict)
    elif kind in (JOB_FILE_KIND, WORKFLOW_KIND):
        yield _check_jobs(file, text, templates, strict=strict)
    else:
        yield _check_native(file, text)


def _check_native(file: str, text: str) -> _Report:
    checked = check(text)
    tools: list[dict[str, Json]] = []
    if (found := checked.definition) is not None:
        about = {"name": found.name, "version": found.version, "title": found.title, "revision": found.revision}
        tools.append({"format": "native", **about})
    return _Report(file=file, tools=tools, faults=checked.faults, warnings=checked.warnings)


def _check_jobs(file: str, text: str, templates: Templates, *, strict: bool) -> _Report:
    checked = with_commands_tried(read_jobs(text, strict=strict), templates)
    tools = [_about(read.job) for read in checked.jobs]
    return _Report(file=file, tools=tools, faults=checked.faults, warnings=checked.warnings)


def _about(job: Job) -> dict[str, Json]:
    return {
        "format": "squonk2",
        "collection": job.collection,
        "name": job.name,
        "version": job.version,
        "title": job.title,
        "revision": job.revision,
    }


def _check_manifest(file: str, text: str, templates: Templates, *, strict: bool) -> Iterator[_Report]:
    """Check a manifest and the files that it names, where they lie beside it."""
    manifest = read_manifest(text, strict=strict)
    report = _Report(file=file, faults=manifest.faults, warnings=manifest.warnings)
    beside: list[_Report] = []
    for name in manifest.files:
        path = str(Path(file).parent / name)
        try:
            beside.append(_check_jobs(path, read_text(path), templates, strict=strict))
        except Unreadable:
            away = Problem(
                where="/job-definition-files", text=f"{name} is not beside it, so its jobs were not looked at"
            )
            report = replace(report, warnings=(*report.warnings, away))
    yield report
    yield from beside


def _document(reports: list[_Report]) -> Json:
    return {
        "tools": [{"file": report.file, **tool} for report in reports for tool in report.tools],
        "faults": [_problem(report.file, problem) for report in reports for problem in report.faults],
        "warnings": [_problem(report.file, problem) for report in reports for problem in report.warnings],
    }


def _problem(file: str, problem: Problem) -> Json:
    place = {"line": problem.line, "column": problem.column} if problem.line is not None else {}
    return {"file": file, "where": problem.where, **place, "text": problem.text}


def _show(report: _Report) -> None:
    for kind, problems in (("fault", report.faults), ("warning", report.warnings)):
        for problem in problems:
            place = f":{problem.line}:{problem.column}" if problem.line is not None else ""
            where = "" if problem.where == "/" else f"{problem.where} "
            print(f"{report.file}{place}: {kind}: {where}{problem.text}")
    for tool in report.tools:
        name = "/".join(str(tool[part]) for part in ("collection", "name") if part in tool)
        print(f"{report.file}: {name} {tool['version']} is sound, revision {tool['revision']}")
