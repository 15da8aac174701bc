"""The station dies at any moment; what runs goes on, and the next station takes it over as it is."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from unittest import SkipTest

from fieldstation.ports.engine import Handle, Phase, RunSpec
from fieldstation.testing.engine.bench import EngineBench

_SUBMITTER = "fieldstation.testing.engine.submitter"


class Restarting(EngineBench):
    """New engines on an old folder."""

    def setup_method(self) -> None:
        """Skip engines whose attempts die with the station."""
        super().setup_method()
        if not self.engine.traits.survives_restart:
            self.teardown_method()
            raise SkipTest("attempts of this engine end with the station")

    def test_new_engine_takes_over_what_runs(self) -> None:
        handle = self.engine.submit(self.shell("echo up; until [ -e go ]; do sleep 0.01; done; exit 6"))
        self.wait_for(handle, "up")
        self.reopen()
        assert [*self.engine.find([handle.attempt_id])] == [handle]
        assert self.look(handle).phase is Phase.RUNNING
        (self.engine.outputs(handle.attempt_id) / "go").touch()
        assert self.wait(handle).exit_code == 6

    def test_new_engine_knows_what_ended_before(self) -> None:
        handle = self.engine.submit(self.shell("echo said; exit 4"))
        before = self.wait(handle)
        self.reopen()
        assert self.look(handle) == before
        assert self.said(handle) == "said\n"
        self.engine.release(handle.attempt_id)
        assert not self.engine.find([handle.attempt_id])

    def test_run_outlives_a_station_killed_at_once(self) -> None:
        handle = self.submit_and_kill(self.shell("echo up; until [ -e go ]; do sleep 0.01; done; exit 9"))
        self.wait_for(handle, "up")
        assert self.look(handle).phase is Phase.RUNNING
        (self.engine.outputs(handle.attempt_id) / "go").touch()
        assert self.wait(handle).exit_code == 9

    def test_exit_code_is_kept_while_nobody_watches(self) -> None:
        handle = self.submit_and_kill(self.shell("sleep 0.2; exit 8"))
        seen = self.wait(handle)
        assert (seen.phase, seen.exit_code) == (Phase.EXITED, 8)

    def test_cancel_reaches_what_another_process_started(self) -> None:
        handle = self.submit_and_kill(self.shell("trap 'exit 5' TERM; echo up; while :; do sleep 0.05; done"))
        self.wait_for(handle, "up")
        self.engine.cancel(handle.attempt_id, grace_seconds=60)
        seen = self.wait(handle)
        assert (seen.exit_code, seen.canceled) == (5, True)

    def test_submit_again_after_the_station_died_starts_nothing(self) -> None:
        spec = self.shell("echo once >> file; sleep 0.2")
        first = self.submit_and_kill(spec)
        assert self.engine.submit(spec) == first
        self.wait(first)
        assert (self.engine.outputs(spec.attempt_id) / "file").read_text() == "once\n"

    def test_two_processes_submit_at_the_same_time(self) -> None:
        spec = self.shell("echo once >> file; sleep 0.2")
        others = [self._submitter(spec) for _ in range(3)]
        references = {self._reference(other) for other in others}
        for other in others:
            _kill(other)
        assert references == {self.engine.submit(spec).reference}
        self.wait(*self.engine.find([spec.attempt_id]))
        assert (self.engine.outputs(spec.attempt_id) / "file").read_text() == "once\n"

    def test_killed_in_the_middle_of_a_submit_it_runs_once_or_not_at_all(self) -> None:
        for number in range(6):
            spec = self.shell("echo once >> file; sleep 0.1")
            other = self._submitter(spec, wait_for_start=False)
            self._await_line(other, "ready")
            for _ in range(number * 2000):
                os.getpid()  # another moment each time
            _kill(other)
            handle = self.engine.submit(spec)
            seen = self.wait(handle)
            ran = self.engine.outputs(spec.attempt_id) / "file"
            if seen.phase is Phase.LOST:
                assert not ran.exists()
            else:
                assert ran.read_text() == "once\n"

    def submit_and_kill(self, spec: RunSpec) -> Handle:
        """Submit from another process and kill that as soon as it has submitted."""
        other = self._submitter(spec)
        handle = Handle(attempt_id=spec.attempt_id, reference=self._reference(other))
        _kill(other)
        assert [*self.engine.find([spec.attempt_id])] == [handle]
        return handle

    def _submitter(self, spec: RunSpec, *, wait_for_start: bool = True) -> "subprocess.Popen[str]":
        document = json.dumps({**asdict(spec), "mounts": []})
        argv = [sys.executable, "-m", _SUBMITTER, type(self).__module__, type(self).__qualname__]
        other = subprocess.Popen(
            [*argv, str(self.folder / "attempts"), document], stdout=subprocess.PIPE, text=True, env=_environment()
        )
        if not wait_for_start:
            return other
        self._await_line(other, "ready")
        return other

    @staticmethod
    def _await_line(other: "subprocess.Popen[str]", wanted: str) -> str:
        assert other.stdout is not None
        line = other.stdout.readline()
        assert line.startswith(wanted), f"the other process did not come to {wanted!r}"
        return line.partition(" ")[2].strip()

    def _reference(self, other: "subprocess.Popen[str]") -> str:
        return self._await_line(other, "submitted")


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def _kill(other: "subprocess.Popen[str]") -> None:
    other.send_signal(signal.SIGKILL)
    other.wait()
    if other.stdout is not None:
        other.stdout.close()
