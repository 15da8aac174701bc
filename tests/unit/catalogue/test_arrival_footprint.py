"""`arrival footprint` tells how a document's place and time are read."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer

from fieldstation.cli.arrival_footprint import arrival_footprint
from tests.unit.catalogue.geometries import polygon, square

BOW = polygon([(0, 0), (10, 10), (10, 0), (0, 10), (0, 0)])
NOON = "2026-01-31T12:00:00.000000Z"


def shown(document: object, folder: Path, capsys: pytest.CaptureFixture[str], **how: Any) -> tuple[int, Any]:
    file = folder / "document.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    code = 0
    try:
        arrival_footprint(str(file), as_json=True, **how)
    except typer.Exit as left:
        code = left.exit_code
    return code, json.loads(capsys.readouterr().out)


def test_of_a_dataset_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = polygon([(170, 0), (-170, 0), (-170, 10), (170, 10), (170, 0)]) | {"type": "polygon"}
    code, told = shown({"version": "1", "location": place, "starttime": "2026-01-31T12:00:00"}, tmp_path, capsys)
    assert (code, told["bbox"], told["crosses_antimeridian"], told["faults"]) == (0, [170, 0, -170, 10], True, [])
    assert told["interval"] == {"start": NOON, "end": ".."}
    assert any("no zone" in one for one in told["warnings"]) and told["footprint"]["type"] == "MultiPolygon"


@pytest.mark.parametrize(
    "properties", [{"datetime": NOON}, {"datetime": None, "start_datetime": NOON, "end_datetime": NOON}]
)
def test_of_a_stac_item(properties: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    item = {"type": "Feature", "stac_version": "1.0.0", "geometry": polygon(square(0, 0)), "properties": properties}
    code, told = shown(item, tmp_path, capsys)
    assert (code, told["is_box"], told["interval"]) == (0, True, {"start": NOON, "end": NOON})


def test_of_a_box(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = shown([170, 0, -170, 10], tmp_path, capsys)
    assert (code, told["centroid"]) == (0, [180, 5]) and "interval" not in told


def test_a_fault_in_one_leaves_the_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = shown({"location": BOW, "endtime": "2026-01-31"}, tmp_path, capsys)
    assert code == 1 and told["interval"]["end"] == "2026-01-31T23:59:59.999999Z"
    assert told["faults"][0]["reason"] == "footprint_invalid" and told["faults"][0]["where"] == ["/coordinates/0"]
    code, told = shown({"location": BOW, "endtime": "soon"}, tmp_path, capsys, repair=True)
    assert code == 1 and told["parts"] == 2 and told["faults"][0]["reason"] == "interval_invalid"


@pytest.mark.parametrize(
    ("during", "found"),
    [(NOON, True), ("2026-01-31", True), ("2026-02-01T00:00:00Z/..", True), ("../2026-01-30T00:00:00Z", False)],
)
def test_whether_a_search_for_a_time_finds_it(
    during: str, found: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = shown({"starttime": "2026-01-31T12:00:00"}, tmp_path, capsys, during=during)
    assert (code, told["found"]) == (0, found)


@pytest.mark.parametrize("text", ["", "[" * 100_000, "17", '{"name": "x"}', '{"location": [1'])
def test_what_says_nothing_is_told(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = shown(text, tmp_path, capsys)
    assert code == 1 and told["faults"][0]["text"]


def test_a_faulty_search_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = shown({"starttime": "2026-01-31"}, tmp_path, capsys, during="today")
    assert code == 1 and told["faults"][0]["where"] == ["datetime"] and "found" not in told


def test_people_are_told_in_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "place.json"
    file.write_text(json.dumps(BOW))
    with pytest.raises(typer.Exit):
        arrival_footprint(str(file))
    out, err = capsys.readouterr()
    assert (
        "fault: not a place on Earth, at /coordinates/0" in out
        and err == "next: mend the polygon, or ask for its repair\n"
    )
    arrival_footprint(str(file), repair=True)
    assert "its box and 2 rings" in capsys.readouterr().out
