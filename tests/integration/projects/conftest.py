"""A room with projects for each test."""

from pathlib import Path

import pytest

from fieldstation.db import Database
from fieldstation.settings import load_settings
from fieldstation.wiring.features import build_features
from fieldstation.wiring.storages import build_storages
from tests.integration.projects.room import Room


@pytest.fixture
def room(database: Database, tmp_path: Path) -> Room:
    settings = load_settings(data=tmp_path, reserve_bytes=0)
    storages = build_storages(settings)
    features = build_features(settings, storages, {}, "https://station.example")
    return Room(database=database, features=features, storages=storages)
