"""The arithmetic of fingerprints that are kept by bits: for each bit, which molecules of a segment have it.

A whole number holds one bit for each molecule of a segment, so that one operation treats all of them at once: to find
those that have every bit of a query the slices of these bits are and-ed, and to count for each how many it has they are
added as columns of binary digits. Only slices of the query's own bits are ever read. How many bits each molecule has
in all is kept the same way, one slice for each binary digit.
"""

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from math import floor

BITS = 2048  # of a fingerprint
_CHUNK = 64  # bytes looked at together for what is set in them
_NEAR = 1e-9  # more than a quotient of whole numbers so small can be wrong by
_ONES = struct.Struct(f">{BITS}H")  # how many molecules of a segment have each bit


def bits_of(fingerprint: bytes) -> list[int]:
    """Return the bits that a fingerprint has; the first is the lowest of its first byte."""
    return list(places(int.from_bytes(fingerprint, "little")))


def in_all(slices: Sequence[int]) -> int:
    """Return the molecules that have every bit."""
    return reduce(lambda one, other: one & other, slices) if slices else 0


def similar(
    slices: Sequence[int], digits: Sequence[int], seen: int, bits: int, least: Callable[[], float]
) -> Iterator[tuple[int, float]]:
    """Yield (molecule, Tanimoto similarity) of those among `seen` that are at least so similar to a query of `bits`.

    `digits` are the binary digits of how many bits each molecule has. Those with most bits in common come first, and
    `least` is asked anew before those with fewer: who wants only the best raises it.

    With c bits in common and b of its own, a molecule has c / (bits + b - c). It reaches t with no more bits of its own
    than c / t + c - bits, and as it has the c at least, nobody with c < t * bits does.
    """
    columns = _added(slices)
    digits = digits[: 1 + max((place for place, digit in enumerate(digits) if digit), default=0)]
    wide = [digit.to_bytes((digit.bit_length() + 7) // 8, "little") for digit in digits]
    for common in range(min(bits, (1 << len(columns)) - 1), 0, -1):
        threshold = least()
        if common / bits < threshold:
            return
        level = _equal(columns, common) & seen
        if level:
            level &= _at_most(digits, floor(common / threshold + common - bits + _NEAR))
        for molecule in places(level):
            found = common / (bits + _number(wide, molecule) - common)
            if found >= threshold:
                yield molecule, found


def places(number: int) -> Iterator[int]:
    """Yield the places of the bits of a number, lowest first."""
    data = number.to_bytes((number.bit_length() + 7) // 8, "little")
    for begin in range(0, len(data), _CHUNK):
        chunk = int.from_bytes(data[begin : begin + _CHUNK], "little")
        while chunk:
            lowest = chunk & -chunk
            yield 8 * begin + lowest.bit_length() - 1
            chunk ^= lowest


def ones_of(slices: Mapping[int, bytes]) -> bytes:
    """Return how many molecules have each bit, two bytes each, the higher first."""
    return _ONES.pack(*(int.from_bytes(slices.get(bit, b""), "little").bit_count() for bit in range(BITS)))


def rarest(ones: Sequence[bytes], bits: Sequence[int], limit: int) -> Sequence[int]:
    """Return those of some bits that the fewest molecules of some segments have."""
    counts = [_ONES.unpack(one) for one in ones]
    return sorted(bits, key=lambda bit: sum(count[bit] for count in counts))[:limit]


def _added(slices: Sequence[int]) -> list[int]:
    """Add slices as numbers of one digit each; returns the digits of the sums, lowest first."""
    columns: list[int] = []
    for one in slices:
        carry, place = one, 0
        while carry and place < len(columns):
            columns[place], carry = columns[place] ^ carry, columns[place] & carry
            place += 1
        if carry:
            columns.append(carry)
    return columns


def _equal(columns: Sequence[int], wanted: int) -> int:
    """Return the molecules whose sum is so much, and more than 0."""
    found = -1
    for place, column in enumerate(columns):
        found &= column if wanted >> place & 1 else ~column
    return found if wanted >> len(columns) == 0 else 0


def _at_most(columns: Sequence[int], most: int) -> int:
    """Return the molecules whose sum is at most so much, and all that are none, as a number without end."""
    if most >> len(columns):
        return -1 if most > 0 else 0
    less, equal = 0, -1
    for place in reversed(range(len(columns))):
        if most >> place & 1:
            less |= equal & ~columns[place]
            equal &= columns[place]
        else:
            equal &= ~columns[place]
    return less | equal


def _number(columns: Sequence[bytes], molecule: int) -> int:
    byte, bit = divmod(molecule, 8)
    return sum((column[byte] >> bit & 1) << place for place, column in enumerate(columns) if byte < len(column))
