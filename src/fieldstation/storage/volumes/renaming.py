"""Renaming that replaces nothing, or changes places, in one step of the kernel, which Python has no word for."""

import ctypes
import errno
import os
import sys
from enum import IntEnum

Spot = tuple[int, str]  # a descriptor of a folder, and a name in it
_DARWIN = sys.platform == "darwin"
UNKNOWN = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)  # where the system or the file system has no such step


class How(IntEnum):
    """How to rename: the kernel's flags."""

    NOT_OVER = 4 if _DARWIN else 1
    EXCHANGE = 2


def _call() -> "ctypes._NamedFuncPointer | None":
    found = getattr(ctypes.CDLL(None, use_errno=True), "renameatx_np" if _DARWIN else "renameat2", None)
    if found is not None:
        found.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
        found.restype = ctypes.c_int
    return found


_KNOWN = _call()


def rename(source: Spot, target: Spot, how: How) -> None:
    """Rename an entry of one open folder into another; raises OSError, one of UNKNOWN where that cannot be done so."""
    if _KNOWN is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    (folder, name), (other, new) = source, target
    if _KNOWN(folder, os.fsencode(name), other, os.fsencode(new), how):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), name)
