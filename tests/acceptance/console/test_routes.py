"""Every route of the console in a real browser, at a real station."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from fieldstation.client.things import Json
from tests.acceptance.console.vitest import LIGHTHOUSE, ROUTES, WEB, passed_in_browser
from tests.closing import Scale

STATIC = WEB.parent / "src" / "fieldstation" / "facades" / "console" / "static"
MINUTES = pytest.param(LIGHTHOUSE, marks=pytest.mark.soak)  # it takes a minute by itself


def test_the_console_is_built() -> None:
    assert (STATIC / "index.html").exists(), "the console is not built: make setup (needs Node 20 or newer with npm)"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("file", [*ROUTES, MINUTES])
def test_in_the_browser(file: str, scene: Mapping[str, Json], scale: Scale, tmp_path: Path) -> None:
    scale.count("tests in the browser", passed_in_browser(file, scene, tmp_path))
