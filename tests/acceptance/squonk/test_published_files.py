"""Definition files that people published, and others of their kinds: loaded and tried dry at the door.

What a test of a file comes to with no station, by `tool resolve`, is what it must come to there.
"""

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fieldstation.core.tools.model.squonk.read import read_jobs
from fieldstation.testing.station import RunningStation
from tests.acceptance.squonk.client import Squonk
from tests.acceptance.squonk.jobs import MANIFEST, nop
from tests.unit.tools.kinds import KINDS
from tests.unit.tools.resolving import as_told, without_instance
from tests.unit.tools.test_tool_resolve import SAMPLES, samples

PUBLISHED = ("mordred.yaml", "xchem.yaml", "im-virtual-screening.yaml")
_BLOCKS = ("inputs", "options")


def load(
    admin: Squonk, station: RunningStation, text: str, *, name: str = "jobs.yaml", manifest: str = MANIFEST
) -> tuple[Path, Any]:
    """Load a file in a folder of its own; return where it lies, and what was told."""
    folder = station.data / "definitions" / f"c{uuid.uuid4().hex[:12]}"
    folder.mkdir(parents=True)
    (folder / name).write_text(text)
    (folder / "manifest.yaml").write_text(manifest)
    return folder / name, admin.dm_ok("put_job_manifest", url=f"file:{folder}/manifest.yaml")


def resolved(file: Path) -> Iterator[dict[str, Any]]:
    """Return what each test of a file would run, with no station."""
    command = [sys.executable, "-m", "fieldstation", "tool", "resolve", str(file), "--tests", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    yield from (entry for entry in json.loads(done.stdout) if "test" in entry)


def variables(test: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a caller would send for a test: of its files the names alone."""

    def named(value: Any) -> Any:
        return [named(one) for one in value] if isinstance(value, list) else str(value).removeprefix("data/")

    inputs = {name: named(value) for name, value in test.get("inputs", {}).items()}
    return inputs | dict(test.get("options", {}))


def compare(ada: Squonk, project: str, file: Path) -> int:
    """Try every test of a file dry; return how many were the same as with no station."""
    known = {one.job.name: one for one in read_jobs(file.read_text(), strict=False).jobs}
    count = 0
    for entry in resolved(file):
        if (one := known.get(entry["job"])) is None:
            continue
        job = one.job
        asked = nop(
            collection=job.collection, job=job.name, version=job.version, variables=variables(one.tests[entry["test"]])
        )
        answer = ada.dm("dry_run_job_instance", project_id=project, name="A job", specification=asked)
        if "error" in entry:
            assert answer.status in (400, 404), (entry, answer)  # 404: it was not loaded
        else:
            assert answer.success, (entry, answer)
            assert without_instance(answer.msg["command"]) == without_instance(entry["command"]), as_told(entry)
        count += 1
    return count


@samples
def test_published_files_load_and_run_as_they_say(
    squonk_admin: Squonk, squonk_station: RunningStation, ada: Squonk, project: str
) -> None:
    counts = {}
    for name in PUBLISHED:
        file, told = load(squonk_admin, squonk_station, (SAMPLES / name).read_text())
        assert told["status"] is True, (name, told)
        assert told["num_jobs_loaded"] == told["num_jobs_inspected"] > 0
        counts[name] = compare(ada, project, file)
    assert counts["im-virtual-screening.yaml"] > counts["mordred.yaml"] > counts["xchem.yaml"] > 0


@samples
def test_a_published_manifest_loads_the_file_that_it_names(
    squonk_admin: Squonk, squonk_station: RunningStation
) -> None:
    text, manifest = (SAMPLES / "mordred.yaml").read_text(), (SAMPLES / "manifest-im-mordred.yaml").read_text()
    _, told = load(squonk_admin, squonk_station, text, name="mordred.yaml", manifest=manifest)
    assert (told["status"], told["num_jobs_loaded"]) == (True, len(read_jobs(text, strict=False).jobs))
    _, lacking = load(squonk_admin, squonk_station, text, manifest=manifest)
    assert lacking["status"] is False
    assert "mordred.yaml" in " ".join(lacking["job_definition_file_failures"]), lacking


@samples
def test_what_is_no_definition_file_is_told_by_name(squonk_admin: Squonk, squonk_station: RunningStation) -> None:
    for file in sorted((SAMPLES / "workflows").glob("*.yaml")):
        _, told = load(squonk_admin, squonk_station, file.read_text())
        assert (told["status"], told["num_jobs_loaded"]) == (False, 0)
        said = " ".join(told.get("job_definition_file_failures", []) + told.get("job_definition_failures", []))
        jobs = file.name == "job-definitions.yaml"  # jobs as a test of an engine knows them: without head and images
        assert ("/kind is missing" if jobs else "is a workflow") in said, (file.name, told)


def test_kinds_of_files_load_and_run_as_they_say(
    squonk_admin: Squonk, squonk_station: RunningStation, ada: Squonk, project: str
) -> None:
    ran = 0
    for name, kind in KINDS.items():
        collection = f"c{uuid.uuid4().hex[:12]}"
        file, told = load(squonk_admin, squonk_station, kind.text(collection))
        assert told["status"] is (name != "broken"), (name, told)
        ran += compare(ada, project, file)
        if name == "documented":
            documented = {
                job["job"]: job["doc_url"] for job in ada.dm_ok("get_jobs")["jobs"] if job["collection"] == collection
            }
            assert documented["there"] == "https://docs.example.org/there"
            assert documented["here"].endswith("/docs/rdkit/here.md")
            assert documented["plain"].endswith(f"/docs/{collection}/plain.md")
    assert ran >= sum(len(kind.runs) for kind in KINDS.values()) - 1
