"""What was done about organisations, units and products."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from fieldstation.client.answers import read
from fieldstation.client.things import Json
from fieldstation.client.transport import Transport, at


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something that was done: `actor` is a username or `station`; the other three are ids of what it concerns."""

    id: int
    at: datetime
    kind: str
    actor: str
    body: Mapping[str, Json]
    organisation: str | None = None
    unit: str | None = None
    product: str | None = None


class Actions:
    """Everything about actions."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def all(self, **asked: str | None) -> Iterator[Action]:
        """Yield what was done, newest first.

        `asked` may have `organisation`, `unit`, `product`, `kind`, and `since` and `until` as RFC 3339 times.
        """
        wanted = {name: value for name, value in asked.items() if value is not None}
        return self._transport.pages(Action, at("actions"), wanted)

    def follow(self) -> Iterator[Action]:
        """Yield what is done from now on, as it is done; a connection that breaks is taken up where it was."""
        for event in self._transport.follow(at("actions")):
            if event.name == "action":
                yield read(Action, event.data)
