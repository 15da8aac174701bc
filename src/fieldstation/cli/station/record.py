"""`DIR/station.json`: where the running station is reached, for people, scripts and `down`."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class StationRecord:
    """A station that was ready: its address, its process, its release."""

    url: str
    pid: int
    version: str

    def write(self, station: Path) -> None:
        """Write it whole or not at all."""
        unfinished = _path(station).with_suffix(".json.new")
        unfinished.write_text(json.dumps(asdict(self), indent=2) + "\n")
        unfinished.chmod(0o644)
        unfinished.replace(_path(station))


def remove_record(station: Path) -> None:
    """Remove what this process wrote; what another one wrote stays."""
    try:
        if json.loads(_path(station).read_text())["pid"] == os.getpid():
            _path(station).unlink()
    except (OSError, ValueError, KeyError):
        return


def _path(station: Path) -> Path:
    return station / "station.json"
