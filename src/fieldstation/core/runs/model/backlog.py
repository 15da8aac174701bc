"""What waits for a slot, and whose it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class ShareOfSlots:
    """What one project has in the queue and at work.

    `used_seconds` of slots of late (decayed with a half-life of one hour): who has fewest of them comes first.
    """

    project_id: str
    project: str
    owner: str
    queued: int
    at_work: int
    oldest: datetime | None
    used_seconds: float


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """How long the queue is, since when the first of it waits, and the projects with most in it."""

    queued: int
    oldest: datetime | None
    shares: Sequence[ShareOfSlots]
