"""Renaming that refuses to replace, in one step of the kernel, which Python has no word for."""

import ctypes
import errno
import os
import sys

_LINUX, _DARWIN = ("renameat2", 1), ("renameatx_np", 4)  # the call, and its flag for "not over anything"


def _call() -> "tuple[ctypes._NamedFuncPointer, int] | None":
    name, flag = _DARWIN if sys.platform == "darwin" else _LINUX
    found = getattr(ctypes.CDLL(None, use_errno=True), name, None)
    if found is None:
        return None
    found.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    found.restype = ctypes.c_int
    return found, flag


_KNOWN = _call()


def rename_new(source: tuple[int, str], target: tuple[int, str]) -> None:
    """Rename an entry of one open folder into another; raises OSError, ENOSYS where this system has no such call."""
    if _KNOWN is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    call, flag = _KNOWN
    (folder, name), (other, new) = source, target
    if call(folder, os.fsencode(name), other, os.fsencode(new), flag):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), name)
