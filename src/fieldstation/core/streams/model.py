"""Actions as they are read, and the streams that people have of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

FIRST = 1  # the ordinal before that of the first message: who asks for what comes after it gets everything


class Form(StrEnum):
    """How the messages of a stream are written."""

    PROTOCOL = "protocol"
    JSON = "json"


@dataclass(frozen=True, kw_only=True)
class Done:
    """An action that was done: `actor` is a username or `station`.

    `place` counts all actions of the station, `ordinal` those that are messages; both come a moment after the action.
    """

    id: int
    at: datetime
    kind: str
    actor: str
    organisation: str | None
    unit: str | None
    product: str | None
    body: Mapping[str, Any]
    place: int | None
    ordinal: int | None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which actions are wanted: those about these things, from a moment on and before another."""

    organisation: str | None = None
    unit: str | None = None
    product: str | None = None
    kind: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Stream:
    """A person's stream of messages; whoever knows its `key` reads it as that person."""

    id: int
    user_id: str
    key: str
    form: Form
