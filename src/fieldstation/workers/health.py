"""Which engines work: each is tried once at the start, and one that did not work again every half minute."""

import threading
import time
from collections.abc import Mapping

from fieldstation.kernel.logs import logger
from fieldstation.ports.engine import Engine

log = logger(__name__)
_AGAIN_SECONDS = 30.0


class Health:
    """What every engine of this process said when it ran its own recipe; used by all its dispatch loops."""

    def __init__(self, engines: Mapping[str, Engine]) -> None:
        self._engines = engines
        self._faults: dict[str, str | None] = {}
        self._again_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def works(self, name: str) -> bool:
        """Tell whether an engine works, trying it when that is not known or was long ago."""
        with self._lock:
            if self._faults.get(name, "") is None:
                return True
            if time.monotonic() >= self._again_at.get(name, 0.0):
                self._try(name)
            return self._faults[name] is None

    def none_works(self) -> bool:
        """Tell whether every engine was tried and none works."""
        with self._lock:
            return len(self._faults) == len(self._engines) and all(self._faults.values())

    def _try(self, name: str) -> None:
        before = self._faults.get(name)
        self._faults[name] = self._engines[name].probe()
        self._again_at[name] = time.monotonic() + _AGAIN_SECONDS
        if self._faults[name] is not None and self._faults[name] != before:
            log.error("engine does not work", engine=name, why=self._faults[name])
