"""The system call filter of the sandbox: a deny list, written as a classic BPF program (seccomp(2)).

Made here and not by libseccomp, so that the sandbox needs bubblewrap and nothing else, and so that a test can read it.
A refused call fails with EPERM, as if it lacked the right, which programs know how to meet; a program of another
architecture than the station's is killed at its first call, as its numbers would mean other calls.
"""

import errno
import platform
import struct
from dataclasses import dataclass

from fieldstation.engines.sandbox.syscalls import DENIED, NUMBERS, Architecture

TIOCSTI, TIOCSETD, TIOCLINUX = 0x5412, 0x5423, 0x541C  # typing for the terminal's owner; loading line disciplines
SOCKET_FAMILIES = (1, 2, 10, 16)  # AF_UNIX, AF_INET, AF_INET6, AF_NETLINK; others (AF_VSOCK, AF_ALG) cross the sandbox
NEW_NAMESPACES = 0x7E020000  # CLONE_NEWUSER, PID, NET, IPC, UTS, CGROUP, NS

_LOAD, _JUMP_EQUAL, _JUMP_GREATER_EQUAL, _JUMP_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_X32 = 0x40000000


@dataclass(frozen=True)
class _Step:
    """One instruction; a jump that holds goes to the step labelled `then`, else on to the next or to `otherwise`."""

    code: int
    value: int
    then: str = ""
    otherwise: str = ""
    label: str = ""


def supported(machine: str | None = None) -> bool:
    """Tell whether a filter can be made for this machine's architecture."""
    return (machine or platform.machine()) in NUMBERS


def build_filter(machine: str | None = None) -> bytes:
    """Return the filter as an array of struct sock_filter. Raises KeyError for an architecture we do not know."""
    architecture = NUMBERS[machine or platform.machine()]
    return _assemble(
        [*_check_architecture(architecture), *_check_arguments(architecture), *_check_numbers(architecture)]
    )


def _check_architecture(architecture: Architecture) -> list[_Step]:
    steps = [
        _Step(_LOAD, _ARCHITECTURE),
        _Step(_JUMP_EQUAL, architecture.audit, otherwise="kill"),
        _Step(_LOAD, _NUMBER),
    ]
    if architecture.has_x32:
        steps.append(_Step(_JUMP_GREATER_EQUAL, _X32, then="deny"))
    return steps


def _check_arguments(architecture: Architecture) -> list[_Step]:
    """Calls that are refused for some arguments only; each block ends by leaving the filter."""
    number = architecture.numbers
    families = [_Step(_JUMP_EQUAL, family, then="allow") for family in SOCKET_FAMILIES]
    return [
        _Step(_JUMP_EQUAL, number["clone3"], then="absent"),  # its flags lie in memory, unseen; callers go on to clone
        _Step(_JUMP_EQUAL, number["ioctl"], otherwise="not ioctl"),
        _Step(_LOAD, _ARGUMENTS + 8),
        *(_Step(_JUMP_EQUAL, request, then="deny") for request in (TIOCSTI, TIOCSETD, TIOCLINUX)),
        _Step(_RETURN, _ALLOW),
        _Step(_JUMP_EQUAL, number["clone"], otherwise="not clone", label="not ioctl"),
        _Step(_LOAD, _ARGUMENTS),
        _Step(_JUMP_SET, NEW_NAMESPACES, then="deny"),
        _Step(_RETURN, _ALLOW),
        _Step(_JUMP_EQUAL, number["socket"], otherwise="not socket", label="not clone"),
        _Step(_LOAD, _ARGUMENTS),
        *families,
        _Step(_RETURN, _ERRNO | errno.EAFNOSUPPORT),
        _Step(_LOAD, _NUMBER, label="not socket"),
    ]


def _check_numbers(architecture: Architecture) -> list[_Step]:
    numbers = sorted({architecture.numbers[name] for name in DENIED if name in architecture.numbers})
    return [
        *(_Step(_JUMP_EQUAL, number, then="deny") for number in numbers),
        _Step(_RETURN, _ALLOW, label="allow"),
        _Step(_RETURN, _ERRNO | errno.EPERM, label="deny"),
        _Step(_RETURN, _ERRNO | errno.ENOSYS, label="absent"),
        _Step(_RETURN, _KILL, label="kill"),
    ]


def _assemble(steps: list[_Step]) -> bytes:
    labels = {step.label: index for index, step in enumerate(steps) if step.label}
    program = bytearray()
    for index, step in enumerate(steps):
        then, otherwise = (labels[name] - index - 1 if name else 0 for name in (step.then, step.otherwise))
        program += struct.pack("=HBBI", step.code, then, otherwise, step.value)
    return bytes(program)
