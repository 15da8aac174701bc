"""Jinja's templates, expanded in a process of its own."""

from fieldstation.gateways.templates.bounded import BoundedTemplates

__all__ = ["BoundedTemplates"]
