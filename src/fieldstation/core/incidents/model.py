"""What is kept of an error that nobody expected: enough to find it in the code, nothing that people sent.

An exception's message may quote a request, so what stands in it between quotes, everything but its first line, and
whatever looks like a secret is left out. The station's log has the whole.
"""

import hashlib
import re
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

KEPT = 500  # different incidents; the least recent go
REQUESTS_KEPT = 20  # ids of the latest requests that met one
_FRAMES = 30
_MESSAGE = 300
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|«[^»]*»")
_SECRET = re.compile(r"(?<![\w-])(?![a-z]+-[0-9a-f]{8}-)[\w+/=.~-]{24,}")
_LINE = re.compile(r":\d+")  # it moves with every release
_PACKAGE = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Noted:
    """An error that was met `count` times at one place; `requests` are the ids of those that met it, latest first."""

    place: str
    kind: str
    message: str
    trace: str
    fingerprint: bytes
    requests: Sequence[str] = ()
    count: int = 1


@dataclass(frozen=True, kw_only=True)
class Incident:
    """The same as it is kept; `release` is the one that met it last.

    `acknowledged_by` is who said that they know of it (a username), unless it was met again since.
    """

    id: str
    place: str
    kind: str
    message: str
    trace: str
    release: str
    count: int
    requests: Sequence[str]
    first_at: datetime
    last_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None


def note(place: str, error: BaseException, request: str) -> Noted:
    """Write down an error that was met at `place`."""
    frames = list(_frames(error))
    kind = _kind(error)
    spot = next((frame for frame in reversed(frames) if frame.startswith("fieldstation/")), "")
    identity = "\n".join((place, kind, _LINE.sub("", spot)))
    return Noted(
        place=place,
        kind=kind,
        message=told(str(error)),
        trace="\n".join([*frames[-_FRAMES:], *_causes(error)]),
        fingerprint=hashlib.sha256(identity.encode()).digest(),
        requests=(request,) if request else (),
    )


def together(notes: Iterable[Noted]) -> Sequence[Noted]:
    """Put notes of the same error together; the message is the latest one's."""
    found: dict[bytes, Noted] = {}
    for one in notes:
        before = found.get(one.fingerprint)
        requests = (*one.requests, *(before.requests if before else ()))[:REQUESTS_KEPT]
        found[one.fingerprint] = replace(one, count=one.count + (before.count if before else 0), requests=requests)
    return list(found.values())


def told(message: str) -> str:
    """Return what may be told of an exception's message."""
    first = message.strip().splitlines()[0] if message.strip() else ""
    plain = _SECRET.sub("…", _QUOTED.sub("'…'", first))
    return plain if len(plain) <= _MESSAGE else f"{plain[: _MESSAGE - 1]}…"


def _frames(error: BaseException) -> Iterator[str]:
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"{_file(frame.filename)}:{frame.lineno} in {frame.name}"


def _file(name: str) -> str:
    path = Path(name)
    if path.is_relative_to(_PACKAGE):
        return f"fieldstation/{path.relative_to(_PACKAGE)}"
    return "/".join(path.parts[-2:])


def _causes(error: BaseException) -> Iterator[str]:
    seen = {id(error)}
    cause = error.__cause__ or error.__context__
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield f"after {_kind(cause)}: {told(str(cause))}"
        cause = cause.__cause__ or cause.__context__


def _kind(error: BaseException) -> str:
    module = type(error).__module__
    return type(error).__qualname__ if module == "builtins" else f"{module}.{type(error).__qualname__}"
