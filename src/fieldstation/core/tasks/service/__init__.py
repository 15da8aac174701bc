"""What can be done with tasks."""

from fieldstation.core.tasks.service.tasks import Tasks

__all__ = ["Tasks"]
