"""What an action is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fieldstation.kernel.canonical import Json

PROCESSING, STORAGE, AUTHORITY = "charge.processing", "charge.storage", "authority.answered"
MESSAGES = frozenset({PROCESSING, STORAGE, AUTHORITY})  # what listeners of event streams hear


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What authority was asked for: an operation, how much of it, and the name and the id of what it is for."""

    operation: str
    value: str
    name: str = ""
    id: str = ""


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something done: `kind` is that of a deed of the audit or one of MESSAGES, `actor` a user id or `station`.

    `about` is the id of the organisation, unit or product that it concerns, if one; `body` holds no secrets.
    """

    kind: str
    actor: str
    about: str | None
    body: Mapping[str, Json] = field(default_factory=dict)
