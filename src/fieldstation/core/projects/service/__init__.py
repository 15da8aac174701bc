"""Making, sharing and removing projects, and the files in them."""

from fieldstation.core.projects.service.files import Files, Numbers
from fieldstation.core.projects.service.projects import ProjectChange, Projects, thing_of

__all__ = ["Files", "Numbers", "ProjectChange", "Projects", "thing_of"]
