"""The arithmetic of fingerprints that are kept by bits: for each bit, which molecules of a block have it.

A whole number holds one bit for each molecule of a block, so that one operation treats all of them at once: to find
those that have every bit of a query the slices of these bits are and-ed, and to count for each how many it has they are
added as columns of binary digits. Only slices of the query's own bits are ever read.
"""

from collections.abc import Iterator, Sequence
from functools import reduce

BITS = 2048  # of a fingerprint
BLOCK = 4_096  # molecules of a block
_OF_BYTE = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))


def bits_of(fingerprint: bytes) -> list[int]:
    """Return the bits that a fingerprint has; the first is the lowest of its first byte."""
    return list(places(int.from_bytes(fingerprint, "little")))


def slices_of(joined: bytes, count: int) -> list[int]:
    """Cut `count` slices of one length apart."""
    size = len(joined) // count if count else 0
    return [int.from_bytes(joined[place : place + size], "little") for place in range(0, size * count, size or 1)]


def in_all(slices: Sequence[int]) -> int:
    """Return the molecules that have every bit."""
    return reduce(lambda one, other: one & other, slices) if slices else 0


def similar(slices: Sequence[int], bits: int, counts: bytes, threshold: float) -> Iterator[tuple[int, float]]:
    """Yield (molecule, Tanimoto similarity) of those that are at least so similar to a query of `bits` bits.

    With c bits in common and b of its own, a molecule has c / (bits + b - c), which is at most c / bits: whoever has
    fewer than threshold * bits in common need not be looked at.
    """
    columns = _added(slices)
    least = max(1, int(threshold * bits))
    for molecule in places(_at_least(columns, least)):
        common = sum((column >> molecule & 1) << place for place, column in enumerate(columns))
        own = int.from_bytes(counts[2 * molecule : 2 * molecule + 2], "little")
        found = common / (bits + own - common)
        if found >= threshold:
            yield molecule, found


def places(number: int) -> Iterator[int]:
    """Yield the places of the bits of a number, lowest first."""
    for place, byte in enumerate(number.to_bytes((number.bit_length() + 7) // 8, "little")):
        for bit in _OF_BYTE[byte]:
            yield 8 * place + bit


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


def _at_least(columns: Sequence[int], least: int) -> int:
    """Return the molecules whose sum is at least so much."""
    if least >> len(columns):
        return 0
    more, equal = 0, -1
    for place in reversed(range(len(columns))):
        if least >> place & 1:
            equal &= columns[place]
        else:
            more |= equal & columns[place]
    return more | (equal & reduce(lambda one, other: one | other, columns, 0) if least else -1)
