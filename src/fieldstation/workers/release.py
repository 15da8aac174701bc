"""The release loop: has an engine forget ended attempts that a crash or a late process kept it from forgetting."""

from fieldstation.workers.collect import Collect

_SECONDS = 5.0
_BATCH = 100


class Release:
    """Finishes what collectors could not; any number of these may work at once, for release is idempotent."""

    def __init__(self, collect: Collect) -> None:
        self._collect = collect

    def step(self) -> float:
        """Release a batch; returns how long to wait for the next."""
        attempts = self._collect.unreleased(_BATCH)
        self._collect.release(attempts)
        return _SECONDS
