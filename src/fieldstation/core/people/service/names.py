"""What users and groups may be called."""

import re

from fieldstation.kernel.errors import Invalid
from fieldstation.kernel.ids import is_id

NAME = r"[a-z0-9][a-z0-9._@-]{0,63}"
RESERVED = frozenset({"everyone", "nobody", "station", "me"})


def checked_name(name: str) -> str:
    """Return `name` when a user or group may be called so; otherwise raise Invalid."""
    if not re.fullmatch(NAME, name) or name in RESERVED or is_id(name, "user"):
        raise Invalid(
            f"{name!r} cannot be a name here",
            next_step="use up to 64 of a-z, 0-9, dot, underscore, hyphen and @, beginning with a letter or digit",
        )
    return name


_SEEN = r"[^\s\x00-\x1f\x7f-\x9f]"
TITLE = rf"{_SEEN}([^\x00-\x1f\x7f-\x9f]*{_SEEN})?"
TITLE_LENGTH = 80
_HALF_PAIR = re.compile(r"[\ud800-\udfff]")


def checked_title(name: str, kind: str) -> str:
    """Return `name` when a thing whose ids begin with `kind` may be called so; otherwise raise Invalid."""
    sound = re.fullmatch(TITLE, name) and len(name) <= TITLE_LENGTH and not _HALF_PAIR.search(name)
    if not sound or is_id(name, kind):
        raise Invalid(
            f"{name!r} cannot be a name here",
            next_step="use 1 to 80 characters that can be seen, with spaces only between them; an id is no name",
            reason="name",
        )
    return name
