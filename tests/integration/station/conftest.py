"""Where a station of a test lives."""

from pathlib import Path

import pytest


@pytest.fixture
def data(short_path: Path) -> Path:
    """A data directory that is not there yet, in a folder of its own."""
    return short_path / "data"
