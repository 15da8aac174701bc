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
