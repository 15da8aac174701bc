"""References to data as people write them."""

import re
from dataclasses import dataclass

from fieldstation.client.errors import ClientError

_REFERENCE = re.compile(r"(?P<name>[^@:]+)(?:@(?P<number>[1-9][0-9]*))?(?::(?P<path>.+))?")


@dataclass(frozen=True, kw_only=True)
class Reference:
    """`name`, `name@2` or `name@2:path/in/it`, taken apart; without a number the newest version is meant."""

    name: str
    number: int | None = None
    path: str | None = None


def read_reference(text: str) -> Reference:
    """Take a reference apart; ClientError with the right form when it is none."""
    match = _REFERENCE.fullmatch(text)
    if match is None:
        raise ClientError(
            f"{text!r} names no data",
            next_step="write NAME, NAME@NUMBER or NAME@NUMBER:PATH; fieldstation dataset list shows names",
            reason="reference",
        )
    number = match["number"]
    return Reference(name=match["name"], number=int(number) if number else None, path=match["path"])
