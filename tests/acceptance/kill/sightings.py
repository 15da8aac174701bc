"""What lies in the engine's folders, seen from outside while the station works: every attempt that was ever there."""

import json
import signal
import threading
from dataclasses import dataclass
from pathlib import Path

from fieldstation.engines.local.identity import Identity, hold
from fieldstation.engines.local.probe import PROBE

_EVERY_SECONDS = 0.02


@dataclass(frozen=True, kw_only=True)
class Recorder:
    """The outermost process of a started attempt."""

    attempt: str
    identity: Identity

    def alive(self) -> bool:
        """Tell whether it lives."""
        held = hold(self.identity)
        if held is None:
            return False
        held.close()
        return True

    def kill(self) -> bool:
        """Kill it; False when it is gone."""
        held = hold(self.identity)
        if held is None:
            return False
        held.signal(signal.SIGKILL)
        held.close()
        return True


class Sightings:
    """Looks into the folder of attempts many times a second until the end of the block."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "attempts"
        self._seen: set[str] = set()
        self._recorders: dict[str, Recorder] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="sightings")

    def __enter__(self) -> "Sightings":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def attempts(self) -> frozenset[str]:
        """Return every attempt that was seen so far."""
        return frozenset(self._seen)

    def recorders(self) -> list[Recorder]:
        """Return the recorders that were seen so far, those that are gone too."""
        return list(self._recorders.values())

    def _look(self) -> None:
        while not self._over.wait(_EVERY_SECONDS):
            for folder in self._folder.iterdir():
                if not folder.name.startswith((".", PROBE)):
                    self._seen.add(folder.name)
                    self._note_recorder(folder)

    def _note_recorder(self, folder: Path) -> None:
        if folder.name in self._recorders:
            return
        try:
            document = json.loads((folder / "launch.json").read_text())
        except (FileNotFoundError, NotADirectoryError):
            return
        self._recorders[folder.name] = Recorder(attempt=folder.name, identity=Identity(**document["recorder"]))
