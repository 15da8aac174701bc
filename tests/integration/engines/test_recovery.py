"""What a new engine makes of what a dead station, a dead recorder or a dead machine left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import SkipTest

from fieldstation.engines.local.cgroups.place import find_groups
from fieldstation.engines.local.folder import Folder
from fieldstation.engines.local.identity import Identity, boot_id, identify
from fieldstation.engines.local.probe import mark_of
from fieldstation.engines.local.records import Cancel, Kill, Launch, now
from fieldstation.ports.engine import Breach, Handle, Limits, Phase, RunSpec
from fieldstation.testing.engine import EngineBench
from tests.integration.engines.sandbox import needs_bubblewrap

pytestmark = needs_bubblewrap


class TestRecovery(EngineBench):
    entry_point = "fieldstation.engines.sandbox:SandboxEngine"

    def known(self, spec: RunSpec) -> Folder:
        """Return the folder of an attempt."""
        return Folder(self.folder / "attempts", spec.attempt_id)

    def pretend(self, recorder: Identity) -> tuple[Folder, Handle]:
        """Leave what a station leaves that died after it started a recorder."""
        spec = self.spec("true")
        folder = self.known(spec)
        folder.path.mkdir(mode=0o711)
        folder.prepare(None, None)
        folder.record_launch(Launch(recorder=recorder, started_at=now(), limits=Limits()))
        (handle,) = self.engine.find([spec.attempt_id])
        return folder, handle

    def test_killed_recorder_takes_its_run_along_and_is_lost(self) -> None:
        spec = self.shell("echo up; exec sleep 60")
        handle = self.engine.submit(spec)
        self.wait_for(handle, "up")
        folder = self.known(spec)
        launch, child = folder.launch(), folder.status().child_pid
        assert launch is not None
        assert child is not None
        os.kill(launch.recorder.pid, signal.SIGKILL)
        seen = self.wait(handle)
        assert (seen.phase, seen.exit_code, seen.canceled) == (Phase.LOST, None, False)
        assert identify(child) is None, "nothing of it lives"

    def test_recorder_killed_while_nobody_watched(self) -> None:
        spec = self.shell("echo up; exec sleep 60")
        handle = self.engine.submit(spec)
        self.wait_for(handle, "up")
        launch, child = self.known(spec).launch(), self.known(spec).status().child_pid
        assert launch is not None
        assert child is not None
        self.engine.close()
        os.kill(launch.recorder.pid, signal.SIGKILL)
        os.waitpid(launch.recorder.pid, 0)
        assert identify(child) is not None, "it outlives its recorder"
        self.open_engine()
        assert self.wait(handle).phase is Phase.LOST
        assert identify(child) is None

    def test_other_boot_is_lost_and_touches_no_process(self) -> None:
        with _innocent() as innocent:
            mine = identify(innocent.pid)
            assert mine is not None
            folder, handle = self.pretend(Identity(boot="another boot", pid=mine.pid, start=mine.start))
            folder.status_path.write_text(json.dumps({"child-pid": innocent.pid}) + "\n")
            assert self.wait(handle).phase is Phase.LOST
            assert innocent.poll() is None

    def test_exit_code_from_before_a_reboot_stands(self) -> None:
        folder, handle = self.pretend(Identity(boot="another boot", pid=1, start="1"))
        folder.status_path.write_text('{ "child-pid": 1 }\n{ "exit-code": 4 }\n')
        seen = self.wait(handle)
        assert (seen.phase, seen.exit_code) == (Phase.EXITED, 4)

    def test_pid_given_to_another_is_not_ours(self) -> None:
        with _innocent() as innocent:
            folder, handle = self.pretend(Identity(boot=boot_id(), pid=innocent.pid, start="1"))
            line = {"child-pid": innocent.pid, "pid-namespace": 1}
            folder.status_path.write_text(json.dumps(line) + "\n")
            assert self.wait(handle).phase is Phase.LOST
            assert innocent.poll() is None

    def test_folder_without_a_start_never_ran(self) -> None:
        spec = self.shell("echo once >> file")
        folder = self.known(spec)
        folder.path.mkdir(mode=0o711)
        folder.prepare(None, None)
        (folder.outputs / "file").write_text("left by an interrupted submit\n")
        (folder.path / "launch.json.1").write_text('{"recorder": ')
        assert not self.engine.find([spec.attempt_id])
        assert self.run(spec).exit_code == 0
        assert (folder.outputs / "file").read_text() == "once\n"

    def test_reason_of_our_own_kill_survives_us(self) -> None:
        folder, handle = self.pretend(Identity(boot="another boot", pid=1, start="1"))
        folder.record_kill(Kill(breach=Breach.DISK, detail="too much"))
        seen = self.wait(handle)
        assert (seen.phase, seen.breaches, seen.detail) == (Phase.EXITED, frozenset({Breach.DISK}), "too much")

    def test_cancel_goes_on_after_a_restart(self) -> None:
        spec = self.shell("trap '' TERM; echo up; while :; do sleep 0.05; done")
        handle = self.engine.submit(spec)
        self.wait_for(handle, "up")
        self.engine.close()
        self.known(spec).record_cancel(Cancel(grace_seconds=0.2))
        self.open_engine()
        seen = self.wait(handle)
        assert (seen.phase, seen.canceled) == (Phase.EXITED, True)

    def test_two_engines_agree(self) -> None:
        handle = self.engine.submit(self.python(_EATS_MEMORY, limits=Limits(memory_bytes=64 << 20)))
        other = self.make_engine(self.folder / "attempts")
        try:
            other.observe([handle])
            mine = self.wait(handle)
            while (theirs := other.observe([handle])[0]).phase is Phase.RUNNING:
                time.sleep(0.01)
            assert mine == theirs
            assert mine.breaches == frozenset({Breach.MEMORY}), mine
        finally:
            other.close()

    def test_what_another_engine_released_is_lost_here(self) -> None:
        handle = self.engine.submit(self.shell("exit 0"))
        other = self.make_engine(self.folder / "attempts")
        self.wait(handle)
        other.release(handle.attempt_id)
        other.close()
        assert not self.engine.find([handle.attempt_id])
        assert self.engine.observe([Handle(attempt_id=handle.attempt_id, reference="")])

    def test_interrupted_removal_is_finished_at_the_next_start(self) -> None:
        left = self.folder / "attempts" / ".gone" / "attempt-x.1"
        (left / "outputs" / "deep").mkdir(parents=True)
        self.reopen()
        assert not left.exists()

    def test_groups_made_for_a_start_that_never_came_go_with_the_attempt(self) -> None:
        groups = find_groups(self.folder / "attempts")
        if groups is None:
            raise SkipTest("no control groups can be made here")
        spec = self.spec("true")
        self.known(spec).path.mkdir(mode=0o711)
        made = groups.make(spec.attempt_id, Limits()).folders()
        assert all(folder.exists() for folder in made)
        self.engine.release(spec.attempt_id)
        assert not any(folder.exists() for folder in made)

    def test_probes_whose_asker_died_are_forgotten_at_the_next_start(self) -> None:
        attempts = self.folder / "attempts"
        with _innocent() as asker:
            left = attempts / f"probe-{asker.pid}-{mark_of(asker.pid)}-x"
            left.mkdir()
            self.reopen()
            assert left.exists()
        self.reopen()
        assert not left.exists()

    def test_folders_too_deep_to_count_end_the_run_and_can_be_removed(self) -> None:
        program = """
