"""Time on the wire. Time that decides anything is the database's (`Tx.now`); this only writes it down."""

from datetime import UTC, datetime


def wire_time(moment: datetime) -> str:
    """Write an aware time as RFC 3339 UTC with six digits and `Z`."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone has no meaning on the wire")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def read_time(text: str) -> datetime:
    """Read an RFC 3339 time; a time without a zone is refused with ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no zone; write it like 2026-01-31T12:00:00Z")
    return moment
