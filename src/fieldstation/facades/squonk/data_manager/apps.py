"""Applications at the Data Manager's door: launched with their variables, shown as instances with an address."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, Field

from fieldstation.core.accounting.model.products import coins
from fieldstation.core.apps.model.values import App, Application, AppPhase, NewApp
from fieldstation.core.apps.service import AppServices
from fieldstation.core.people.model import Caller
from fieldstation.db import Tx
from fieldstation.facades.squonk.arguments import Arguments
from fieldstation.facades.squonk.data_manager.instance_shapes import InstanceOut, InstanceTaskOut, specification_of
from fieldstation.facades.squonk.data_manager.job_shapes import ApplicationOut
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Invalid
from fieldstation.kernel.paging import MAX_LIMIT, PageRequest

_UNIT = "PxGi"
_OF_JOBS = ("callback_url", "callback_context", "callback_token", "generate_callback_token")
MOST = 10 * MAX_LIMIT


class AppStartedOut(BaseModel):
    """An application that was launched."""

    instance_id: str
    task_id: str


class VariantOut(BaseModel):
    """An image that an application can run in."""

    name: str
    image: str


class VariantsOut(BaseModel):
    """The images of an application."""

    public: list[VariantOut]


class ApplicationDetailOut(BaseModel):
    """An application and the instances of it that you see, newest first."""

    id: str
    kind: str
    group: str
    versions: list[str]
    template: str = Field(description="a JSON schema of its specification, as text")
    instances: list[InstanceOut]
    image_variants: VariantsOut | None = None
    cost: str = Field(description="coins of each period; those of jobs are theirs", examples=["0"])
    cost_unit: str | None = Field(default=None, description="what is counted: processors × GiB of memory")
    cost_period: str | None = Field(default=None, examples=["hour"])
    cost_pro_rata: bool | None = None


@dataclass(frozen=True, kw_only=True)
class AppDoor:
    """What the routes of applications and instances need of them; `address` is the station's."""

    parts: AppServices
    address: str

    def launch(self, tx: Tx, caller: Caller, arguments: Arguments) -> AppStartedOut:
        """Launch the application that is named."""
        _refuse_of_jobs(arguments)
        specification = specification_of(arguments.text("specification") or "{}")
        variables = specification.get("variables") or {}
        if not isinstance(variables, dict):
            raise Invalid("the variables of the specification are no object", next_step="give an object of variables")
        new = NewApp(
            project=arguments.needed("project_id"),
            name=arguments.needed("as_name"),
            application=arguments.needed("application_id"),
            variables=variables,
        )
        app = self.parts.launches.launch(tx, caller, new)
        return AppStartedOut(instance_id=app.id, task_id=app.task_id)

    def all(self, tx: Tx, caller: Caller) -> list[ApplicationOut]:
        """List the applications; of several with one id the one that the id means."""
        found = {one.id: one for one in self.parts.applications.list(tx, caller, PageRequest(limit=MOST)).items}
        return [
            ApplicationOut(application_id=one.id, kind=one.kind, group=one.group, latest_version=one.version)
            for one in sorted(found.values(), key=lambda one: one.id)
        ]

    def describe(self, tx: Tx, caller: Caller, application_id: str) -> ApplicationDetailOut:
        """Describe one, with its instances."""
        one = self.parts.applications.show(tx, caller, application_id)
        page = self.parts.apps.list(tx, caller, PageRequest(limit=MOST), application=one.id)
        variants = [VariantOut(name=name, image=image) for name, image in one.variants.items()]
        return ApplicationDetailOut(
            id=one.id,
            kind=one.kind,
            group=one.group,
            versions=[one.version],
            template=json.dumps(_template(one)),
            instances=[self.shown(app, listed=True) for app in page.items],
            image_variants=VariantsOut(public=variants) if variants else None,
            cost=coins(one.cost.coins),
            cost_unit=_UNIT,
            cost_period=one.cost.period,
            cost_pro_rata=one.cost.pro_rata,
        )

    def shown(self, app: App, *, listed: bool) -> InstanceOut:
        """Describe a launched application, as lists do or whole."""
        known = None if app.answered_at is None else wire_time(app.answered_at)
        return InstanceOut(
            id=app.id if listed else None,
            name=app.name,
            owner=app.owner,
            project_id=app.project,
            archived=app.archived,
            application_id=app.application,
            application_version=app.version,
            application_type="APPLICATION",
            application_specification=json.dumps({"variables": app.variables}),
            phase=app.phase.value.upper(),
            launched=wire_time(app.launched_at),
            started=known,
            stopped=None if app.stopped_at is None else wire_time(app.stopped_at),
            run_time=str(_lasted(app)),
            url=self.address + app.path if app.phase is AppPhase.RUNNING else None,
            outputs={},
            coins=None if app.coins is None else coins(app.coins),
            error_message=app.error,
            authorisation_code=app.authorisation,
            has_valid_callback_token=None if listed else False,
            tasks=None if listed else [InstanceTaskOut(id=app.task_id, purpose="CREATE")],
        )


def _refuse_of_jobs(arguments: Arguments) -> None:
    if arguments.text("debug") not in (None, "", "0"):
        raise Invalid(
            "applications are not kept by debug, which is for jobs",
            next_step="leave it out, and archive the application to keep it after its end",
        )
    given = [name for name in _OF_JOBS if arguments.text(name)]
    if given:
        raise Invalid(
            f"applications tell nobody how they are: {', '.join(given)} is for jobs",
            next_step="leave it out, and follow the task that is returned",
        )


def _template(one: Application) -> Mapping[str, Any]:
    """Return what POST /instance takes as the specification."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"variables": {**one.parameters, "title": one.title}},
    }


def _lasted(app: App) -> timedelta:
    if app.answered_at is None:
        return timedelta()
    return (app.stopped_at or datetime.now(app.answered_at.tzinfo)) - app.answered_at
