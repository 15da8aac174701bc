"""What a station refuses to start with, and that it names all of it."""

from pathlib import Path

import pytest

from fieldstation.kernel.errors import Broken
from fieldstation.settings import load_settings
from fieldstation.wiring.engines import build_engines


def faults(**chosen: object) -> dict[str, str]:
    with pytest.raises(Broken) as caught:
        load_settings(**chosen)
    assert caught.value.reason == "settings"
    return {problem.where: problem.text for problem in caught.value.problems}


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    found = faults(data=tmp_path, port=99_999, slots=0, log_level="loud", admin_password="short", quota_bytes=-1)
    names = ("PORT", "SLOTS", "LOG_LEVEL", "ADMIN_PASSWORD", "QUOTA_BYTES")
    assert found.keys() == {f"FIELDSTATION_{name}" for name in names}


def test_variables_are_named_as_they_are_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDSTATION_SLOTS", "many")
    monkeypatch.setenv("FIELDSTATION_PORT", "8080")
    assert faults(data=tmp_path).keys() == {"FIELDSTATION_SLOTS"}


@pytest.mark.parametrize("given", ["59999-20000", "0-10", "5", "a-b", "1-4294967295"])
def test_ranges_of_uids_that_hold_none_or_root_are_refused(tmp_path: Path, given: str) -> None:
    assert faults(data=tmp_path, uid_range=given).keys() == {"FIELDSTATION_UID_RANGE"}


def test_a_range_of_uids_includes_both_ends(tmp_path: Path) -> None:
    assert load_settings(data=tmp_path, uid_range="7-9").uids == range(7, 10)
    assert list(load_settings(data=tmp_path, uid_range="7-7").uids) == [7]


def test_an_engine_that_nobody_provides_is_named_with_those_there_are(tmp_path: Path) -> None:
    settings = load_settings(data=tmp_path, engines="sandbox, cloud,moon")
    with pytest.raises(Broken, match=r"FIELDSTATION_ENGINES.*cloud, moon") as caught:
        build_engines(settings)
    assert "sandbox" in caught.value.next_step
    assert not list(tmp_path.iterdir())


def test_no_engine_is_no_fault(tmp_path: Path) -> None:
    assert build_engines(load_settings(data=tmp_path, engines=())) == {}


def test_the_file_of_the_data_directory_is_read_and_variables_go_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "station.toml").write_text("slots = 7\nport = 1234\n")
    monkeypatch.setenv("FIELDSTATION_PORT", "4321")
    settings = load_settings(data=tmp_path)
    assert (settings.slots, settings.port) == (7, 4321)
