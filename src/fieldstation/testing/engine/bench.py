"""What the tests of the contract stand on: an engine on a fresh folder, and ways to run something in it."""

import shutil
import tempfile
import threading
import time
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest import SkipTest
from uuid import uuid4

from fieldstation.ports.engine import (
    Engine,
    EngineBusy,
    EngineRefused,
    Handle,
    Isolation,
    Observation,
    Phase,
    RunSpec,
    Stream,
)

PATIENCE_SECONDS = 100.0  # then a test is taken to hang; nothing is said about how fast an engine must be


class EngineBench:
    """Makes an engine for each test and takes it down again, with everything that ran in it."""

    entry_point = ""  # `module:Class`; called with the folder of attempts
    image = "host:"  # one in which `sh` and `python3` are on PATH

    def make_engine(self, attempts: Path) -> Engine:
        """Return the engine to test, on this folder; override it when yours needs more."""
        module, _, name = self.entry_point.partition(":")
        engine: Engine = getattr(import_module(module), name)(attempts)
        return engine

    def setup_method(self) -> None:
        """Make a folder that runs of other users can pass through, and an engine on it."""
        self.folder = Path(tempfile.mkdtemp(prefix="fieldstation-engine-"))
        self.folder.chmod(0o711)
        self.started: set[str] = set()
        self.changed = threading.Event()
        self.open_engine()

    def teardown_method(self) -> None:
        """End and release whatever the test left."""
        for handle in self.engine.find(self.started):
            self.engine.cancel(handle.attempt_id, grace_seconds=0)
            self.wait(handle)
        for attempt_id in self.started:
            self.engine.release(attempt_id)
        self.engine.close()
        shutil.rmtree(self.folder)

    def open_engine(self) -> None:
        """Open the engine on the test's folder, as a station does when it starts."""
        self.engine = self.make_engine(self.folder / "attempts")
        self.engine.on_change(self.changed.set)

    def reopen(self) -> None:
        """Put a new engine in the place of the old, on the same folder."""
        self.engine.close()
        self.open_engine()

    def spec(self, *argv: str, **changes: Any) -> RunSpec:
        """Return a run of `argv`, with a fresh id unless `changes` has one."""
        spec = RunSpec(**{"attempt_id": f"attempt-{uuid4()}", "image": self.image, "argv": argv, **changes})
        self.started.add(spec.attempt_id)
        return spec

    def shell(self, script: str, *arguments: str, **changes: Any) -> RunSpec:
        """Return a run of a shell script."""
        return self.spec("sh", "-c", script, "sh", *arguments, **changes)

    def python(self, program: str, *arguments: str, **changes: Any) -> RunSpec:
        """Return a run of a Python program."""
        return self.spec("python3", "-c", program, *arguments, **changes)

    def run(self, spec: RunSpec) -> Observation:
        """Run to the end."""
        return self.wait(self.engine.submit(spec))

    def wait(self, handle: Handle) -> Observation:
        """Wait until the attempt has ended, woken by the engine."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            self.changed.clear()
            seen = self.look(handle)
            if seen.phase is not Phase.RUNNING:
                return seen
            if time.monotonic() > deadline:
                raise TimeoutError(f"{handle.attempt_id} does not end: {seen}")
            self.changed.wait(1.0)

    def look(self, handle: Handle) -> Observation:
        """Observe one attempt."""
        (seen,) = self.engine.observe([handle])
        assert seen.attempt_id == handle.attempt_id
        return seen

    def said(self, handle: Handle, stream: Stream = Stream.STDOUT) -> str:
        """Return a whole log as text."""
        return self.engine.logs(handle.attempt_id, stream, 0, 1 << 20).data.decode()

    def wait_for(self, handle: Handle, text: str) -> None:
        """Wait until a running program has said something, and so is under way."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while text not in self.said(handle):
            seen = self.look(handle)
            if seen.phase is not Phase.RUNNING and text not in self.said(handle):
                raise AssertionError(f"ended without {text!r}: {seen}, {self.said(handle, Stream.STDERR)}")
            if time.monotonic() > deadline:
                raise TimeoutError(f"{handle.attempt_id} never said {text!r}")
            time.sleep(0.01)

    def source(self, name: str, text: str) -> Path:
        """Make a read-only file, open to all, as a store does."""
        file = self.folder / name
        file.write_text(text)
        file.chmod(0o444)
        return file

    def needs_own_files(self) -> None:
        """Skip a test that asks for files kept from the run's hands, where the engine promises no such thing."""
        traits = self.engine.traits
        if traits.isolation is Isolation.NONE and not traits.own_uid:
            raise SkipTest("this engine keeps nothing from what it runs")


def refused(engine: Engine, spec: RunSpec) -> str:
    """Submit what the engine must refuse for good; return its reason."""
    try:
        engine.submit(spec)
    except EngineRefused as error:
        refusal = error
    except EngineBusy as error:
        raise AssertionError("this will never work, so it is not `busy`") from error
    else:
        raise AssertionError("the engine took what it cannot run")
    assert refusal.text, "a refusal says why"
    return refusal.reason
