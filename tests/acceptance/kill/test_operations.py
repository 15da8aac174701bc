"""What the station does for tasks goes on when whoever does it is killed."""

from pathlib import Path

from fieldstation.client import Station
from fieldstation.client.tasks import Task
from fieldstation.workers.points import OPERATION_POINTS
from tests.acceptance.kill.conftest import Raise
from tests.acceptance.kill.standing import AT_LENGTH, PATIENCE_SECONDS, Standing

pytestmark = AT_LENGTH


def ended(station: Station, task: str) -> Task:
    """Wait for the end of a task; the doors are not among those that die here."""
    found = station.tasks.wait(task, PATIENCE_SECONDS)
    assert found.done, found
    return found


def folder(standing: Standing, project: str) -> Path:
    return standing.data / "projects" / project


def test_another_process_goes_on_with_what_a_killed_one_began(raise_station: Raise, short_path: Path) -> None:
    die_at = short_path / "die"
    standing = raise_station(FIELDSTATION_TEST_DIE_AT=f"@{die_at}")
    with standing.station() as station:
        for point in OPERATION_POINTS:
            die_at.write_text(point)
            project = station.projects.create(point).id
            station.files.make_folder(project, "deep/er")
            assert folder(standing, project).exists()
            found = ended(station, station.projects.remove(project))
            assert not die_at.exists(), f"nobody died {point}"
            assert [passed.state for passed in found.states] == ["pending", "started", "success"]
            assert not folder(standing, project).exists()
    assert standing.stop() == 0
