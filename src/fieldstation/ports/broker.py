"""What the station demands of a message broker."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """A message that a broker brought; `tag` is what it is settled by, `name` what tells it from every other.

    `number` is that of a message of the station's own, None of one of somebody else.
    """

    tag: int
    name: str
    number: int | None
    form: str
    content: bytes = field(repr=False)


class Broker(Protocol):
    """One way to a broker, for one thread; each call raises Unavailable while the broker is away."""

    def send(self, number: int, form: str, content: bytes) -> None:
        """Return once the broker has the message for good."""

    def take(self, most: int, seconds: float) -> Sequence[Parcel]:
        """Return up to `most` messages, waiting so long for the first; each must be settled or refused."""

    def settle(self, parcels: Sequence[Parcel]) -> None:
        """Say that these were heard, and shall not be brought again."""

    def refuse(self, parcel: Parcel) -> None:
        """Have the broker put a message aside."""

    def idle(self) -> None:
        """Keep the way open while there is nothing to send; notices when it is not."""

    def close(self) -> None:
        """Let go; what was taken and not settled is brought again."""
