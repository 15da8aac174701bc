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
from fieldstation.cli.tool_hysds import PAIRS, documents_in, read_documents
from fieldstation.core.tools.model.check import check
from fieldstation.core.tools.model.hysds.pair import ReadPair, document_file, kind_of_document
from fieldstation.core.tools.model.hysds.spec import LIMIT_GAP_SECONDS
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
        typer.Option("--strict", help="Of others' files: refuse whatever the strictest published rules refuse."),
    ] = False,
    limit_gap: Annotated[
        int,
        typer.Option(
            "--limit-gap",
            metavar="SECONDS",
            min=0,
            help="Of HySDS files: how far the hard limit is kept above the soft one; workers of HySDS keep 300.",
        ),
    ] = LIMIT_GAP_SECONDS,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output, nothing else.")
    ] = False,
) -> None:
    """Check tool definitions and list every fault; needs no station."""
    hysds, others = documents_in(files)
    with closing(BoundedTemplates()) as templates:
        reports = [report for file in others for report in _check_file(file, templates, strict=strict)]
    pairs = read_documents(hysds, strict=strict, gap_seconds=limit_gap)
    reports += [report for pair in pairs for report in _check_pair(pair)]
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
    if (document := kind_of_document(file, text)) in PAIRS:  # from standard input, which was not looked into before
        for pair in read_documents([document_file(file, document, text)], strict=strict):
            yield from _check_pair(pair)
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


def _check_pair(read: ReadPair) -> Iterator[_Report]:
    """Report each file of a pair; the tool that they make stands with the first."""
    tools = [_about_pair(read)] if not read.faults else []
    for file in read.pair.files:
        yield _Report(
            file=file.file,
            tools=tools,
            faults=tuple(problem for name, problem in read.faults if name == file.file),
            warnings=tuple(problem for name, problem in read.warnings if name == file.file),
        )
        tools = []


def _about_pair(read: ReadPair) -> dict[str, Json]:
    """Tell what a pair, or one of it alone, says of itself."""
    about: dict[str, Json] = {"format": "hysds", "name": read.pair.name}
    about |= {str(file.kind): file.file for file in read.pair.files}
    if read.tool is not None:
        about |= {"version": read.tool.version} if read.tool.version else {}
        about |= {"title": read.tool.title, "revision": read.tool.revision}
    if (io := read.io) is not None:
        about |= {"component": io.component, "action-type": io.action, "allowed_accounts": list(io.accounts)}
        about |= {"enable_dedup": io.enable_dedup, "label": io.label or read.pair.name}
        about |= {"submission_type": io.submission_for(passes_query=io.passes_query)}
    if (spec := read.spec) is not None:
        limits = spec.limits
        said = {"soft_seconds": limits.soft_seconds, "hard_seconds": limits.hard_seconds}
        said |= {"disk_bytes": limits.disk_bytes}
        about |= {name: value for name, value in said.items() if value is not None}
        about |= {"recommended_queues": list(spec.recommended_queues), "required_queues": list(spec.required_queues)}
        about |= {"before": list(spec.before), "after": list(spec.after)}
    return about


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
        version = f" {tool['version']}" if "version" in tool else ""
        revision = f", revision {tool['revision']}" if "revision" in tool else ""
        print(f"{report.file}: {name}{version} is sound{revision}")
