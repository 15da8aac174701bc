"""Runs on a station whose engine does not work: held with the reason, and going on by themselves once it does."""

from pathlib import Path

import pytest

from tests.integration.runs.conftest import OpenStation


def test_without_an_engine_runs_are_held_and_go_on_when_there_is_one(
    open_station: OpenStation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as machine:
        machine.setenv("PATH", str(tmp_path))  # where there is no bubblewrap
        without = open_station().work()
        run_id = without.submit("noop")
        without.wait(lambda: without.show(run_id)["state"] == "held")
        held = without.show(run_id)
        assert (held["reason"]["reason"], held["reason"]["fault"]) == ("no_engine", "ours")
        assert without.get(f"/runs/{run_id}/explain")["waiting"]["reason"] == "no_engine"
        without.rest()
    again = open_station().work()
    assert again.final(run_id)["state"] == "succeeded"
    assert again.events(run_id)[:3] == ["queued", "held", "queued"]
