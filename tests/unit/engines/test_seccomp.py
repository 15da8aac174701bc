"""The system call filter, read back for every architecture we know."""

import errno

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstation.engines.sandbox.seccomp import build_filter, supported
from fieldstation.engines.sandbox.syscalls import DENIED, NUMBERS
from tests.unit.engines.bpf import judged

ALLOW, KILL = 0x7FFF0000, 0x80000000
MACHINES = sorted(NUMBERS)


def _errno(number: int) -> int:
    return 0x00050000 | number


@pytest.mark.parametrize("machine", MACHINES)
def test_denied_calls_are_denied_and_no_others(machine: str) -> None:
    architecture, program = NUMBERS[machine], build_filter(machine)
    denied = {architecture.numbers[name] for name in DENIED if name in architecture.numbers}
    special = {architecture.numbers[name] for name in ("clone3", "socket")}
    for number in range(600):
        answer = judged(program, architecture.audit, number)
        if number in denied:
            assert answer == _errno(errno.EPERM)
        elif number not in special:
            assert answer == ALLOW


@pytest.mark.parametrize("machine", MACHINES)
def test_every_name_that_matters_has_a_number(machine: str) -> None:
    numbers = NUMBERS[machine].numbers
    assert {"clone", "clone3", "ioctl", "socket", "ptrace", "mount", "unshare", "setns", "bpf", "keyctl"} <= set(
        numbers
    )
    assert len(set(numbers.values())) == len(numbers)


@pytest.mark.parametrize("machine", MACHINES)
def test_arguments_are_judged(machine: str) -> None:
    architecture, program = NUMBERS[machine], build_filter(machine)

    def answer(name: str, *arguments: int) -> int:
        return judged(program, architecture.audit, architecture.numbers[name], arguments)

    assert answer("ioctl", 0, 0x5401) == ALLOW
    assert answer("ioctl", 0x5412, 0x5401) == ALLOW
    assert {answer("ioctl", 0, request) for request in (0x5412, 0x541C, 0x5423)} == {_errno(errno.EPERM)}
    assert answer("ioctl", 0, 0x5412 | 1 << 40) == _errno(errno.EPERM)
    assert answer("clone", 0x01200011) == ALLOW
    assert answer("clone", 0x10000011) == _errno(errno.EPERM)
    assert answer("clone3", 0) == _errno(errno.ENOSYS)
    assert {answer("socket", family) for family in (1, 2, 10, 16)} == {ALLOW}
    assert {answer("socket", family) for family in (0, 17, 38, 40)} == {_errno(errno.EAFNOSUPPORT)}


@settings(deadline=None)
@given(
    number=st.integers(0, 0xFFFFFFFF),
    other=st.integers(0, 0xFFFFFFFF),
    arguments=st.tuples(*[st.integers(0, 2**64 - 1)] * 6),
)
def test_other_architectures_are_killed(number: int, other: int, arguments: tuple[int, ...]) -> None:
    for machine in MACHINES:
        if other != NUMBERS[machine].audit:
            assert judged(build_filter(machine), other, number, arguments) == KILL


@settings(deadline=None)
@given(number=st.integers(0x40000000, 0xFFFFFFFF))
def test_x32_numbers_are_refused(number: int) -> None:
    assert judged(build_filter("x86_64"), NUMBERS["x86_64"].audit, number) == _errno(errno.EPERM)


def test_unknown_processors_are_told() -> None:
    assert supported("x86_64")
    assert not supported("vax")
