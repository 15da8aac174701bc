import json
import stat
from pathlib import Path

import pytest

from fieldstation.client.profile import (
    DEFAULT_URL,
    Profile,
    chosen_profile,
    local_station,
    profile_file,
    read_profile,
    write_profile,
)

KEPT = Profile(url="http://kept:1", token="secret", username="ada")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("FIELDSTATION_DATA", str(tmp_path / "data"))
    for name in ("FIELDSTATION_URL", "FIELDSTATION_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def test_a_profile_is_kept_for_its_owner_alone() -> None:
    assert read_profile() is None
    file = write_profile(Profile(url="http://old", token="old"))
    assert write_profile(KEPT) == file == profile_file()
    assert read_profile() == KEPT
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in file.parent.iterdir()] == ["profile.json"]


@pytest.mark.parametrize("content", ["", "{", "[]", "{}"])
def test_a_broken_profile_counts_as_none(content: str) -> None:
    write_profile(KEPT).write_text(content)
    assert read_profile() is None


def test_who_says_nothing_means_the_kept_one_then_this_machines(tmp_path: Path) -> None:
    assert chosen_profile() == Profile(url=DEFAULT_URL)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "station.json").write_text(json.dumps({"url": "http://127.0.0.1:7", "pid": 1}))
    assert chosen_profile() == Profile(url="http://127.0.0.1:7")
    write_profile(KEPT)
    assert chosen_profile() == KEPT


def test_variables_win_and_a_token_never_goes_to_another_address(monkeypatch: pytest.MonkeyPatch) -> None:
    write_profile(KEPT)
    monkeypatch.setenv("FIELDSTATION_URL", "http://other:2/")
    assert chosen_profile() == Profile(url="http://other:2")
    monkeypatch.setenv("FIELDSTATION_TOKEN", "given")
    assert chosen_profile() == Profile(url="http://other:2", token="given")
    assert chosen_profile("http://third:3") == Profile(url="http://third:3", token="given")
    monkeypatch.delenv("FIELDSTATION_TOKEN")
    assert chosen_profile("http://kept:1/") == KEPT


def test_the_station_of_this_machine_tells_its_password_where_it_may_be_read(tmp_path: Path) -> None:
    assert local_station(tmp_path) is None
    (tmp_path / "station.json").write_text('{"url": "http://127.0.0.1:7"}')
    found = local_station(tmp_path)
    assert found is not None
    assert found.admin_password is None
    (tmp_path / "admin-password").write_text("word\n")
    found = local_station(tmp_path)
    assert found is not None
    assert found.admin_password == "word"
