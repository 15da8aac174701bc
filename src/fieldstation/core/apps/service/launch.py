"""Launching an application: what it runs, with how much, and what its first period costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fieldstation.core.accounting.model.charges import NewProcessing
from fieldstation.core.accounting.service import ProcessingCharges
from fieldstation.core.apps.model.values import App, NewApp, path_of
from fieldstation.core.apps.service.apps import app_of
from fieldstation.core.apps.store import apps as store
from fieldstation.core.instances.model.values import check_name
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.projects.service import Projects
from fieldstation.core.runs.model.plan import Plan
from fieldstation.core.runs.service.in_projects import NewProjectRun, ProjectRuns
from fieldstation.core.tasks.model import NewTask, Purpose
from fieldstation.core.tasks.service import Tasks
from fieldstation.core.tools.model.apps import Cost, units_of
from fieldstation.core.tools.model.definition import Definition
from fieldstation.core.tools.model.numbers import read_size
from fieldstation.core.tools.model.published import ResolvedTool
from fieldstation.core.tools.model.render import Folders, fill, render
from fieldstation.core.tools.model.template import Source
from fieldstation.core.tools.service import Tools
from fieldstation.db import Tx
from fieldstation.kernel.errors import Conflict, Invalid, Unavailable
from fieldstation.kernel.ids import new_id
from fieldstation.ports.engine import DOOR_SOCKET

PROJECT_FOLDER = "/project"  # where an application sees the files of its project
COIN_RATE = Decimal(1000)  # the cost of an application is in coins already
_LEAST_MEMORY, _MOST_CORES = 1 << 24, 4096.0


@dataclass(frozen=True, kw_only=True)
class AppParts:
    """The features that a launch stands on; `doors`: an engine of this station runs what listens."""

    projects: Projects
    tools: Tools
    runs: ProjectRuns
    tasks: Tasks
    charges: ProcessingCharges
    doors: bool
    most: int  # applications that are not over, of all people


@dataclass(frozen=True, kw_only=True)
class _Size:
    """What an application runs with."""

    image: str
    cores: float
    memory_bytes: int


class AppLaunches:
    """Takes launches."""

    def __init__(self, parts: AppParts) -> None:
        self._parts = parts

    def launch(self, tx: Tx, caller: Caller, new: NewApp) -> App:
        """Queue an application, with the task that tells when it can be opened.

        Raises NotFound, Forbidden and Invalid for what is asked, OutOfCoins where the first period cannot be paid,
        Unavailable where as many run as the station lets.
        """
        check_name(new.name)
        project = self._parts.projects.find(tx, caller, new.project, Permission.PROJECT_RUN).id
        tool = self._parts.tools.application(tx, caller, new.application)
        variables = fill(tool.definition, new.variables)
        size = _size(tool.definition, variables)
        self._refuse(tx)
        app_id, run_id = new_id("instance"), new_id("run")
        units = units_of(size.cores, size.memory_bytes)
        product, cost = self._cost(tx, project, tool)
        self._open(tx, caller, (app_id, new.name), tool, product, cost.coins * units)
        run = self._parts.runs.queue(tx, caller, _run(new.name, project, run_id, tool, variables, size))
        task = self._parts.tasks.begin(
            tx, caller.user_id, NewTask(purpose=Purpose.INSTANCE, purpose_id=app_id, project=project)
        )
        ids = {"id": app_id, "run_id": run.id, "task_id": task.id, "project": project, "user_id": caller.user_id}
        paid = {"product": product, "units": units, **_paid(cost)}
        store.insert(tx, {**ids, **paid, **_described(tool, new.name, variables)})
        return app_of(store.by_id(tx, app_id))

    def _refuse(self, tx: Tx) -> None:
        if not self._parts.doors:
            raise Conflict(
                "no engine of this station runs applications: nothing could reach what they show",
                next_step="ask its operator for the sandbox; `fieldstation doctor` says what is missing",
                reason="no_engine",
            )
        if store.count_open(tx) >= self._parts.most:
            raise Unavailable(
                f"{self._parts.most} applications run here, as many as this station lets run at a time",
                next_step="stop one that is not needed, or wait; its operator may raise FIELDSTATION_APPS",
                reason="station_full",
            )

    def _cost(self, tx: Tx, project: str, tool: ResolvedTool) -> tuple[str | None, Cost]:
        """Return who pays, and what; an evaluation is free."""
        assert tool.definition.app is not None
        product = self._parts.projects.get(tx, project).product
        free = product is not None and self._parts.charges.free(tx, product)
        return product, Cost() if free else tool.definition.app.cost

    def _open(
        self, tx: Tx, caller: Caller, named: tuple[str, str], tool: ResolvedTool, product: str | None, quote: Decimal
    ) -> None:
        if product is None:
            return
        new = NewProcessing(
            product=product,
            instance=named[0],
            name=named[1],
            user_id=caller.user_id,
            username=caller.username,
            rate=COIN_RATE,
            quote=quote,
            detail={"application_id": tool.name, "application_version": tool.version},
        )
        self._parts.charges.open(tx, new)


def _size(definition: Definition, variables: Mapping[str, Any]) -> _Size:
    """Return what the variables `image`, `cpu` and `memory` ask for, where the definition has them."""
    assert definition.app is not None
    image, cores, memory = definition.image, definition.resources.cpu, definition.resources.memory_bytes
    if definition.app.variants and "image" in variables:
        wanted = str(variables["image"])
        if wanted not in definition.app.variants:
            raise _unfit(f"there is no image {wanted[:100]!r}", ", ".join(definition.app.variants))
        image = definition.app.variants[wanted]
    if "cpu" in variables:
        try:
            cores = float(variables["cpu"])
        except (TypeError, ValueError):
            cores = 0.0
        if not 0.0 < cores <= _MOST_CORES:
            raise _unfit("cpu is no number of processors", "such as 1 or 0.5")
    if "memory" in variables:
        size = read_size(str(variables["memory"]))
        if size is None or size < _LEAST_MEMORY:
            raise _unfit("memory is no size of 16Mi or more", "such as 512Mi or 4Gi")
        memory = size
    return _Size(image=image, cores=cores, memory_bytes=memory)


def _unfit(text: str, known: str) -> Invalid:
    return Invalid(text, next_step=f"give one of what there is: {known}", reason="parameters_invalid")


def _run(
    name: str, project: str, run_id: str, tool: ResolvedTool, variables: Mapping[str, Any], size: _Size
) -> NewProjectRun:
    definition = tool.definition
    assert definition.app is not None
    listens = definition.app.listens
    prefix = "/" if listens.strips else path_of(run_id)
    door = {Source.SOCKET: DOOR_SOCKET, Source.PORT: str(listens.port), Source.PREFIX: prefix}
    variables_of_door = {"FIELDSTATION_PREFIX": path_of(run_id)}
    if listens.port is None:
        variables_of_door["FIELDSTATION_SOCKET"] = DOOR_SOCKET
    plan = Plan(
        image=size.image,
        argv=tuple(render(definition, variables, {}, Folders(door=door))),
        project=PROJECT_FOLDER,
        directory=PROJECT_FOLDER,
        environment={**definition.environment, **variables_of_door},
        door=True,
        port=listens.port,
        tool=tool.revision if definition.files else None,
        writes=definition.app.writes,
    )
    return NewProjectRun(
        id=run_id,
        project=project,
        name=name,
        tool_id=tool.tool_id,
        tool_name=tool.name,
        tool_version=tool.version,
        revision=tool.revision,
        plan=plan,
        memory_bytes=size.memory_bytes,
        cores=size.cores,
        parameters=variables,
        hard_seconds=definition.limits.hard_seconds,
        grace_seconds=definition.limits.grace_seconds,
    )


def _paid(cost: Cost) -> Mapping[str, Any]:
    return {"cost": cost.coins, "period_seconds": cost.period_seconds, "pro_rata": cost.pro_rata}


def _described(tool: ResolvedTool, name: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    assert tool.definition.app is not None
    listens = tool.definition.app.listens
    return {
        "name": name,
        "application": tool.name,
        "version": tool.version,
        "title": tool.definition.title,
        "variables": variables,
        "strips": listens.strips,
        "within_seconds": listens.within_seconds,
    }
