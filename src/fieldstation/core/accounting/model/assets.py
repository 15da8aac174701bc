"""What an asset is: a named piece of text or a file that jobs are given, such as a licence or a key."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from fieldstation.kernel.errors import Invalid, TooLarge

NAME = r"[a-z0-9-]{1,63}"
MAX_BYTES = 1 << 20
MAX_DESCRIPTION = 1000
DESCRIPTION = rf"[^\x00\ud800-\udfff]{{0,{MAX_DESCRIPTION}}}"


class Scope(StrEnum):
    """Whose jobs an asset is for; the narrower one wins where several have an asset of one name."""

    USER = "user"
    PRODUCT = "product"
    UNIT = "unit"
    ORGANISATION = "organisation"
    GLOBAL = "global"


@dataclass(frozen=True, kw_only=True)
class Asset:
    """An asset. `scope_id` is a username or the id of a product, a unit or an organisation, empty for all people.

    `content` is absent of a secret one, which only jobs are given, and of a long one in a list. Jobs get an asset
    while it is `enabled` and `attached`.
    """

    id: str
    name: str
    scope: Scope
    scope_id: str
    creator: str
    description: str | None
    secret: bool
    enabled: bool
    attached: bool
    content: bytes | None
    created_at: datetime
    content_changed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class GivenAsset:
    """What a job is given of an asset."""

    content: bytes = field(repr=False)
    secret: bool


@dataclass(frozen=True, kw_only=True)
class NewAsset:
    """An asset to make; without `scope_id` one of scope `user` is the caller's."""

    name: str
    scope: Scope
    content: bytes
    scope_id: str | None = None
    description: str | None = None
    secret: bool = False


@dataclass(frozen=True, kw_only=True)
class AssetChange:
    """What shall change about an asset; what is None stays."""

    description: str | None = None
    content: bytes | None = None
    enabled: bool | None = None
    attached: bool | None = None


def check_name(name: str) -> None:
    """Raise Invalid unless an asset may be called so."""
    if not re.fullmatch(NAME, name):
        raise Invalid(
            f"{name!r} cannot be the name of an asset",
            next_step="use 1 to 63 of a-z, 0-9 and hyphen",
            reason="name",
        )


def check_content(content: bytes) -> None:
    """Raise TooLarge for more than an asset keeps, Invalid for nothing."""
    if not content:
        raise Invalid("an asset without content", next_step="give it a text or a file that is not empty")
    if len(content) > MAX_BYTES:
        raise TooLarge(
            f"an asset keeps {MAX_BYTES} bytes, not {len(content)}", next_step="keep what is larger as a data set"
        )


def check_description(description: str | None) -> None:
    """Raise Invalid for a description that is too long, or no text that can be kept."""
    if description is not None and not re.fullmatch(DESCRIPTION, description):
        raise Invalid(
            f"the description is no text of at most {MAX_DESCRIPTION} characters",
            next_step="make it shorter, in characters that can be written",
            reason="description",
        )
