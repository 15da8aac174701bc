"""Being asked to end, at any moment of a run's life."""

from concurrent.futures import ThreadPoolExecutor

from fieldstation.ports.engine import Breach, EngineBusy, EngineRefused, Handle, Phase, RunSpec
from fieldstation.testing.engine.bench import EngineBench, refused

_OBEDIENT = "trap 'echo bye; exit 5' TERM; echo up; while :; do sleep 0.05; done"
_DEAF = "trap '' TERM; echo up; while :; do sleep 0.05; done"


class Canceling(EngineBench):
    """SIGTERM, then SIGKILL; the evidence of what came first stands."""

    def test_program_may_end_in_its_own_way(self) -> None:
        handle = self.engine.submit(self.shell(_OBEDIENT))
        self.wait_for(handle, "up")
        self.engine.cancel(handle.attempt_id, grace_seconds=60)
        seen = self.wait(handle)
        assert (seen.phase, seen.exit_code, seen.canceled) == (Phase.EXITED, 5, True)
        assert "bye" in self.said(handle)

    def test_program_without_a_handler_ends_by_the_signal(self) -> None:
        handle = self.engine.submit(self.python("import time; print('up', flush=True); time.sleep(60)"))
        self.wait_for(handle, "up")
        self.engine.cancel(handle.attempt_id, grace_seconds=60)
        seen = self.wait(handle)
        assert (seen.exit_code, seen.canceled) == (128 + 15, True)

    def test_deaf_program_is_killed_after_the_grace(self) -> None:
        handle = self.engine.submit(self.shell(_DEAF))
        self.wait_for(handle, "up")
        self.engine.cancel(handle.attempt_id, grace_seconds=0.3)
        seen = self.wait(handle)
        assert (seen.phase, seen.canceled) == (Phase.EXITED, True)
        assert seen.exit_code != 0

    def test_no_grace_kills_at_once(self) -> None:
        handle = self.engine.submit(self.shell(_OBEDIENT))
        self.wait_for(handle, "up")
        self.engine.cancel(handle.attempt_id, grace_seconds=0)
        seen = self.wait(handle)
        assert seen.canceled
        assert seen.exit_code != 5
        assert "bye" not in self.said(handle)

    def test_later_cancel_may_be_more_urgent(self) -> None:
        handle = self.engine.submit(self.shell(_DEAF))
        self.wait_for(handle, "up")
        self.engine.cancel(handle.attempt_id, grace_seconds=3600)
        self.engine.cancel(handle.attempt_id, grace_seconds=0)
        assert self.wait(handle).canceled

    def test_cancel_right_after_submit_ends_it(self) -> None:
        for _ in range(5):
            handle = self.engine.submit(self.shell("sleep 60"))
            self.engine.cancel(handle.attempt_id, grace_seconds=60)
            seen = self.wait(handle)
            assert (seen.phase, seen.canceled) == (Phase.EXITED, True)

    def test_signal_reaches_the_whole_process_group(self) -> None:
        child = "trap 'echo child; exit' TERM; echo up; while :; do sleep 0.05; done"
        handle = self.engine.submit(self.shell('trap : TERM; sh -c "$1" & wait; wait', child))
        self.wait_for(handle, "up")
        self.engine.cancel(handle.attempt_id, grace_seconds=60)
        self.wait(handle)
        assert "child" in self.said(handle)

    def test_exit_before_the_signal_stands(self) -> None:
        handle = self.engine.submit(self.shell("exit 3"))
        self.wait(handle)
        self.engine.cancel(handle.attempt_id, grace_seconds=0)
        seen = self.look(handle)
        assert (seen.phase, seen.exit_code, seen.canceled) == (Phase.EXITED, 3, False)

    def test_cancel_before_submit_refuses_it(self) -> None:
        spec = self.shell("echo ran > file")
        self.engine.cancel(spec.attempt_id, grace_seconds=1)
        self.engine.cancel(spec.attempt_id, grace_seconds=1)
        assert refused(self.engine, spec) == "canceled"
        assert not self.engine.find([spec.attempt_id])
        self.reopen()
        assert refused(self.engine, spec) == "canceled"

    def test_barred_before_submit_it_is_refused(self) -> None:
        spec = self.shell("echo ran > file")
        assert self.engine.bar(spec.attempt_id) is None
        assert self.engine.bar(spec.attempt_id) is None
        assert refused(self.engine, spec) == "canceled"
        self.reopen()
        assert refused(self.engine, spec) == "canceled"
        self.engine.release(spec.attempt_id)
        assert not self.engine.find([spec.attempt_id])

    def test_barred_after_submit_it_runs_on(self) -> None:
        handle = self.engine.submit(self.shell("echo up; until [ -e go ]; do sleep 0.01; done; exit 6"))
        self.wait_for(handle, "up")
        assert self.engine.bar(handle.attempt_id) == handle
        (self.engine.outputs(handle.attempt_id) / "go").touch()
        seen = self.wait(handle)
        assert (seen.phase, seen.exit_code, seen.canceled) == (Phase.EXITED, 6, False)

    def test_barred_while_it_is_submitted_it_is_found_or_refused(self) -> None:
        for _ in range(10):
            spec = self.shell("echo once >> file")
            with ThreadPoolExecutor(2) as pool:
                submitting = pool.submit(self._submitted, spec)
                found = pool.submit(self.engine.bar, spec.attempt_id).result()
            assert submitting.result() == found
            if found is not None:
                assert self.wait(found).exit_code == 0

    def _submitted(self, spec: RunSpec) -> Handle | None:
        try:
            return self.engine.submit(spec)
        except EngineRefused:
            return None

    def test_release_is_refused_while_it_runs(self) -> None:
        handle = self.engine.submit(self.shell("echo up; sleep 60"))
        self.wait_for(handle, "up")
        try:
            self.engine.release(handle.attempt_id)
        except EngineBusy:
            pass
        else:
            raise AssertionError("a running attempt was released")
        assert self.look(handle).phase is Phase.RUNNING
        assert self.said(handle) == "up\n"

    def test_cancel_is_no_breach(self) -> None:
        handle = self.engine.submit(self.shell("echo up; sleep 60"))
        self.wait_for(handle, "up")
        self.engine.cancel(handle.attempt_id, grace_seconds=0)
        assert Breach.MEMORY not in self.wait(handle).breaches
