"""The header that makes a submit safe to repeat."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Header

from fieldstation.core.runs.model.values import SubmitKey
from fieldstation.kernel.canonical import Json, digest

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="the same key never makes a second run; kept for 48 hours",
    ),
]


def key_for(key: str | None, route: str, body: Json) -> Callable[[str], SubmitKey | None]:
    """Return what makes the key of a person's submit, None where they gave none."""
    body_digest = digest(body) if key else ""

    def make(user_id: str) -> SubmitKey | None:
        return SubmitKey(user_id=user_id, route=route, key=key, body_digest=body_digest) if key else None

    return make
