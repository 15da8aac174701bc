"""What can be done with tasks."""

from fieldstation.core.tasks.service.operations import Operations
from fieldstation.core.tasks.service.tasks import Tasks

__all__ = ["Operations", "Tasks"]
