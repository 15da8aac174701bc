"""Launching jobs and waiting for what comes of them."""

import threading
from collections.abc import Callable
from typing import Any

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
