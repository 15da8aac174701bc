"""`fieldstation tool check` needs no station, and nothing of one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from fieldstation.cli.tool_check import tool_check
from tests.unit.tools.definitions import HEAD

SOUND = HEAD + "command: [/usr/bin/true]\n"


@pytest.fixture
def sound_file(tmp_path: Path) -> str:
    path = tmp_path / "sound.yaml"
    path.write_text(SOUND)
    return str(path)


@pytest.fixture
def faulty_file(tmp_path: Path) -> str:
    path = tmp_path / "faulty.yaml"
    path.write_text(SOUND.replace("1.2.3", "1"))
    return str(path)


def test_a_sound_file_is_told_with_its_revision(sound_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    tool_check([sound_file])
    printed = capsys.readouterr().out
    assert f"{sound_file}: example 1.2.3 is sound, revision " in printed
    assert f"{sound_file}:1:1: warning: there is no description" in printed


def test_a_faulty_one_is_told_by_line_and_column(faulty_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        tool_check([faulty_file])
    assert ended.value.exit_code == 1
    printed = capsys.readouterr()
    assert f"{faulty_file}:3:10: fault: /version must be text" in printed.out
    assert printed.err.startswith("next: ")


def test_json_is_one_document(sound_file: str, faulty_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        tool_check([sound_file, faulty_file, "no/such/file"], as_json=True)
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert printed.err == ""
    assert set(document) == {"tools", "faults", "warnings"}
    (tool,) = document["tools"]
    assert (tool["file"], tool["name"], tool["version"], len(tool["revision"])) == (sound_file, "example", "1.2.3", 64)
    assert [(fault["file"], fault["where"], fault.get("line")) for fault in document["faults"]] == [
        (faulty_file, "/version", 3),
        ("no/such/file", "/", None),
    ]
    assert all(warning["text"] for warning in document["warnings"])


def test_bytes_that_are_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(typer.Exit):
        tool_check([str(path)])
    assert "is not UTF-8 text" in capsys.readouterr().out


def test_nothing_of_a_station_is_loaded(sound_file: str) -> None:
    program = (
        "import sys; from fieldstation.cli.tool_check import tool_check; tool_check([sys.argv[1]], as_json=True);"
        "print(sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program, sound_file], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["faults"] == []
    loaded = set(json.loads(done.stderr.replace("'", '"')))
    assert not loaded & {"sqlalchemy", "fastapi", "starlette", "psycopg", "alembic", "httpx", "pydantic"}
