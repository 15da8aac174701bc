"""`fieldstation tool check`: whether definitions are sound, with no station."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from fieldstation.core.tools.model.check import Checked, check
from fieldstation.core.tools.model.document import MAX_BYTES
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Problem


@dataclass(frozen=True, kw_only=True)
class _Report:
    """What was found in one file."""

    file: str
    checked: Checked


def tool_check(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE…", help="Definitions to check; - reads standard input.", show_default=False),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output, nothing else.")
    ] = False,
) -> None:
    """Check tool definitions and list every fault; needs no station."""
    reports = [_Report(file=file, checked=_check_file(file)) for file in files]
    if as_json:
        print(json.dumps(_document(reports), indent=2, ensure_ascii=False))
    else:
        for report in reports:
            _show(report)
    if any(report.checked.faults for report in reports):
        if not as_json:
            print("next: mend the faults and check again", file=sys.stderr)
        raise typer.Exit(1)


def _check_file(file: str) -> Checked:
    try:
        with sys.stdin.buffer if file == "-" else Path(file).open("rb") as stream:
            text = stream.read(MAX_BYTES + 1).decode("utf-8-sig")
    except OSError as error:
        return _unreadable(f"cannot be read: {error.strerror or error}")
    except UnicodeDecodeError as error:
        return _unreadable(f"is not UTF-8 text (byte {error.start})")
    return check(text)


def _unreadable(text: str) -> Checked:
    return Checked(definition=None, faults=(Problem(where="/", text=text),), warnings=())


def _document(reports: list[_Report]) -> Json:
    tools: list[Json] = []
    for report in reports:
        if (found := report.checked.definition) is not None:
            about = {"name": found.name, "version": found.version, "title": found.title, "revision": found.revision}
            tools.append({"file": report.file, "format": "native", **about})
    return {
        "tools": tools,
        "faults": [_problem(report.file, problem) for report in reports for problem in report.checked.faults],
        "warnings": [_problem(report.file, problem) for report in reports for problem in report.checked.warnings],
    }


def _problem(file: str, problem: Problem) -> Json:
    place = {"line": problem.line, "column": problem.column} if problem.line is not None else {}
    return {"file": file, "where": problem.where, **place, "text": problem.text}


def _show(report: _Report) -> None:
    for kind, problems in (("fault", report.checked.faults), ("warning", report.checked.warnings)):
        for problem in problems:
            place = f":{problem.line}:{problem.column}" if problem.line is not None else ""
            where = "" if problem.where == "/" else f"{problem.where} "
            print(f"{report.file}{place}: {kind}: {where}{problem.text}")
    if (found := report.checked.definition) is not None:
        print(f"{report.file}: {found.name} {found.version} is sound, revision {found.revision}")
