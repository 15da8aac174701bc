"""`fieldstation workflow check`: whether workflow definitions are sound, with no station."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from fieldstation.cli.tool_files import Unreadable, read_text
from fieldstation.core.pipelines.model.check import check_steps
from fieldstation.core.pipelines.model.definition import Workflow, read_workflow
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Invalid, Problem, TooLarge


@dataclass(frozen=True, kw_only=True)
class _Report:
    """What was found in one file."""

    file: str
    workflow: Workflow | None = None
    faults: Sequence[Problem] = ()


def workflow_check(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE…", help="Definitions to check; - reads standard input.", show_default=False),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output, nothing else.")
    ] = False,
) -> None:
    """Check workflow definitions and list every fault; needs no station."""
    reports = [_checked(file) for file in files]
    if as_json:
        print(json.dumps(_document(reports), indent=2, ensure_ascii=False))
    else:
        for report in reports:
            _show(report)
    if any(report.faults for report in reports):
        if not as_json:
            print("next: mend the faults and check again", file=sys.stderr)
        raise typer.Exit(1)


def _checked(file: str) -> _Report:
    try:
        reading = read_workflow(read_text(file))
    except Unreadable as error:
        return _Report(file=file, faults=[error.problem])
    except (Invalid, TooLarge) as error:
        return _Report(file=file, faults=[Problem(where="/", text=error.text)])
    workflow = reading.workflow
    if workflow is None:
        return _Report(file=file, faults=reading.faults)
    faults = check_steps(workflow).problems
    return _Report(file=file, workflow=None if faults else workflow, faults=faults)


def _document(reports: Sequence[_Report]) -> Json:
    return {
        "workflows": [
            {
                "file": report.file,
                "name": report.workflow.name,
                "steps": [step.name for step in report.workflow.steps],
                "variables": list(report.workflow.asked),
            }
            for report in reports
            if report.workflow is not None
        ],
        "faults": [_problem(report.file, fault) for report in reports for fault in report.faults],
    }


def _problem(file: str, problem: Problem) -> dict[str, Json]:
    place: dict[str, Json] = {} if problem.line is None else {"line": problem.line, "column": problem.column}
    return {"file": file, "where": problem.where, **place, "text": problem.text}


def _show(report: _Report) -> None:
    for problem in report.faults:
        place = f":{problem.line}:{problem.column}" if problem.line is not None else ""
        where = "" if problem.where == "/" else f"{problem.where} "
        print(f"{report.file}{place}: fault: {where}{problem.text}")
    if report.workflow is not None:
        steps = ", ".join(step.name for step in report.workflow.steps)
        print(f"{report.file}: {report.workflow.name} is sound; its steps: {steps}")
