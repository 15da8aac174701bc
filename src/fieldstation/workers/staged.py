"""What making an attempt ready has in common, wherever its files come from."""

from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.values import Run
from fieldstation.ports.engine import Limits


class CannotStage(Exception):
    """The attempt cannot be made ready, and trying again would not help."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text


def limits_of(run: Run) -> Limits:
    """Return what an attempt of this run may use."""
    asked = run.resources
    return Limits(
        cpu=float(asked["cpu"]),
        memory_bytes=int(asked["memory_bytes"]),
        disk_bytes=int(asked["disk_bytes"]),
        pids=int(asked["pids"]),
    )
