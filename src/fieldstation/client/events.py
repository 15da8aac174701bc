"""Server-sent events, read line by line (HTML, server-sent events)."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

EVENT_STREAM = "text/event-stream"


@dataclass(frozen=True, kw_only=True)
class ServerEvent:
    """One event; `data` is its parsed JSON."""

    name: str
    data: object
    id: str | None = None


def server_events(lines: Iterable[str]) -> Iterator[ServerEvent]:
    """Yield the events that these lines say; comments are passed over, an event cut off is not told."""
    fields: dict[str, str] = {}
    for line in lines:
        if not line:
            if "data" in fields:
                yield ServerEvent(
                    name=fields.get("event", "message"), data=json.loads(fields["data"]), id=fields.get("id")
                )
            fields = {}
            continue
        name, _, value = line.partition(":")
        if name:
            fields[name] = value.removeprefix(" ")
