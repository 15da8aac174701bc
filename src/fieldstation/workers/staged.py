"""What making an attempt ready has in common, wherever its files come from."""

from collections.abc import Mapping

from fieldstation.core.images.service import Images
from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.values import Run
from fieldstation.db import Database
from fieldstation.ports.engine import Limits


class Pinned:
    """What the container image of a run comes to when it starts."""

    def __init__(self, database: Database, images: Images) -> None:
        self._database = database
        self._images = images

    def environment(self, run: Run) -> Mapping[str, str]:
        """Return what the image's author would have programs see. Raises CannotStage when it was removed."""
        if run.image is None:
            return {}
        with self._database.begin() as tx:
            content = self._images.content(tx, run.image)
        if content is None:
            raise CannotStage(Reason.IMAGE_NOT_FOUND, f"{run.image} was removed from this station")
        return content.environment


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
