"""Passwords: what may be one, its Argon2id hash, and checking it at the same cost whether or not the user exists."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fieldstation.kernel.errors import Invalid, Problem

MIN_LENGTH = 8
MAX_LENGTH = 256  # characters; bounds the work that a stranger can ask for

_HASHER = PasswordHasher(time_cost=2, memory_cost=32 * 1024, parallelism=1)  # Argon2id (RFC 9106), 32 MiB, about 50 ms


def hash_password(password: str) -> str:
    """Return the Argon2id hash of `password`; Invalid when it is too short or too long."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise Invalid(
            "the password cannot be used",
            next_step=f"choose one of {MIN_LENGTH} to {MAX_LENGTH} characters",
            problems=[Problem(where="/password", text=f"must have {MIN_LENGTH} to {MAX_LENGTH} characters")],
        )
    return _HASHER.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Tell whether `password` belongs to the hash `stored`; without a hash it does the same work and is false."""
    if len(password) > MAX_LENGTH:
        return False
    decoy = _decoy()
    try:
        _HASHER.verify(stored or decoy, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


@cache
def _decoy() -> str:
    return _HASHER.hash("the password of a user who does not exist")
