"""A classic BPF machine, as far as seccomp filters use it: reads a filter as the kernel does."""

import struct

_LOAD, _JUMP_EQUAL, _JUMP_GREATER_EQUAL, _JUMP_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06


def judged(program: bytes, audit: int, number: int, arguments: tuple[int, ...] = ()) -> int:
    """Return what the filter answers to one system call."""
    padded = [*arguments, *([0] * (6 - len(arguments)))]
    data = struct.pack("=IIQ6Q", number & 0xFFFFFFFF, audit, 0, *(value & 0xFFFFFFFFFFFFFFFF for value in padded))
    accumulator = position = 0
    while True:
        code, then, otherwise, value = struct.unpack_from("=HBBI", program, position * 8)
        position += 1
        if code == _LOAD:
            (accumulator,) = struct.unpack_from("=I", data, value)
        elif code == _RETURN:
            return int(value)
        else:
            position += then if _holds(code, accumulator, value) else otherwise


def _holds(code: int, accumulator: int, value: int) -> bool:
    if code == _JUMP_EQUAL:
        return accumulator == value
    if code == _JUMP_GREATER_EQUAL:
        return accumulator >= value
    assert code == _JUMP_SET
    return bool(accumulator & value)
