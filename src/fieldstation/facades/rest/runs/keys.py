"""The header that makes a submit safe to repeat."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Header

from fieldstation.core.runs.model.values import SubmitKey
from fieldstation.kernel.canonical import Json, digest
from fieldstation.kernel.errors import Invalid

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="the same key never makes a second run; kept for 48 hours",
    ),
]


def key_for(key: str | None, route: str, body: Json) -> Callable[[str], SubmitKey | None]:
    """Return what makes the key of a person's submit, None where they gave none.

    Raises Invalid for a body whose values no two JSON libraries write alike.
    """
    body_digest = _digest(body) if key else ""

    def make(user_id: str) -> SubmitKey | None:
        return SubmitKey(user_id=user_id, route=route, key=key, body_digest=body_digest) if key else None

    return make


def _digest(body: Json) -> str:
    try:
        return digest(body)
    except ValueError as error:
        raise Invalid(
            "the body holds a text that is not Unicode, or a number that JSON does not carry exactly",
            next_step="give such a number as text, and mend the text",
        ) from error
