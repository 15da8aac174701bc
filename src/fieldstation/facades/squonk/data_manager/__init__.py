"""`/data-manager-api`: projects, files, data sets, jobs, instances, tasks and workflows."""

from fieldstation.facades.squonk.data_manager.admin import AdminDoor
from fieldstation.facades.squonk.data_manager.apps import AppDoor
from fieldstation.facades.squonk.data_manager.datasets import DatasetDoor, DatasetParts
from fieldstation.facades.squonk.data_manager.door import DataManagerParts, data_manager
from fieldstation.facades.squonk.data_manager.instances import InstanceDoor
from fieldstation.facades.squonk.data_manager.inventory import InventoryDoor
from fieldstation.facades.squonk.data_manager.jobs import JobDoor
from fieldstation.facades.squonk.data_manager.managed import Saving
from fieldstation.facades.squonk.data_manager.projects import ProjectDoor
from fieldstation.facades.squonk.data_manager.users import UserDoor
from fieldstation.facades.squonk.data_manager.workflows import WorkflowDoor

__all__ = [
    "AdminDoor",
    "AppDoor",
    "DataManagerParts",
    "DatasetDoor",
    "DatasetParts",
    "InstanceDoor",
    "InventoryDoor",
    "JobDoor",
    "ProjectDoor",
    "Saving",
    "UserDoor",
    "WorkflowDoor",
    "data_manager",
]
