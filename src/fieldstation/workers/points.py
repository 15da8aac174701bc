"""Named points in the life of a run at which a test may have the process die, to prove that nothing is lost there.

With the variable `FIELDSTATION_TEST_DIE_AT` unset this does nothing; set to `<point>:<n>`, the process kills itself
with SIGKILL when it reaches the point for the n-th time.
"""

import os
import signal
from collections import Counter

POINTS = ("after intent", "after start", "after exit", "between blobs and commit", "after commit before reply")
_WANTED = os.environ.get("FIELDSTATION_TEST_DIE_AT", "")
_seen: Counter[str] = Counter()


def reached(point: str) -> None:
    """Say that the present process reached `point`, one of POINTS."""
    if not _WANTED:
        return
    wanted, _, count = _WANTED.rpartition(":")
    if wanted == point:
        _seen[point] += 1
        if _seen[point] >= int(count):
            os.kill(os.getpid(), signal.SIGKILL)
