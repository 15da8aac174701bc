"""Where a station lies on a machine when nobody says otherwise."""

import os
from pathlib import Path


def default_data_directory() -> Path:
    """Return the data directory of who runs the station: the system's for root, their own otherwise."""
    if os.geteuid() == 0:
        return Path("/var/lib/fieldstation")
    return Path(os.environ.get("XDG_DATA_HOME", "~/.local/share")).expanduser() / "fieldstation"


def data_directory() -> Path:
    """Return the data directory that is meant here: `FIELDSTATION_DATA`, else the default one."""
    named = os.environ.get("FIELDSTATION_DATA")
    return Path(named).expanduser() if named else default_data_directory()
