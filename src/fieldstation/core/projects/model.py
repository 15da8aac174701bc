"""What a project is."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project; `owner` is the username of who made it, `personal` marks the one every user has."""

    id: str
    name: str
    owner: str
    personal: bool
    created_at: datetime
