"""How a station is, for those who operate it; and what of one's own runs asks for one's eyes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fieldstation.client.things import Reason
from fieldstation.client.transport import Transport, at


@dataclass(frozen=True, kw_only=True)
class ToolName:
    """The tool of a run."""

    name: str
    version: str


@dataclass(frozen=True, kw_only=True)
class RunNote:
    """A run in a few words; `unread`: it ended since the caller last looked."""

    id: str
    tool: ToolName
    state: str
    created_at: datetime
    attempts: int = 0
    unread: bool = False
    name: str | None = None
    reason: Reason | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Attention:
    """What became of the runs that the caller submitted; each list has a few, newest first."""

    under_way: Sequence[RunNote]
    ended: Sequence[RunNote]
    failed: Sequence[RunNote]
    unread: int
    looked_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Incident:
    """An error that nobody expected, and how often it was met."""

    id: str
    place: str
    kind: str
    message: str
    trace: str
    release: str
    count: int
    first_at: datetime
    last_at: datetime
    requests: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of a station."""

    name: str
    condition: str
    text: str
    next_step: str | None = None


@dataclass(frozen=True, kw_only=True)
class EngineState:
    """One engine: whether it works, and how many attempts it runs at once."""

    name: str
    works: bool
    slots: int
    missing: str | None = None


@dataclass(frozen=True, kw_only=True)
class Health:
    """A station as a whole."""

    url: str
    version: str
    condition: str
    parts: Sequence[Part]
    engines: Sequence[EngineState]


@dataclass(frozen=True, kw_only=True)
class Share:
    """What one project has in the queue and at work."""

    project: str
    name: str
    owner: str
    queued: int
    at_work: int
    used_seconds: float
    oldest: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Queue:
    """The queue, and whose it is."""

    queued: int
    shares: Sequence[Share]
    oldest: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class _Incidents:
    items: Sequence[Incident]


class Operations:
    """Everything for operators, and the caller's own attention."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def health(self) -> Health:
        """Return how the station is, part by part."""
        return self._transport.get_as(Health, at("station"))

    def queue(self) -> Queue:
        """Return what waits for a slot, since when, and whose it is."""
        return self._transport.get_as(Queue, at("station", "queue"))

    def errors(self, limit: int = 50) -> Sequence[Incident]:
        """Return the errors that nobody expected, those met last first."""
        return self._transport.get_as(_Incidents, at("station", "errors"), {"limit": limit}).items

    def error(self, reference: str) -> Incident:
        """Return one error, by its id or by that of a request which met it."""
        return self._transport.get_as(Incident, at("station", "errors", reference))

    def attention(self) -> Attention:
        """Return which runs of the caller are under way, which ended, and which need them."""
        return self._transport.get_as(Attention, at("attention"))

    def look(self) -> None:
        """Take note that the caller looked at what ended until now."""
        self._transport.send("POST", at("attention", "look"))

    def see(self, run_id: str) -> None:
        """Take note that the caller looked at a run."""
        self._transport.send("PUT", at("attention", "runs", run_id))
