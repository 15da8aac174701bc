"""Stations of their own for tests that hit them."""

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.kill.standing import Standing

Raise = Callable[..., Standing]
_SEED = "FIELDSTATION_TEST_SEED"


@pytest.fixture
def seed() -> int:
    """What every choice of a test follows from: given in a variable, or drawn, and printed in either case."""
    chosen = int(os.environ.get(_SEED) or random.SystemRandom().randrange(1 << 32))
    print(f"{_SEED}={chosen}")
    return chosen


@pytest.fixture
def raise_station(short_path: Path) -> Iterator[Raise]:
    """Start stations with settings; all are ended after the test, and what they said last is shown if it failed."""
    raised: list[Standing] = []

    def start(place: Path | None = None, **environment: str) -> Standing:
        settings = {"FIELDSTATION_SLOTS": "4", **environment}
        standing = Standing((place or short_path) / "data", settings, short_path / "station.log")
        raised.append(standing)
        standing.start()
        return standing

    try:
        yield start
    finally:
        for standing in raised:
            standing.close()
            print(standing.said())
