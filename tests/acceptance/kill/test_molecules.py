"""Molecules of a file are read once, whoever is killed meanwhile."""

from pathlib import Path

import pytest

from fieldstation.workers.points import READING_POINTS
from tests.acceptance.kill.conftest import Raise
from tests.acceptance.kill.standing import AT_LENGTH, PATIENCE_SECONDS

pytest.importorskip("rdkit", reason="the extra `chemistry` is not installed")
pytestmark = AT_LENGTH
_RECORDS = 4_096 + 100


def test_another_process_goes_on_behind_the_last_part(raise_station: Raise, short_path: Path) -> None:
    die_at = short_path / "die"
    standing = raise_station(FIELDSTATION_TEST_DIE_AT=f"@{die_at}")
    file = short_path / "chains.smi"
    file.write_text("".join(f"{'C' * (1 + place % 20)}O m{place}\n" for place in range(_RECORDS)))
    with standing.station() as station:
        station.datasets.create("chains")
        station.datasets.add_version("chains", [file])
        for point in READING_POINTS:
            die_at.write_text(point)
            found = station.tasks.wait(station.molecules.load("chains", 1), PATIENCE_SECONDS)
            assert (found.exit_code, die_at.exists()) == (0, False), f"nobody died {point}, or nobody went on"
        (reading,) = station.molecules.readings("chains", 1)
        assert (reading.state, reading.records, reading.faults) == ("done", _RECORDS, 0)
        names = [one.name for one in station.molecules.exact("CO")]
        assert names == [f"m{place}" for place in range(0, _RECORDS, 20)]
    assert standing.stop() == 0
