"""Lambdas that strangers wrote in Python's words, evaluated under bounds of work, time and memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from fieldstation.kernel.canonical import Json


@dataclass(frozen=True, kw_only=True)
class Call:
    """A lambda of one argument, as text, and the JSON value that it is given."""

    text: str
    value: Json


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """What a lambda gave, a JSON value; or what is wrong with it."""

    value: Json = None
    fault: str | None = None


class Lambdas(Protocol):
    """Evaluates lambdas."""

    def evaluate(self, calls: Sequence[Call]) -> Sequence[Evaluated]:
        """Return what each gives. Never raises for what a lambda or a value holds.

        Starts and waits for a process, so it is never called in a transaction.
        """

    def examine(self, texts: Sequence[str]) -> Sequence[str | None]:
        """Return what is wrong with each, whatever it were given; None where nothing is. Waits like `evaluate`."""
