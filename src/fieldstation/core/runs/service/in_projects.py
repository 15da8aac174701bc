"""Runs that work in a project: their command is written at submit, and what they make stays in the project."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fieldstation.core.images.service import Images
from fieldstation.core.people.model import Caller, Kind, Permission, Thing
from fieldstation.core.people.service import Access
from fieldstation.core.runs.model.plan import Plan, write_plan
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.model.values import Run
from fieldstation.core.runs.service.news import run_event
from fieldstation.core.runs.store import runs as run_store
from fieldstation.db import Tx
from fieldstation.db.outbox import Outbox
from fieldstation.kernel.ids import new_id
from fieldstation.kernel.logs import request_id

_PRIORITY = 5
_HARD_SECONDS = 7 * 24 * 3600.0
_GRACE_SECONDS = 10.0
_DISK_BYTES, _PIDS = 4 << 30, 4096
_NOT_REUSABLE = {"not_reusable": "it writes into its project, which may have changed since"}


@dataclass(frozen=True, kw_only=True)
class NewProjectRun:
    """A run to queue: the revision of a tool that it stands for, what it was given, and what it does.

    `memory_bytes` and `cores` are what it may use, for at most `hard_seconds`. Its `id` is made here, or before where
    its command has to know it.
    """

    project: str
    name: str
    tool_id: str
    tool_name: str
    tool_version: str
    revision: str
    plan: Plan
    memory_bytes: int
    cores: float
    parameters: Mapping[str, Any] = field(default_factory=dict)
    hard_seconds: float = _HARD_SECONDS
    grace_seconds: float = _GRACE_SECONDS
    id: str = field(default_factory=lambda: new_id("run"))


class ProjectRuns:
    """Queues runs that work in a project."""

    def __init__(self, access: Access, images: Images, outbox: Outbox) -> None:
        self._access = access
        self._images = images
        self._outbox = outbox

    def queue(self, tx: Tx, caller: Caller, new: NewProjectRun) -> Run:
        """Queue a run; who may run in the project decides that it may change the project's files."""
        self._access.decide(tx, caller, Permission.PROJECT_RUN, Thing(kind=Kind.PROJECT, id=new.project))
        run_id = new.id
        run_store.insert_run(
            tx,
            {
                "id": run_id,
                "project_id": new.project,
                "user_id": caller.user_id,
                "username": caller.username,
                "name": new.name,
                "tool_id": new.tool_id,
                "tool_name": new.tool_name,
                "tool_version": new.tool_version,
                "revision": new.revision,
                "parameters": new.parameters,
                "resources": {
                    "cpu": new.cores,
                    "memory_bytes": new.memory_bytes,
                    "disk_bytes": _DISK_BYTES,
                    "pids": _PIDS,
                },
                "output_dataset_id": None,
                "priority": _PRIORITY,
                "state": State.QUEUED,
                "reason": None,
                "max_attempts": 1,
                "retry_on": [],
                "soft_seconds": new.hard_seconds,
                "hard_seconds": new.hard_seconds,
                "grace_seconds": new.grace_seconds,
                "tag": None,
                "image": self._images.pin(tx, new.plan.image),
                "reuse": False,
                "reuse_key": None,
                "reuse_parts": _NOT_REUSABLE,
                "reused_from": None,
                "rerun_of": None,
                "request_id": request_id.get(),
            },
            [],
        )
        run_store.keep_plan(tx, run_id, write_plan(new.plan))
        self._outbox.emit(tx, [run_event(run_id, new.project, State.QUEUED)])
        run = run_store.run_by_id(tx, run_id)
        assert run is not None
        return run
