"""Fixtures of all tests: a real database for whoever asks."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldstation.db import Database
from tests.cluster import VARIABLE, Cluster, close_session, fast_place, open_session, shared_cluster


def pytest_configure(config: pytest.Config) -> None:
    """Open the session's folder in the first process; workers of xdist find it in the environment."""
    if VARIABLE not in os.environ:
        folder, pipe = open_session()
        config.add_cleanup(lambda: close_session(folder, pipe))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are named by their parameter: packed ones hold the time they were made, and each worker makes its own."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """The one database server of this test session. It does not survive a crash of the machine: fsync is off."""
    return shared_cluster()


@pytest.fixture
def database(cluster: Cluster) -> Iterator[Database]:
    """A fresh migrated database of its own for each test."""
    with cluster.database() as made:
        yield made


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder of its own whose path is short enough for a socket and that other users can pass."""
    folder = Path(tempfile.mkdtemp(prefix="fst-", dir=fast_place()))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)
