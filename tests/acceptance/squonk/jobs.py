"""Launching jobs and waiting for what comes of them."""

import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fieldstation.testing.station import RunningStation
from tests.acceptance.squonk.client import Squonk


def nop(**changes: Any) -> dict[str, Any]:
    return {"collection": "im-test", "job": "nop", "version": "1.0.0"} | changes


def wait(ask: Callable[[], Any], ready: Callable[[Any], bool]) -> Any:
    found = None
    for _ in range(900):
        found = ask()
        if ready(found):
            return found
        threading.Event().wait(0.1)
    raise AssertionError(f"never came: {found}")


def launched(ada: Squonk, project: str, specification: dict[str, Any], **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = ada.dm_ok(
        "start_job_instance", project_id=project, name="A job", specification=specification, **more
    )
    return found


def finished(ada: Squonk, instance_id: str) -> dict[str, Any]:
    found: dict[str, Any] = wait(
        lambda: ada.dm_ok("get_instance", instance_id=instance_id), lambda one: "stopped" in one
    )
    return found


def done(ada: Squonk, task_id: str) -> dict[str, Any]:
    found: dict[str, Any] = wait(lambda: ada.dm_ok("get_task", task_id=task_id), lambda one: one["done"])
    return found


MANIFEST = """
kind: DataManagerManifest
kind-version: '2021.1'
job-definition-files: [jobs.yaml]
"""


def loaded(admin: Squonk, station: RunningStation, definition: str) -> str:
    """Load a definition file under a collection of its own, which stands in it as COLLECTION; return that."""
    collection = f"c{uuid.uuid4().hex[:12]}"
    folder = station.data / "definitions" / collection
    folder.mkdir(parents=True)
    (folder / "jobs.yaml").write_text(definition.replace("COLLECTION", collection))
    (folder / "manifest.yaml").write_text(MANIFEST)
    answer = admin.dm_ok("put_job_manifest", url=f"file:{folder}/manifest.yaml")
    assert answer["status"] is True, answer
    return collection


def read_file(ada: Squonk, project: str, name: str, place: Path) -> str:
    """Return the text of a file of a project."""
    ada.dm_ok("get_unmanaged_project_file", project_id=project, project_file=name, local_file=str(place / name))
    return (place / name).read_text()
