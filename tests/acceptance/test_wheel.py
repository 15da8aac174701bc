"""The wheel: it holds the console, and a station installed from it alone serves it."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import pytest

from fieldstation.testing.station import running_station

ROOT = Path(__file__).parents[2]
UV = ROOT / "build" / "uv" / "bin" / "uv"
STATIC = "fieldstation/facades/console/static/"
WORTH_PACKING_BYTES = 1024


def uv(*words: str | Path) -> None:
    done = subprocess.run([UV, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("wheel")
    uv("build", "--quiet", "--wheel", "--out-dir", place, ".")
    return next(place.glob("*.whl"))


def test_the_wheel_holds_the_built_console(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        sizes = {one.filename.removeprefix(STATIC): one.file_size for one in opened.infolist()}
        page = opened.read(STATIC + "index.html").decode()
    for script in re.findall(r'"/(assets/[^"]+)"', page):
        packed = {f"{script}.br", f"{script}.gz"} if sizes[script] >= WORTH_PACKING_BYTES else set()
        assert packed <= set(sizes)


def test_a_station_installed_from_the_wheel_serves_the_console(wheel: Path, short_path: Path) -> None:
    python = short_path / "venv" / "bin" / "python"
    uv("venv", "--quiet", "--python", sys.executable, python.parents[1])
    uv("pip", "install", "--quiet", "--python", python, wheel)
    with running_station(short_path / "data", python=python) as station:
        page = httpx.get(station.url + "/runs", headers={"Accept": "text/html"})
        assert page.status_code == 200
        [script] = re.findall(r'<script[^>]* src="(/assets/[^"]+)"', page.text)
        answer = httpx.get(station.url + script, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "immutable" in answer.headers["Cache-Control"]
