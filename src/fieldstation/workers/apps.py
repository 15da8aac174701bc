"""The loop that looks after applications, and the wait for the end of those that were removed."""

import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from fieldstation.core.apps.model.values import Attended, path_of
from fieldstation.core.apps.service import Attending
from fieldstation.db import Database
from fieldstation.kernel.errors import Unavailable
from fieldstation.ports.engine import Engine, EngineBusy
from fieldstation.workers.alone import Alone
from fieldstation.workers.perform import Assignment

_IDLE_SECONDS = 1.0
_PENDING_SECONDS = 0.1  # while some do not answer yet
_PROBE_SECONDS = 2.0
_PROBES = 4  # at once, so that one that hangs does not hold up the others


class Attend:
    """Looks after all applications; one process at a time does."""

    def __init__(self, database: Database, attending: Attending, engines: Mapping[str, Engine]) -> None:
        self._database = database
        self._attending = attending
        self._engines = engines
        self._alone = Alone(database, "attend")
        self._probes = ThreadPoolExecutor(_PROBES, thread_name_prefix="probe")

    def step(self) -> float:
        """Look at each application that is not over; returns how long there is nothing to do."""
        if self._alone.held() is None:
            return _IDLE_SECONDS
        with self._database.begin() as tx:
            known = self._attending.open(tx)
        silent = [one for one in known if one.listens and one.paid_seconds is None and not one.stopping]
        answers = dict(zip((one.id for one in silent), self._probes.map(self._answers, silent), strict=True))
        for one in known:
            self._look(one, answers.get(one.id))
        return _PENDING_SECONDS if silent else _IDLE_SECONDS

    def close(self) -> None:
        """Give the right to look after them back."""
        self._probes.shutdown(wait=False, cancel_futures=True)
        self._alone.release()

    def _look(self, one: Attended, answers: bool | None) -> None:
        late = one.running_seconds is not None and one.running_seconds > one.within_seconds
        with self._database.begin() as tx:
            if one.over:
                self._attending.ended(tx, one)
            elif answers:
                self._attending.answered(tx, one)
            elif answers is False and late:
                self._attending.silent(tx, one)
            elif one.paid_seconds is not None:
                self._attending.count(tx, one)

    def _answers(self, one: Attended) -> bool:
        """Tell whether an application answers an HTTP request, whatever it says."""
        if one.engine is None or one.attempt_id is None or one.engine not in self._engines:
            return False
        asked = f"GET {path_of(one.run_id)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        try:
            with (
                self._engines[one.engine].door(one.attempt_id) as path,
                socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door,
            ):
                door.settimeout(_PROBE_SECONDS)
                door.connect(path)
                door.sendall(asked.encode())
                return door.recv(5) == b"HTTP/"
        except (OSError, EngineBusy):
            return False


class RemoveApp:
    """Waits for the end of an application that was removed; what it wrote stays in the project."""

    def __init__(self, database: Database, attending: Attending) -> None:
        self._database = database
        self._attending = attending

    def perform(self, assignment: Assignment) -> None:
        """Return once it is over; Unavailable while its program is still being ended."""
        with self._database.begin() as tx:
            over = self._attending.is_over(tx, assignment.operation.purpose_id)
        if not over:
            raise Unavailable("its program is still being ended", next_step="wait a moment")
