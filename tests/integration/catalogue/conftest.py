from collections.abc import Iterator

import pytest

from tests.cluster import Cluster
from tests.integration.catalogue.world import World
from tests.integration.datasets.serving import Serving
from tests.integration.runs.station import Station, data_directory


@pytest.fixture(scope="module")
def world(cluster: Cluster) -> Iterator[World]:
    serving = Serving()
    serving.start()
    with cluster.database() as database, data_directory() as data:
        station = Station(data, database, serving)
        yield World(station)
        station.close()
    serving.stop()
