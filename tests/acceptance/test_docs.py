"""Every command of the documentation does what its page says, against a real station."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldstation.testing.station import RunningStation, running_station
from tests.acceptance.pages import complaint, steps, walk

ROOT = Path(__file__).parent.parent.parent
FOLDERS = (ROOT / "docs" / "tutorials", ROOT / "docs" / "how-to")
PAGES = [ROOT / "README.md", *sorted(page for folder in FOLDERS for page in folder.glob("*.md"))]


@pytest.fixture
def station(tmp_path: Path) -> Iterator[RunningStation]:
    """A new station for each page, as its reader has: no page meets what another left.

    It takes definitions from where the page's files lie.
    """
    place = Path(tempfile.mkdtemp(prefix="fst-page-"))
    place.chmod(0o711)
    with running_station(place / "station", environment={"FIELDSTATION_TOOL_SOURCES": f"file:{tmp_path}/"}) as started:
        yield started
    shutil.rmtree(place, ignore_errors=True)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_holds(page: Path, station: RunningStation, tmp_path: Path) -> None:
    (tmp_path / "demo").symlink_to(ROOT / "demo")
    environment = {
        "HOME": str(tmp_path / "home"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "LANG": "C.UTF-8",
        "FIELDSTATION_DATA": str(station.data),
    }
    wanted = list(steps(page))
    walked = walk(wanted, tmp_path, environment, seconds=100)
    found = [complaint(step, done) for step, done in zip(wanted, walked, strict=True)]
    assert not any(found), f"{page.relative_to(ROOT)}:\n" + "\n\n".join(filter(None, found))
