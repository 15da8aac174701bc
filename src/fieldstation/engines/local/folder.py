"""The folder of one attempt: `outputs` belongs to the run, everything else to the station alone."""

import fcntl
import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fieldstation.engines.local.disk import remove_tree
from fieldstation.engines.local.records import (
    Cancel,
    Ending,
    Kill,
    Launch,
    Status,
    read_ending,
    read_launch,
    read_status,
    write_ending,
    write_launch,
)
from fieldstation.ports.engine import Breach, Stream

_ATTEMPT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_GONE = ".gone"


class Folder:
    """The files of one attempt. The folder's path follows from the attempt's id, so that anyone can find it again."""

    def __init__(self, attempts: Path, attempt_id: str) -> None:
        if not _ATTEMPT_ID.fullmatch(attempt_id):
            raise ValueError(f"{attempt_id!r} cannot name an attempt: use letters, digits, '.', '_' and '-'")
        self.attempt_id = attempt_id
        self.attempts = attempts
        self.path = attempts / attempt_id
        self.outputs = self.path / "outputs"
        self.door = self.path / "door"  # of an attempt that listens: it puts its socket there
        self.scratch = self.path / "tmp"  # only where an engine cannot give the run a /tmp of its own
        self.status_path = self.path / "status.json"
        self.curve = self.path / "curve"

    def writable(self) -> list[Path]:
        """Return the folders in which the run writes."""
        return [folder for folder in (self.outputs, self.scratch, self.door) if folder.exists()]

    def log(self, stream: Stream) -> Path:
        """Return the file of one log."""
        return self.path / stream.value

    def exists(self) -> bool:
        """Tell whether anything is known of this attempt here."""
        return self.path.exists()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the attempt against every other thread and process that would submit, cancel or release it."""
        while True:
            try:
                self.path.mkdir(mode=0o711, exist_ok=True)
                descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            except (FileExistsError, FileNotFoundError):
                if not self.attempts.is_dir():
                    raise
                continue  # it was released between two of these steps
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                if self._is(descriptor):
                    yield
                    return
            finally:
                os.close(descriptor)

    def _is(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), self.path.stat())
        except FileNotFoundError:
            return False

    @contextmanager
    def settling(self) -> Iterator[None]:
        """Hold the attempt's ending against other processes that follow it too. FileNotFoundError: it was released."""
        descriptor = os.open(self.path / "launch.json", os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def prepare(self, uid: int | None, gid: int | None, *, door: bool = False) -> None:
        """Make the empty output folder and that of the `door`, removing what an interrupted submit left.

        Call while locked.
        """
        for left in self.path.iterdir():
            remove_tree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
        self.path.chmod(0o711)
        for folder in (self.outputs, self.door) if door else (self.outputs,):
            folder.mkdir(mode=0o700)
            if uid is not None or gid is not None:
                os.chown(folder, -1 if uid is None else uid, -1 if gid is None else gid)

    def launch(self) -> Launch | None:
        """Return the record of the start; None when nothing of this attempt ever started."""
        text = self._read("launch.json")
        try:
            return None if text is None else read_launch(text)
        except (ValueError, KeyError, TypeError):
            return None

    def record_launch(self, launch: Launch) -> None:
        """Write down the start; from now on the attempt counts as started."""
        self._replace("launch.json", write_launch(launch))

    def forget_launch(self) -> None:
        """Undo `record_launch` when the start failed after all. Idempotent."""
        (self.path / "launch.json").unlink(missing_ok=True)

    def status(self) -> Status:
        """Return what the recorder has written so far."""
        return read_status(self._read("status.json") or "")

    def ending(self) -> Ending | None:
        """Return how the attempt ended, once that is settled."""
        text = self._read("end.json")
        try:
            return None if text is None else read_ending(text)
        except (ValueError, KeyError, TypeError):
            return None

    def record_ending(self, ending: Ending) -> None:
        """Settle how the attempt ended."""
        self._replace("end.json", write_ending(ending))

    def cancel(self) -> Cancel | None:
        """Return the request to end, if one was made in time."""
        text = self._read("cancel.json")
        return None if text is None else Cancel(**json.loads(text))

    def record_cancel(self, cancel: Cancel) -> None:
        """Write down the request to end; the first stands."""
        if not (self.path / "cancel.json").exists():
            self._replace("cancel.json", json.dumps({"grace_seconds": cancel.grace_seconds}))

    def kill(self) -> Kill | None:
        """Return why the engine itself killed the run."""
        text = self._read("kill.json")
        if text is None:
            return None
        document = json.loads(text)
        return Kill(breach=Breach(document["breach"]), detail=document["detail"])

    def record_kill(self, kill: Kill) -> None:
        """Write down why the engine is about to kill the run; the first reason stands."""
        if not (self.path / "kill.json").exists():
            self._replace("kill.json", json.dumps({"breach": kill.breach, "detail": kill.detail}))

    def remove(self) -> None:
        """Make the attempt unknown in one step, then delete its files. Idempotent; call while locked."""
        gone = self.attempts / _GONE
        gone.mkdir(mode=0o700, exist_ok=True)
        moved = gone / f"{self.attempt_id}.{os.getpid()}.{time.monotonic_ns()}"
        try:
            os.rename(self.path, moved)
        except FileNotFoundError:
            return
        remove_tree(moved)

    def _read(self, name: str) -> str | None:
        try:
            return (self.path / name).read_text(errors="replace")
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _replace(self, name: str, text: str) -> None:
        fresh = self.path / f"{name}.{os.getpid()}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        fresh.rename(self.path / name)


def prepare_attempts(attempts: Path) -> None:
    """Make the folder of all attempts, which others may pass through but not list, and finish interrupted removals."""
    attempts.mkdir(mode=0o711, parents=True, exist_ok=True)
    gone = attempts / _GONE
    if gone.exists():
        for left in gone.iterdir():
            remove_tree(left)
