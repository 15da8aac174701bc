"""Callback tokens: who holds one reads files of one project, while the instance lasts and an hour longer."""

import re
import secrets

from fieldstation.core.instances.store import instances as store
from fieldstation.core.people.service.secrets import hash_of
from fieldstation.core.projects.model import Ground
from fieldstation.core.projects.service import Files
from fieldstation.db import Tx
from fieldstation.kernel.errors import Forbidden, Invalid

LENGTH = 22
LASTS_SECONDS = 3600.0  # beyond the end of its instance
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"  # of short UUIDs: none is like another
_GIVEN = re.compile(rf"[A-Za-z0-9]{{{LENGTH}}}")


def new_token() -> str:
    """Make a token: 22 characters, which hold 128 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(LENGTH))


def checked_token(token: str) -> str:
    """Return a token that somebody made; Invalid unless it is one of 22 letters and digits."""
    if not _GIVEN.fullmatch(token):
        raise Invalid(
            f"a callback token has {LENGTH} letters and digits",
            next_step="make one as short UUIDs are made, or have the station make it",
            reason="token_invalid",
        )
    return token


class CallbackTokens:
    """Reads and ends them; only their digests are kept."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def ground(self, tx: Tx, token: str, project: str) -> Ground:
        """Return the project whose files a token reads; Forbidden for any other token, project or time."""
        row = store.by_token(tx, hash_of(token), project)
        ground = None if row is None else self._files.standing(tx, row.user_id, row.project)
        if ground is None:
            raise Forbidden(
                "this token does not read files of this project, or not any more",
                next_step="ask who launched the instance",
                reason="token_over",
            )
        return ground

    def end(self, tx: Tx, instance_id: str, token: str) -> None:
        """End a token; who holds it may. Forbidden where it is none of this instance's."""
        if not store.drop_token(tx, instance_id, hash_of(token)):
            raise Forbidden(
                "this is no token of this instance, or not any more",
                next_step="nothing is left to do",
                reason="token_over",
            )
