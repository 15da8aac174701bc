"""The built-in tools, started as a run starts them: the rendered command, the tool's files in a folder of their own."""

import csv
import gzip
import json
import math
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstation.core.tools.builtin import builtin_texts
from fieldstation.core.tools.builtin.programs.plot import draw
from fieldstation.core.tools.builtin.programs.table_summary import Cell
from fieldstation.core.tools.model.check import check
from fieldstation.core.tools.model.definition import Definition
from fieldstation.core.tools.model.render import Folders, check_inputs, fill, render
from tests.unit.tools.definitions import sound

BUILTINS = {definition.name: definition for definition in map(sound, builtin_texts())}
SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a program ended."""

    code: int
    stdout: str
    stderr: str
    outputs: Path


def prepared(
    definition: Definition, folder: Path, given: Mapping[str, Any], inputs: Mapping[str, Sequence[Path]]
) -> list[str]:
    """Lay out the folders of a run and return its command."""
    outputs, tool = folder / "outputs", folder / "tool"
    outputs.mkdir(exist_ok=True)
    tool.mkdir(exist_ok=True)
    for name, text in definition.files.items():
        (tool / name).write_text(text)
    check_inputs(definition, {slot: len(paths) for slot, paths in inputs.items()})
    paths = {slot: [str(path) for path in paths] for slot, paths in inputs.items()}
    argv = render(definition, fill(definition, given), paths, Folders(outputs=str(outputs), tool=str(tool)))
    return [sys.executable if argv[0] == "python3" else argv[0], *argv[1:]]


def run(name: str, folder: Path, given: Mapping[str, Any] | None = None, **inputs: Sequence[Path]) -> Ended:
    argv = prepared(BUILTINS[name], folder, given or {}, inputs)
    done = subprocess.run(
        argv, cwd=folder / "outputs", capture_output=True, text=True, env={"PATH": os.environ["PATH"]}
    )
    return Ended(code=done.returncode, stdout=done.stdout, stderr=done.stderr, outputs=folder / "outputs")


def test_every_built_in_tool_is_sound_and_beyond_doubt() -> None:
    for text in builtin_texts():
        assert (check(text).faults, check(text).warnings) == ((), ())


def test_a_built_in_tool_that_changes_gets_another_version() -> None:
    kept = json.loads((Path(__file__).parent / "builtin-revisions.json").read_text())
    now = {f"{definition.name}@{definition.version}": definition.revision for definition in BUILTINS.values()}
    assert now == {label: revision for label, revision in kept.items() if label in now}, (
        "raise the version of the tool that changed, and add its revision to builtin-revisions.json"
    )


def test_hello(tmp_path: Path) -> None:
    ended = run("hello", tmp_path, {"name": "'; $(x) {{ tool }}"})
    assert (ended.code, ended.stdout) == (0, "Hello, '; $(x) {{ tool }}!\n")
    assert (ended.outputs / "greeting.txt").read_text() == ended.stdout


def test_fail(tmp_path: Path) -> None:
    ended = run("fail", tmp_path, {"exit_code": 7, "message": "--no"})
    assert (ended.code, ended.stderr) == (7, "--no\n")


def test_noop(tmp_path: Path) -> None:
    assert run("noop", tmp_path).code == 0


def test_sleep_counts_and_ends_when_asked(tmp_path: Path) -> None:
    assert run("sleep", tmp_path, {"seconds": 0.1, "every": 0.05}).stdout.splitlines()[-1] == "slept 0.1 s"
    argv = prepared(BUILTINS["sleep"], tmp_path, {"seconds": 600, "every": 0.05}, {})
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "0.0 of 600 s\n"
        program.send_signal(signal.SIGTERM)
        assert program.wait(timeout=30) == 128 + signal.SIGTERM
        assert "stopped by SIGTERM" in program.stdout.read()


@pytest.fixture
def folder_of_files(tmp_path: Path) -> Path:
    folder = tmp_path / "inputs" / "files"
    for name in ("b.txt", "a/x y.bin", "a/back\\slash", "a/line\nbreak", "ä.txt", "empty"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode() * 1000 if name != "empty" else b"")
    return folder


def test_checksums_are_those_of_coreutils(tmp_path: Path, folder_of_files: Path) -> None:
    ended = run("checksum", tmp_path, files=[folder_of_files])
    assert (ended.code, ended.stderr) == (0, "")
    assert ended.stdout.startswith("6 files, ")
    listed = ended.outputs / "checksums.sha256"
    checked = subprocess.run(
        ["sha256sum", "-c", "--strict", listed], cwd=folder_of_files, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr
    assert len(checked.stdout.splitlines()) == 6


def test_checksums_do_not_hang_on_the_order_of_inputs(tmp_path: Path, folder_of_files: Path) -> None:
    lists = []
    for place, paths in enumerate([["b.txt", "a", "ä.txt"], ["ä.txt", "b.txt", "a"]]):
        (tmp_path / str(place)).mkdir()
        ended = run("checksum", tmp_path / str(place), files=[folder_of_files / path for path in paths])
        lists.append((ended.outputs / "checksums.sha256").read_text())
    assert lists[0] == lists[1]


def test_checksums_of_nothing_are_refused(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    ended = run("checksum", tmp_path, files=[tmp_path / "none"])
    assert (ended.code, ended.stderr) == (2, "checksum: the inputs hold no file\n")


def summarise(
    folder: Path, text: str | bytes, given: Mapping[str, Any] | None = None, name: str = "table.csv"
) -> Ended:
    table = folder / name
    table.write_bytes(text if isinstance(text, bytes) else text.encode())
    return run("table-summary", folder, given, table=[table])


def rows(ended: Ended) -> list[dict[str, str]]:
    assert ended.code == 0, ended.stderr
    with (ended.outputs / "summary.csv").open(newline="") as lines:
        return list(csv.DictReader(lines))


def facts(ended: Ended) -> Any:
    return json.loads((ended.outputs / "summary.json").read_text())


WEATHER = """date,station,temperature,rain
2024-01-05,north,1.5,0
2024-01-20,north,2.5,NA
2024-03-01T10:00:00Z,south,-4,7
2024-02-10 12:00,south,,3
"""


def test_a_table_is_summed_up_by_month(tmp_path: Path) -> None:
    ended = summarise(tmp_path, WEATHER)
    assert rows(ended) == [
        {
            "month": "2024-01",
            "column": "temperature",
            "count": "2",
            "mean": "2",
            "min": "1.5",
            "max": "2.5",
            "sum": "4",
        },
        {"month": "2024-01", "column": "rain", "count": "1", "mean": "0", "min": "0", "max": "0", "sum": "0"},
        {"month": "2024-02", "column": "rain", "count": "1", "mean": "3", "min": "3", "max": "3", "sum": "3"},
        {
            "month": "2024-03",
            "column": "temperature",
            "count": "1",
            "mean": "-4",
            "min": "-4",
            "max": "-4",
            "sum": "-4",
        },
        {"month": "2024-03", "column": "rain", "count": "1", "mean": "7", "min": "7", "max": "7", "sum": "7"},
    ]
    told = facts(ended)
    assert (told["rows"], told["date_column"]) == (4, "date")
    assert told["columns"]["temperature"] | {"months": None} == {
        "count": 3, "mean": 0.0, "min": -4.0, "max": 2.5, "sum": 0.0, "months": None,
    }  # fmt: skip
    assert ended.stderr == ""


def drawn(ended: Ended) -> ElementTree.Element:
    return ElementTree.parse(ended.outputs / "plot.svg").getroot()


def written(picture: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in picture.iter(f"{SVG}text")]


def test_the_picture_has_axes_ticks_title_and_legend(tmp_path: Path) -> None:
    picture = drawn(summarise(tmp_path, WEATHER, {"title": 'Weather <&> "more"', "statistic": "max"}))
    assert picture.get("viewBox") == "0 0 800 450"
    texts = written(picture)
    for expected in ('Weather <&> "more"', "temperature", "rain", "Jan", "Feb", "Mar", "2024", "0"):
        assert expected in texts, texts
    assert any(text.startswith("Maximum by month") for text in texts)
    assert list(picture.iter(f"{SVG}circle"))


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("t,v\n2024/02/29,1\n", "t"),
        ("v;day\n1,5;31.12.2023\n2,5;01.12.2023\n", "day"),
        ("a\tmonth\n1\t2024-02\n", "month"),
        ("d|v\n13/02/2024|1\n01/02/2024|2\n", "d"),
        ("d,v\n02/13/2024,1\n02/01/2024,2\n", "d"),
        ("n,date\n5,20240201\n", "date"),
        ('"the, date",v\n"2024-02-01",1\n', "the, date"),
        ("\ufeffdate,v\r\n2024-02-01,1\r\n\r\n", "date"),
        ("created,observed date,v\n2020-01-01,2024-02-01,5\n", "observed date"),
    ],
)
def test_dates_are_found(tmp_path: Path, text: str, column: str) -> None:
    ended = summarise(tmp_path, text)
    assert rows(ended)
    assert facts(ended)["date_column"] == column


def test_day_and_month_come_in_the_order_that_the_table_shows(tmp_path: Path) -> None:
    european = rows(summarise(tmp_path, "d,v\n13/02/2024,1\n03/02/2024,2\n"))
    american = rows(summarise(tmp_path, "d,v\n02/13/2024,1\n02/03/2024,2\n"))
    assert {row["month"] for row in european + american} == {"2024-02"}


def test_commas_may_be_decimal_where_they_do_not_separate(tmp_path: Path) -> None:
    assert rows(summarise(tmp_path, "d;v\n01.02.2024;1,5\n02.02.2024;2\n"))[0]["sum"] == "3.5"


def test_columns_are_chosen(tmp_path: Path) -> None:
    text = "id,date,a,b,station_id\n1,2024-01-01,1,x,7\n2,2024-01-02,3,y,7\n"
    assert {row["column"] for row in rows(summarise(tmp_path, text))} == {"a"}
    asked = rows(summarise(tmp_path, text, {"columns": ["id", "a"]}))
    assert [row["column"] for row in asked] == ["id", "a"]


def test_what_cannot_be_used_is_left_out_and_told(tmp_path: Path) -> None:
    text = "date,v\n" + "2024-01-01,1\n" * 20 + "soon,2\n2024-01-02\n2024-01-03,many\n"
    ended = summarise(tmp_path, text, {"columns": ["v"]})
    assert rows(ended)[0]["count"] == "20"
    assert {doubt["what"]: (doubt["count"], doubt["first"]) for doubt in facts(ended)["skipped"]} == {
        "rows without a readable date": (1, "table.csv, line 22"),
        "rows with another number of fields than the first line": (1, "table.csv, line 23"),
        "values of v that are no numbers": (1, "table.csv, line 24"),
    }
    assert "left out 1 rows without a readable date; the first is in table.csv, line 22" in ended.stderr


@pytest.mark.parametrize(
    ("text", "given", "code", "says"),
    [
        (WEATHER, {"date_column": "when"}, 2, "there is no column 'when'; there are: date, station, temperature, rain"),
        (WEATHER, {"date_column": "station"}, 2, "the column 'station' holds no dates"),
        (WEATHER, {"columns": ["snow"]}, 2, "there is no column 'snow'"),
        ("a,b\nx,1\n", {}, 2, "no column holds dates"),
        ("date,b\n2024-01-01,x\n", {}, 2, "no column holds numbers"),
        ("date,v\n01/02/2024,1\n", {}, 2, "day and month cannot be told apart (01/02/2024): give date_format"),
        ("date,v\n2024-01-01,x\n", {"columns": ["v"]}, 3, "no row holds both a readable date and a number"),
        ("", {}, 3, "table.csv is empty"),
        ("date,v\n", {}, 3, "has column names but no rows"),
        ("2024-01-01,1\n2024-01-02,1\n", {}, 3, "it must name the columns"),
        ("1,2\n3,4\n", {}, 3, "it must name the columns"),
        ("a,a\n1,2\n", {}, 3, "several columns are called 'a'"),
        (b"date,v\n2024-01-01,\xff\n", {}, 3, "is not UTF-8 text"),
        ("x" * (1 << 20), {}, 3, "its first line does not end"),
        ('date,v\n2024-01-01,"' + "x" * 200_000, {}, 3, "is not a CSV table: field larger than field limit"),
    ],
)
def test_what_is_wrong_is_said_in_words(
    tmp_path: Path, text: str | bytes, given: Mapping[str, Any], code: int, says: str
) -> None:
    ended = summarise(tmp_path, text, given)
    assert (ended.code, ended.stderr.count("Traceback")) == (code, 0), ended.stderr
    assert says in ended.stderr


def test_a_format_settles_what_cannot_be_told_apart(tmp_path: Path) -> None:
    given = {"date_format": "%d/%m/%Y"}
    assert [row["month"] for row in rows(summarise(tmp_path, "date,v\n01/02/2024,1\n", given))] == ["2024-02"]


def test_a_folder_of_tables_is_read_as_one(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "a.csv").write_text("date,v\n2024-01-01,1\n")
    with gzip.open(folder / "b.csv.gz", "wt") as lines:
        lines.write("date,v\n2024-02-01,2\n")
    (folder / "notes.md").write_text("not a table")
    ended = run("table-summary", tmp_path, table=[folder])
    assert [(row["month"], row["sum"]) for row in rows(ended)] == [("2024-01", "1"), ("2024-02", "2")]
    (folder / "c.csv").write_text("date,w\n2024-01-01,1\n")
    assert "c.csv has other columns" in run("table-summary", tmp_path, table=[folder]).stderr
    (tmp_path / "empty").mkdir()
    assert run("table-summary", tmp_path, table=[tmp_path / "empty"]).code == 3


def test_a_broken_archive_is_told(tmp_path: Path) -> None:
    whole = gzip.compress(b"date,v\n" + b"2024-01-01,1\n" * 10_000)
    ended = summarise(tmp_path, whole[: len(whole) // 2], name="table.csv.gz")
    assert (ended.code, ended.stderr.count("Traceback")) == (3, 0)


@pytest.mark.parametrize("statistic", ["mean", "sum", "min", "max", "count"])
@pytest.mark.parametrize(
    "values",
    [[0], [5, 5, 5], [-3, -1], [1e-9, 2e-9], [1e12, 3e12], [1e300, -1e300], [1, None, 3], [5e-324], list(range(300))],
)
def test_any_numbers_can_be_drawn(tmp_path: Path, statistic: str, values: Sequence[float | None]) -> None:
    told = {f"{2000 + at // 12}-{at % 12 + 1:02d}": value for at, value in enumerate(values) if value is not None}
    for columns in (["v"], [f"column {number}" for number in range(10)]):
        months = {
            name: {month: _numbers(value, 1000.0**place) for month, value in told.items()}
            for place, name in enumerate(columns)
        }
        summary = {"rows": len(values), "columns": {name: {"months": cells} for name, cells in months.items()}}
        draw(tmp_path / "plot.svg", "title", statistic, summary)
        picture = ElementTree.parse(tmp_path / "plot.svg").getroot()
        height = float(picture.get("height", "0"))
        places = [float(number) for number in re.findall(r"[^\s,]+", " ".join(_places(picture)))]
        assert places
        assert all(math.isfinite(number) and -1 <= number <= max(height, 800) for number in places)


def _numbers(value: float, factor: float) -> Mapping[str, float]:
    scaled = min(max(value * factor, -1e307), 1e307)
    return {"count": 1, "mean": scaled, "min": scaled - abs(scaled) / 2, "max": scaled + abs(scaled) / 2, "sum": scaled}


def _places(picture: ElementTree.Element) -> list[str]:
    names = ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "points")
    return [element.get(name, "") for element in picture.iter() for name in names]


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=30))
def test_sums_are_as_good_as_exact(values: list[float]) -> None:
    cell = Cell()
    for value in values:
        cell.add(value)
    numbers = cell.numbers()
    largest = max(map(abs, values))
    assert numbers["sum"] == pytest.approx(math.fsum(values), rel=1e-15, abs=largest * 1e-28)
    assert (numbers["count"], numbers["min"], numbers["max"]) == (len(values), min(values), max(values))
