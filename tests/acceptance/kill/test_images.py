"""An image is brought once, whoever is killed meanwhile."""

import tarfile
from pathlib import Path

from fieldstation.workers.points import IMAGE_POINTS
from tests.acceptance.kill.conftest import Raise
from tests.acceptance.kill.standing import AT_LENGTH, PATIENCE_SECONDS
from tests.containers import busybox, need_containers, write_layout

pytestmark = AT_LENGTH


def test_another_process_keeps_what_was_unpacked(raise_station: Raise, short_path: Path) -> None:
    need_containers()
    die_at = short_path / "die"
    standing = raise_station(FIELDSTATION_TEST_DIE_AT=f"@{die_at}")
    with tarfile.open(short_path / "image.tar", "w") as archive:
        archive.add(write_layout(short_path / "layout", [busybox().bytes()]), arcname=".")
    with standing.station() as station:
        for place, point in enumerate(IMAGE_POINTS):
            name = f"acme/killed:{place}"
            die_at.write_text(point)
            found = station.tasks.wait(station.images.add(name, short_path / "image.tar"), PATIENCE_SECONDS)
            assert (found.exit_code, die_at.exists()) == (0, False), f"nobody died {point}, or nobody went on"
            assert station.images.get(name).layers == 1
    assert standing.stop() == 0
