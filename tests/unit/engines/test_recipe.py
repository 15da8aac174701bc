"""The sandbox's arguments: parts that no single attack shows missing, because another part also holds."""

from pathlib import Path

import pytest

from fieldstation.engines.local.folder import Folder
from fieldstation.engines.sandbox.recipe import Recipe
from fieldstation.ports.engine import EngineRefused, Mount, RunSpec


def _arguments(tmp_path: Path, spec: RunSpec) -> list[str]:
    return (
        Recipe(tmp_path / "shown", tmp_path / "env", None)
        .arguments(spec, Folder(tmp_path, "out"), 6)
        .decode()
        .split("\0")
    )


def test_second_lines_of_defence_are_there(tmp_path: Path) -> None:
    arguments = _arguments(tmp_path, RunSpec(attempt_id="a", image="host:", argv=["true"]))
    assert {"--unshare-ipc", "--disable-userns", "--new-session", "--clearenv"} <= set(arguments)
    assert arguments[arguments.index("--cap-drop") + 1] == "ALL"
    assert "--die-with-parent" not in arguments, "runs outlive the station"
    assert arguments[-1] == "", "the last argument is ended too"


def test_root_is_closed_after_the_last_mount(tmp_path: Path) -> None:
    spec = RunSpec(attempt_id="a", image="host:", argv=["true"], mounts=[Mount(source=tmp_path, target="/inputs/x")])
    arguments = _arguments(tmp_path, spec)
    closing = len(arguments) - 1 - arguments[::-1].index("--remount-ro")
    assert arguments[closing + 1] == "/"
    assert not [argument for argument in arguments[closing:] if argument.startswith(("--bind", "--ro-bind", "--tmpfs"))]


def test_environment_of_the_station_is_shown_to_its_tools_alone(tmp_path: Path) -> None:
    for image, shown in (("host:", False), ("station:", True)):
        arguments = _arguments(tmp_path, RunSpec(attempt_id="a", image=image, argv=["true"]))
        assert (str(tmp_path / "env") in arguments) == shown
        assert arguments[arguments.index("PATH") + 1].startswith("/env/bin:") == shown


@pytest.mark.parametrize(
    "target", ["/", "inputs", "/../etc", "/usr/x", "/etc", "/proc/1", "/outputs", "/tmp/x", "/env", "/dev/x"]
)
def test_mounts_hide_no_part_of_the_sandbox(tmp_path: Path, target: str) -> None:
    spec = RunSpec(attempt_id="a", image="host:", argv=["true"], mounts=[Mount(source=tmp_path, target=target)])
    with pytest.raises(EngineRefused) as refusal:
        _arguments(tmp_path, spec)
    assert refusal.value.reason == "invalid_mount"


@pytest.mark.parametrize("name", ["", "A=B"])
def test_names_of_variables_are_checked(tmp_path: Path, name: str) -> None:
    with pytest.raises(EngineRefused):
        _arguments(tmp_path, RunSpec(attempt_id="a", image="host:", argv=["true"], environment={name: "x"}))
