"""Sealing secrets with the station key (AES-256-GCM)."""

import contextlib
import os
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fieldstation.kernel.errors import Broken

_NONCE_BYTES = 12
_KEY_BYTES = 32


class Sealer:
    """Seals and opens secrets; a sealed secret opens only with the same key and the same `purpose`."""

    def __init__(self, key: bytes) -> None:
        if len(key) != _KEY_BYTES:
            raise Broken(
                f"the station key has {len(key)} bytes instead of {_KEY_BYTES}",
                next_step="put the key of this station back, from its backup",
            )
        self._cipher = AESGCM(key)

    def seal(self, secret: bytes, purpose: str) -> bytes:
        """Encrypt `secret`; `purpose` (such as `signing-key`) is bound to it."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """Decrypt what `seal` made; Broken when the key is another or the bytes were changed."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose.encode())
        except InvalidTag:
            raise Broken(
                f"a stored secret ({purpose}) does not open with this station's key",
                next_step="put the station key that belongs to this database back",
            ) from None


def load_or_make_key(path: Path) -> bytes:
    """Read the 32 bytes of the station key, or make it (mode 0600) on first use.

    It appears whole or not at all, and of several processes that make it at once all return the same.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        _make_key(path)
    return path.read_bytes()


def _make_key(path: Path) -> None:
    handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")  # 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(os.urandom(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another was first
            os.link(fresh, path)
    finally:
        Path(fresh).unlink()
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
