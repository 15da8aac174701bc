"""Asking addresses that strangers named, as the core may do it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Sources(Protocol):
    """Reads the small texts from which a station takes definitions: files, and addresses in the web."""

    def admit(self, address: str) -> None:
        """Return when the station takes definitions from this address; raise Forbidden or Invalid otherwise."""

    def read(self, errand: "Errand") -> str:
        """Return the text at an address.

        Waits for others, so it is never called in a transaction. Raises Forbidden, Invalid, NotFound, TooLarge,
        Unavailable.
        """


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What to read: an address, and the headers and query that its host wants to see, which may be secrets."""

    address: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
