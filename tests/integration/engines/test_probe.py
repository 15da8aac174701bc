"""An engine that cannot work says what is missing and what to type."""

from pathlib import Path

import pytest

from fieldstation.engines.process import ProcessEngine
from fieldstation.engines.sandbox import SandboxEngine
from fieldstation.ports.engine import EngineBusy, RunSpec
from tests.integration.engines.sandbox import needs_bubblewrap, needs_root

pytestmark = needs_bubblewrap


def _probed(attempts: Path) -> str | None:
    engine = SandboxEngine(attempts)
    try:
        return engine.probe()
    finally:
        engine.close()


@pytest.mark.parametrize(("program", "package"), [("bwrap", "bubblewrap"), ("setpriv", "util-linux")])
def test_missing_programs_are_named_with_their_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, package: str
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for present in {"bwrap", "setpriv"} - {program}:
        (programs / present).symlink_to(f"/usr/bin/{present}")
    monkeypatch.setenv("PATH", str(programs))
    said = _probed(tmp_path / "attempts")
    assert said is not None
    assert program in said
    assert f"apt install {package}" in said


@needs_root
def test_folder_that_runs_cannot_pass_is_named_with_the_remedy(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    closed.parent.chmod(0o711)
    said = _probed(closed / "attempts")
    assert said is not None
    assert "chmod o+x" in said


@pytest.mark.parametrize("engine_class", [SandboxEngine, ProcessEngine])
def test_a_folder_taken_away_is_busy_not_broken(
    tmp_path: Path, engine_class: type[SandboxEngine] | type[ProcessEngine]
) -> None:
    engine = engine_class(tmp_path / "attempts")
    (tmp_path / "attempts").rename(tmp_path / "away")
    try:
        with pytest.raises(EngineBusy, match="could not be started"):
            engine.submit(RunSpec(attempt_id="attempt-1", image="host:", argv=["true"]))
    finally:
        engine.close()
    assert not (tmp_path / "attempts").exists()
