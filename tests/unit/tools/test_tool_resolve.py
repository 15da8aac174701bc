"""`fieldstation tool check` and `resolve` on Squonk2 files, the public samples among them."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from fieldstation.cli.tool_check import tool_check
from fieldstation.cli.tool_resolve import tool_resolve
from fieldstation.core.tools.builtin import builtin_job_texts
from tests.unit.tools.squonk_files import BAD, COUNT, NEXTFLOW, STRAY, file_of

SAMPLES = Path("/work/shared/samples/squonk2")
samples = pytest.mark.skipif(not SAMPLES.exists(), reason="this machine has no public samples")
Verb = Callable[[], None]


def printed(verb: Verb, capsys: pytest.CaptureFixture[str]) -> tuple[int, Any]:
    """Return the exit code of a verb and the document that it printed."""
    code = 0
    try:
        verb()
    except typer.Exit as ended:
        code = ended.exit_code
    return code, json.loads(capsys.readouterr().out)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a manifest and two files, one of them with a bad job."""
    manifest = "kind: DataManagerManifest\nkind-version: '2021.1'\njob-definition-files: [good.yaml, mixed.yaml]\n"
    (tmp_path / "manifest.yaml").write_text(manifest)
    (tmp_path / "good.yaml").write_text(file_of(COUNT, NEXTFLOW))
    (tmp_path / "mixed.yaml").write_text(file_of(STRAY, BAD))
    return tmp_path


def test_check_reads_what_a_manifest_names(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, document = printed(lambda: tool_check([str(folder / "manifest.yaml")], as_json=True), capsys)
    assert code == 1
    assert [(tool["format"], tool["collection"], tool["name"]) for tool in document["tools"]] == [
        ("squonk2", "acme", "count-atoms"),
        ("squonk2", "acme", "enumerate"),
        ("squonk2", "acme", "stray"),
    ]
    (fault,) = document["faults"]
    assert (fault["file"], fault["where"], fault["text"]) == (
        str(folder / "mixed.yaml"),
        "/jobs/broken/image",
        "is missing",
    )
    assert {Path(warning["file"]).name for warning in document["warnings"]} == {"good.yaml", "mixed.yaml"}


def test_strict_check_refuses_more(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(folder / "good.yaml")
    assert printed(lambda: tool_check([path], strict=True, as_json=True), capsys)[0] == 0
    (folder / "good.yaml").write_text(file_of(STRAY))
    assert printed(lambda: tool_check([path], as_json=True), capsys)[0] == 0
    assert printed(lambda: tool_check([path], strict=True, as_json=True), capsys)[0] == 1


def test_a_command_that_is_no_template_is_a_fault_in_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(file_of(COUNT, NEXTFLOW.replace("--smiles {{ smiles }}", "--smiles {{ smiles smiles }}")))
    code, document = printed(lambda: tool_check([str(path)], as_json=True), capsys)
    assert (code, [tool["name"] for tool in document["tools"]]) == (1, ["count-atoms"])
    (fault,) = document["faults"]
    line = 1 + path.read_text().split("    command: >-\n      nextflow")[0].count("\n")
    assert (fault["where"], fault["line"]) == ("/jobs/enumerate/command", line)
    assert "smiles" in fault["text"]


def test_resolve_prints_the_call_of_each_test(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, entries = printed(lambda: tool_resolve([str(folder / "good.yaml")], tests=True, as_json=True), capsys)
    count, pairs, text = entries
    assert code == 0
    assert (count["job"], count["test"]) == ("count-atoms", "simple")
    assert count["argv"] == ["/code/count.py", "--input", "ten.sdf", "--output", "counts.csv", "--header", "--top", "3"]
    instance = ".instance-88888888-8888-8888-8888-888888888888"
    assert pairs["argv"] == [
        *["nextflow", "-log", f"{instance}/nextflow.log", "run", "/code/enumerate.nf"],
        *["--fragments", "a.mol", "b.mol,b.pdb", "--smiles", "in.smi", "--names", "x,y z"],
        *["-with-trace", f"{instance}/trace.txt"],
    ]
    assert text["argv"][text["argv"].index("--smiles") + 1] == f"{instance}/smiles.smi"
    assert all(shlex.split(entry["command"]) == entry["argv"] for entry in entries)


def test_resolve_tells_what_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(folder / "manifest.yaml"), "no/such/file"]
    code, entries = printed(lambda: tool_resolve(files, tests=True, as_json=True), capsys)
    assert code == 1
    assert [(entry.get("job"), entry.get("test")) for entry in entries if "error" in entry] == [
        ("broken", None),
        (None, None),
    ]
    strict = printed(lambda: tool_resolve([str(folder / "good.yaml")], tests=True, strict=True, as_json=True), capsys)
    assert strict[1][0]["error"].startswith("unknown is not known here")


def test_the_jobs_of_every_station_do_what_they_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (text,) = builtin_job_texts()
    path = tmp_path / "im-test.yaml"
    path.write_text(text)
    code, entries = printed(lambda: tool_resolve([str(path)], tests=True, strict=True, as_json=True), capsys)
    assert code == 0
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    (tmp_path / "README.md").write_text("one\ntwo\n")
    monkeypatch.chdir(tmp_path)  # a job may write where it runs
    said = {
        entry["job"]: subprocess.run(entry["argv"], check=True, capture_output=True, text=True).stdout.splitlines()
        for entry in entries
    }
    assert said["nop"] == []
    assert [line.partition(" # ")[2] for line in said["event-test"]] == [
        "INFO -EVENT- Event 1 of 2",
        "INFO -EVENT- Event 2 of 2",
    ]
    assert [line.partition(" # ")[2] for line in said["coin-test"]] == ["INFO -COST- +2.5 1", "INFO -COST- +2.5 2"]
    assert (tmp_path / "lines.txt").read_text() == "2\n"


def test_resolve_wants_to_know_what(folder: Path) -> None:
    with pytest.raises(typer.BadParameter):
        tool_resolve([str(folder / "good.yaml")])


@samples
@pytest.mark.parametrize(
    "name", ["im-virtual-screening.yaml", "mordred.yaml", "xchem.yaml", "manifest-im-mordred.yaml"]
)
def test_the_public_samples_are_sound(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, document = printed(lambda: tool_check([str(SAMPLES / name)], strict=True, as_json=True), capsys)
    assert (code, document["faults"]) == (0, [])
    assert document["tools"]


@samples
def test_the_tests_of_the_public_samples_resolve(capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(SAMPLES / name) for name in ("im-virtual-screening.yaml", "mordred.yaml", "xchem.yaml")]
    code, entries = printed(lambda: tool_resolve(files, tests=True, as_json=True), capsys)
    assert code == 0
    assert {entry["error"] for entry in entries if "error" in entry} == {"chunkSize must be at least 100, not 10"}
    resolved = [entry for entry in entries if "argv" in entry]
    assert len(resolved) == 17
    assert all(shlex.split(entry["command"]) == entry["argv"] for entry in resolved)


@samples
@pytest.mark.parametrize("path", sorted(SAMPLES.glob("workflows/*.yaml")), ids=lambda path: path.stem)
def test_workflows_are_told_to_be_none(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, document = printed(lambda: tool_check([str(path)], as_json=True), capsys)
    said = " ".join(f"{fault['where']} {fault['text']}" for fault in document["faults"])
    assert code == 1
    assert "/image is missing" in said if path.stem == "job-definitions" else "workflow" in said
