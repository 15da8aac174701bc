"""Named points in the life of a run or an operation at which a test may have the process die: nothing is lost there.

With the variable `FIELDSTATION_TEST_DIE_AT` unset this does nothing. Set to `<point>:<n>`, the process kills itself
with SIGKILL when it reaches the point for the n-th time. Set to `@<file>`, whichever process of the station first
reaches the point that the file names takes the file away and kills itself: a test can choose while the station works.
"""

import os
import signal
from collections import Counter
from pathlib import Path

POINTS = ("after intent", "after start", "after exit", "between blobs and commit", "after commit before reply")
WORKFLOW_POINTS = ("after end of step", "before launch of step", "after launch of step", "before end of workflow")
OPERATION_POINTS = ("after claim of operation", "before end of operation")
READING_POINTS = ("after a part of molecules",)
IMAGE_POINTS = ("after an image was unpacked", "after an image was kept")
_WANTED = os.environ.get("FIELDSTATION_TEST_DIE_AT", "")
_seen: Counter[str] = Counter()


def reached(point: str) -> None:
    """Say that the present process reached `point`, one of those that are named here."""
    if _WANTED and (_asked_for(point) if _WANTED.startswith("@") else _counted(point)):
        os.kill(os.getpid(), signal.SIGKILL)


def _counted(point: str) -> bool:
    wanted, _, count = _WANTED.rpartition(":")
    _seen[point] += 1
    return wanted == point and _seen[point] >= int(count)


def _asked_for(point: str) -> bool:
    """Tell whether the file names this point, and we are the one who took it away."""
    file = Path(_WANTED[1:])
    try:
        if file.read_text() != point:
            return False
        file.unlink()
    except FileNotFoundError:
        return False
    return True
