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


TITLE = r"[^\x00-\x1f\x7f-\x9f]{1,80}"


def checked_title(kind: Kind, name: str) -> str:
    """Return `name` when an organisation, a unit or a product may be called so; otherwise raise Invalid."""
    if not re.fullmatch(TITLE, name) or name != name.strip() or is_id(name, ID_KINDS[kind]):
        raise Invalid(
            f"{name!r} cannot be the name of a {noun_of(kind)}",
            next_step="use 1 to 80 visible characters and spaces, none at the ends, not an id",
        )
    return name
