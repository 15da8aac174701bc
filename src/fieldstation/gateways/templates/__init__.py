"""Jinja's templates, expanded in a process of its own."""

from fieldstation.gateways.templates.helper import TemplateHelper

__all__ = ["TemplateHelper"]
