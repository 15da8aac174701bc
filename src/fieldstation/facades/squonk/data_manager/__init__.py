"""`/data-manager-api`: projects, files, data sets, jobs, instances, tasks and workflows."""

from fieldstation.facades.squonk.data_manager.door import DataManagerParts, data_manager

__all__ = ["DataManagerParts", "data_manager"]
