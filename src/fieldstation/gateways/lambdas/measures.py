"""What one lambda may take: how much work, and how large a value may become."""

import math
import re
import string
from collections.abc import Mapping, Sequence
from typing import Any

from fieldstation.gateways.lambdas.grammar import Refused

MOST_STEPS = 200_000
MOST_CALLS_DEEP = 40
MOST_ITEMS = 100_000
MOST_CHARACTERS = 1 << 20
MOST_BITS = 4_096
_MOST_DEEP = 60
_WIDE = re.compile(r"\d{4}|\*")
_CONVERSION = re.compile(r"%(?:\([^)]*\))?([#0\- +]*[\d*]*(?:\.[\d*]*)?)")


def measured(value: Any) -> Any:
    """Return a value that was made; Refused where it is too large to go on with."""
    if isinstance(value, str):
        if len(value) > MOST_CHARACTERS:
            raise Refused(f"it makes a text of more than {MOST_CHARACTERS} characters")
    elif isinstance(value, int):
        if value.bit_length() > MOST_BITS:
            raise Refused(f"it makes a number of more than {MOST_BITS} bits")
    elif isinstance(value, list | tuple | dict | set | frozenset | range) and len(value) > MOST_ITEMS:
        raise Refused(f"it makes something of more than {MOST_ITEMS} items")
    return value


def repeated(left: Any, right: Any) -> None:
    """Refuse a product that would be too large, before it is made."""
    if isinstance(right, str | list | tuple):
        left, right = right, left
    if isinstance(left, str | list | tuple) and isinstance(right, int):
        most = MOST_CHARACTERS if isinstance(left, str) else MOST_ITEMS
        if len(left) * right > most:
            raise Refused(f"it makes something of more than {most} items or characters")


def raised(base: Any, exponent: Any) -> None:
    """Refuse a power that would be too large, before it is made."""
    if isinstance(base, int) and isinstance(exponent, int) and base.bit_length() * abs(exponent) > MOST_BITS:
        raise Refused(f"it makes a number of more than {MOST_BITS} bits")


def shifted(_value: Any, by: Any) -> None:
    """Refuse a shift that would make too large a number."""
    if isinstance(by, int) and by > MOST_BITS:
        raise Refused(f"it makes a number of more than {MOST_BITS} bits")


def formatted(left: Any, _right: Any) -> None:
    """Refuse a text with `%` that asks for fields of thousands of characters."""
    if isinstance(left, str):
        for found in _CONVERSION.finditer(left):
            narrow(found.group(1))


def narrow(specification: str) -> None:
    """Refuse a field that is thousands of characters wide, or as wide as a value says."""
    if _WIDE.search(specification):
        raise Refused(f"a field cannot be as wide as {specification[:40]!r} says")


class Formatter(string.Formatter):
    """Fills the fields of `str.format`: by place, name and key, and never an attribute of a value."""

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Return what a field stands for."""
        if "." in re.sub(r"\[[^\]]*\]", "", field_name):
            raise Refused(f"the field {field_name[:80]!r} asks for an attribute, which is out of reach")
        return super().get_field(field_name, args, kwargs)

    def format_field(self, value: Any, format_spec: str) -> Any:
        """Write one value."""
        narrow(format_spec)
        return super().format_field(value, format_spec)


def plain(value: Any) -> Any:
    """Return a result as JSON's values; Refused for what JSON cannot carry, and for more than anyone meant."""
    budget = [MOST_ITEMS, MOST_CHARACTERS]

    def walk(one: Any, deep: int) -> Any:
        budget[0] -= 1
        if isinstance(one, str):
            budget[1] -= len(one)
        if min(budget) < 0 or deep > _MOST_DEEP:
            raise Refused("what it gives is too large, or nested too deeply")
        if one is None or isinstance(one, str | bool | int):
            return measured(one)
        if isinstance(one, float):
            if not math.isfinite(one):
                raise Refused(f"it gives {one}, which JSON cannot carry")
            return one
        if isinstance(one, list | tuple):
            return [walk(item, deep + 1) for item in one]
        if isinstance(one, dict):
            return {_key(key): walk(item, deep + 1) for key, item in one.items()}
        raise Refused(f"it gives a value of the kind {type(one).__name__.lower()}, which JSON cannot carry")

    return walk(value, 0)


def _key(key: Any) -> str:
    """Return a key as JSON writes it."""
    if isinstance(key, str):
        return key
    if key is None or isinstance(key, bool):
        return {None: "null", True: "true", False: "false"}[key]
    if isinstance(key, int | float):
        return repr(key)
    raise Refused(f"it gives a mapping with a key of the kind {type(key).__name__}, which JSON cannot carry")
