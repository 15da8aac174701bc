"""The door as a whole: its parts and its application."""

from dataclasses import dataclass

from fastapi import FastAPI

from fieldstation.core.accounting.service import Merchants
from fieldstation.core.datasets.service import Annotations
from fieldstation.core.tasks.service import Tasks
from fieldstation.facades.kit.grounds import Grounds
from fieldstation.facades.kit.loading import Loading
from fieldstation.facades.kit.moving import Movers
from fieldstation.facades.squonk.application import application
from fieldstation.facades.squonk.data_manager import (
    admin,
    applications,
    datasets,
    files,
    instances,
    inventory,
    jobs,
    managed,
    manifests,
    metadata,
    projects,
    running_workflows,
    station,
    tasks,
    users,
    workflows,
)
from fieldstation.facades.squonk.data_manager.receiving import Receiving

_ABOUT = "Projects, files, data sets, jobs and their instances, for programs made for the Squonk2 Data Manager."


@dataclass(frozen=True, kw_only=True)
class DataManagerParts:
    """What the door hands its calls to."""

    release: str
    projects: projects.ProjectDoor
    grounds: Grounds
    saving: managed.Saving
    tasks: Tasks
    jobs: jobs.JobDoor
    loading: Loading
    mode: str
    instances: instances.InstanceDoor
    datasets: datasets.DatasetDoor
    annotations: Annotations
    receiving: Receiving
    movers: Movers
    users: users.UserDoor
    admin: admin.AdminDoor
    inventory: inventory.InventoryDoor
    merchants: Merchants
    workflows: workflows.WorkflowDoor


def data_manager(parts: DataManagerParts) -> FastAPI:
    """Return the application of this door."""
    app = application("Data Manager", "5.0", _ABOUT)
    app.include_router(station.router(parts.release, parts.mode, parts.merchants))
    app.include_router(projects.router(parts.projects))
    app.include_router(files.router(parts.grounds))
    app.include_router(managed.router(parts.grounds, parts.saving))
    app.include_router(tasks.router(parts.tasks))
    app.include_router(metadata.router(parts.annotations))
    app.include_router(datasets.router(parts.datasets, parts.receiving, parts.movers))
    app.include_router(jobs.router(parts.jobs))
    app.include_router(instances.router(parts.instances, parts.grounds))
    app.include_router(
        applications.router(
            applications.ApplicationDoor(instances=parts.instances.instances, apps=parts.instances.apps)
        )
    )
    app.include_router(users.router(parts.users))
    app.include_router(inventory.router(parts.inventory))
    app.include_router(admin.router(parts.admin))
    app.include_router(manifests.router(parts.loading))
    app.include_router(workflows.router(parts.workflows))
    app.include_router(running_workflows.router(parts.workflows.running))
    return app