import os, time
for number in range(3000):
    os.mkdir("d")
    os.chdir("d")
open("bottom", "w").close()
time.sleep(60)
"""
        handle = self.engine.submit(self.python(program))
        seen = self.wait(handle)
        assert (seen.phase, seen.breaches) == (Phase.EXITED, frozenset({Breach.DISK}))
        assert "deep" in seen.detail
        self.engine.release(handle.attempt_id)
        assert not [*(self.folder / "attempts" / ".gone").iterdir()]

    def test_nothing_runs_when_the_station_dies_before_it_wrote_the_start_down(self) -> None:
        marker = self.folder / "ran"
        program = f"""
import os, signal
from pathlib import Path
from fieldstation.engines.local.launch import Command, Files, started
folder = Path({str(self.folder)!r})
files = Files(status=folder / "status", stdout=folder / "stdout", stderr=folder / "stderr")
with started(Command(argv=["touch", {str(marker)!r}], umask=0o022), files, []) as waiting:
    print(waiting.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
        other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        assert other.returncode == -signal.SIGKILL
        while identify(int(other.stdout)) is not None:
            time.sleep(0.01)
        assert (self.folder / "stdout").exists(), "the shell was started"
        assert not marker.exists()


@contextmanager
def _innocent() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that is none of ours."""
    process = subprocess.Popen(["sleep", "60"], start_new_session=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


_EATS_MEMORY = """
import time
kept = []
while True:
    kept.append(bytearray(b"x" * (4 << 20)))
    time.sleep(0.02)
"""
