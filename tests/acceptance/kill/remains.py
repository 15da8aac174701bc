"""What must not be left behind when all runs are final: folders, processes, groups, uids, temporary files."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg

from tests.acceptance.kill.sightings import Sightings
from tests.acceptance.kill.standing import Standing, wait_for
from tests.stations import alive

_UNRELEASED = "SELECT id, state, uid FROM attempt WHERE released_at IS NULL"
_KEPT = (".shown", ".gone", ".now")  # folders and marks of the station's own


def remains_of_runs(standing: Standing, sightings: Sightings) -> Iterator[str]:
    """Say what is left of attempts; nothing when every trace of them is gone."""
    data = standing.data
    with psycopg.connect(standing.database_url()) as connection:
        for attempt, state, uid in connection.execute(_UNRELEASED).fetchall():
            yield f"{attempt} ({state}) still has its slot and uid {uid}"
    for folder in ("attempts", "attempts/.gone", "incoming", "growing"):
        yield from _left_in(data / folder)
    yield from (f"half-built {tree}" for tree in (data / "env").glob(".*"))
    for group in groups_of(data):
        yield from (f"group {inner}" for inner in group.iterdir() if inner.is_dir())
    for recorder in sightings.recorders():
        if recorder.alive():
            yield f"recorder {recorder.identity.pid} of {recorder.attempt} lives"
    yield from (f"process {pid} of a run lives" for pid in _processes_of_runs(data))


def await_tidy(standing: Standing, sightings: Sightings, seconds: float) -> float:
    """Wait until nothing is left of attempts, and return how long that took."""
    left: list[str] = []

    def tidy() -> bool:
        left[:] = remains_of_runs(standing, sightings)
        return not left

    try:
        return wait_for(tidy, "nothing to be left of the runs", seconds, poll_seconds=0.5)
    except AssertionError as error:
        error.add_note("\n".join(left))
        raise


def remains_of_station(data: Path) -> Iterator[str]:
    """Say what is left of a station that was stopped."""
    for name in ("station.json", "station.json.new"):
        if (data / name).exists():
            yield name
    yield from (f"process {pid} works in {place}" for pid, place in _processes_in(data))
    yield from (f"group {group}" for group in groups_of(data))


def groups_of(data: Path) -> list[Path]:
    """Return the control groups of a station, by the name that follows from its folder of attempts."""
    name = "fieldstation-" + hashlib.sha256(os.fsencode(data / "attempts")).hexdigest()[:12]
    return [Path(folder, name) for folder, inner, _ in os.walk("/sys/fs/cgroup") if name in inner]


def _left_in(folder: Path) -> Iterator[str]:
    for entry in folder.iterdir():
        if entry.name not in _KEPT:
            yield str(entry.relative_to(folder.parent))


def _processes_of_runs(data: Path) -> Iterator[int]:
    """Yield processes that are in the groups of a station, or work in the output folder of one of its attempts."""
    name = "fieldstation-" + hashlib.sha256(os.fsencode(data / "attempts")).hexdigest()[:12]
    for pid, folder in _processes():
        try:
            ours = name in (folder / "cgroup").read_text() or (folder / "cwd").readlink().is_relative_to(
                data / "attempts"
            )
        except OSError:
            continue
        if ours and alive(pid):
            yield pid


def _processes_in(data: Path) -> Iterator[tuple[int, str]]:
    """Yield processes that work in a station's directory, or were told of it on their command line."""
    for pid, folder in _processes():
        try:
            place = (folder / "cwd").readlink()
            told = str(data).encode() in (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if (told or place.is_relative_to(data)) and alive(pid) and pid != os.getpid():
            yield pid, str(place)


def _processes() -> Iterator[tuple[int, Path]]:
    for entry in Path("/proc").glob("[0-9]*"):
        yield int(entry.name), entry
