"""Every page, wide and in its further states, in a real browser: each file of web/tests is a test of its own."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from fieldstation.client.things import Json
from tests.acceptance.console.vitest import PAGES, passed_in_browser
from tests.closing import Scale


@pytest.mark.timeout(300)
@pytest.mark.parametrize("file", PAGES)
def test_in_the_browser(file: str, scene: Mapping[str, Json], scale: Scale, tmp_path: Path) -> None:
    scale.count("tests in the browser", passed_in_browser(file, scene, tmp_path))
