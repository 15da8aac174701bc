"""Workflows: kept, versioned, run and followed."""

from fieldstation.facades.rest.workflows.routes import WorkflowsDoor, router

__all__ = ["WorkflowsDoor", "router"]
