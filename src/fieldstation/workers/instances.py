"""The loop that watches the runs of instances and tells what becomes of them, and the end of those removed."""

from fieldstation.core.instances.model.lines import read_lines
from fieldstation.core.instances.service import Telling
from fieldstation.core.instances.service.launch import directory_of
from fieldstation.core.instances.service.telling import Watched
from fieldstation.core.projects.service import Files
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.service.logs import Logs
from fieldstation.db import Database
from fieldstation.kernel.errors import NotFound, Unavailable
from fieldstation.ports.engine import Stream
from fieldstation.ports.volumes import EntryKind
from fieldstation.workers.alone import Alone
from fieldstation.workers.describing import WriteBeside
from fieldstation.workers.perform import Assignment

_IDLE_SECONDS = 1.0
_BUSY_SECONDS = 0.3  # while programs may be telling something
_BATCH = 100
_LISTENED = 50  # instances whose logs are looked at in one step
_PIECE = 1 << 18
_LONGEST_LINE = 1 << 16


class Follow:
    """Tells what becomes of instances; one at a time, so that what is told is in its order."""

    def __init__(self, database: Database, telling: Telling, logs: Logs, beside: WriteBeside) -> None:
        self._database = database
        self._telling = telling
        self._logs = logs
        self._beside = beside
        self._alone = Alone(database, "follow")

    def step(self) -> float:
        """Tell what moved and listen to what runs; returns how long there is nothing to do."""
        if self._alone.held() is None:
            return _IDLE_SECONDS
        with self._database.begin() as tx:
            moved = self._telling.moved(tx, _BATCH)
            for one in moved:
                if not one.over:
                    self._telling.begun(tx, one)
        for one in moved:
            if one.over:
                self._end(one)
        with self._database.begin() as tx:
            running = self._telling.running(tx, _LISTENED)
        for one in running:
            self._listen(one, whole=False)
        if len(moved) == _BATCH:
            return 0.0
        return _BUSY_SECONDS if running else _IDLE_SECONDS

    def _end(self, one: Watched) -> None:
        while (further := self._listen(one, whole=True)) is not None:
            one = further
        faults = self._beside.write(one.id) if one.state is State.SUCCEEDED else ()
        with self._database.begin() as tx:
            self._telling.ended(tx, one, faults)

    def _listen(self, one: Watched, *, whole: bool) -> Watched | None:
        """Read a piece of a log behind what was read; returns the instance behind that piece, None when it was all.

        A line that is not whole waits for its end, unless nothing more will come.
        """
        with self._database.begin() as tx:
            place = self._logs.place_of(tx, one.run_id)
        chunk = self._logs.read(place, Stream.STDOUT, one.log_offset, _PIECE)
        data, end = chunk.data, chunk.offset + len(chunk.data)
        if not data:
            return None
        if (cut := data.rfind(b"\n") + 1) and not (whole and len(data) < _PIECE):
            data, end = data[:cut], chunk.offset + cut
        elif not whole and len(data) < _LONGEST_LINE:
            return None
        read = read_lines(data.decode("utf-8", "replace").replace("\0", "\ufffd"), one.cost)
        with self._database.begin() as tx:
            return self._telling.said(tx, one, read, end)

    def close(self) -> None:
        """Give the right to listen back."""
        self._alone.release()


class RemoveInstance:
    """Removes the folder of an instance once its program has ended."""

    def __init__(self, database: Database, telling: Telling, files: Files) -> None:
        self._database = database
        self._telling = telling
        self._files = files

    def perform(self, assignment: Assignment) -> None:
        """Remove it; Unavailable while the program is still being ended."""
        operation = assignment.operation
        with self._database.begin() as tx:
            over = self._telling.is_over(tx, operation.purpose_id)
            ground = self._files.standing(tx, operation.user_id, operation.project or "")
        if not over:
            raise Unavailable("its program is still being ended", next_step="wait a moment")
        if ground is None:
            return
        try:
            freed = self._files.remove(ground, directory_of(operation.purpose_id), EntryKind.FOLDER)
        except NotFound:
            return
        with self._database.begin() as tx:
            self._files.grown(tx, ground, -freed)
