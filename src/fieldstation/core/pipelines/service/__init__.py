"""Keeping workflows, running them, and moving them on."""

from fieldstation.core.pipelines.service.advancing import Advancing
from fieldstation.core.pipelines.service.running import OpenWorkflows, OpenWorkflowsOfUsers, RunningWorkflows, RunParts
from fieldstation.core.pipelines.service.workflows import Workflows

__all__ = ["Advancing", "OpenWorkflows", "OpenWorkflowsOfUsers", "RunParts", "RunningWorkflows", "Workflows"]
