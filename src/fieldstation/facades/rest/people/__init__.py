"""Users, groups, tokens and `why` over REST."""

from fieldstation.facades.rest.people.routes import router
from fieldstation.facades.rest.people.why import Finder

__all__ = ["Finder", "router"]
