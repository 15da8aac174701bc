"""Projects over REST: the projects themselves, who is what in them, and their files."""

from fieldstation.facades.rest.projects.routes import router

__all__ = ["router"]
