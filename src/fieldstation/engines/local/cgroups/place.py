"""Where this process may make control groups."""

import hashlib
import os
import sys
from pathlib import Path

from fieldstation.engines.local.cgroups import version1, version2
from fieldstation.engines.local.cgroups.port import Groups


def find_groups(attempts: Path) -> Groups | None:
    """Return where groups for the attempts of one folder can be made, or None: limits are then sampled.

    Two stations on one machine never share a group: its name follows from the folder.
    """
    if sys.platform != "linux":
        return None
    name = "fieldstation-" + hashlib.sha256(os.fsencode(attempts.absolute())).hexdigest()[:12]
    return version2.find_groups(name) or version1.find_groups(name)
