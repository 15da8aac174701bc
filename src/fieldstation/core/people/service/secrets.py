"""Secrets that people and programs come back with: told once, kept as a digest only."""

import hashlib
import secrets

_BYTES = 32


def fresh_secret() -> str:
    """Return a new secret that nobody guesses."""
    return secrets.token_urlsafe(_BYTES)


def hash_of(secret: str) -> bytes:
    """Return what is kept of a secret; it is random, so a plain SHA-256 does."""
    return hashlib.sha256(secret.encode()).digest()
