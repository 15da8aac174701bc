"""Figures about runs as people read them: counts, quotes, what was used over time."""

from collections.abc import Callable, Iterator, Sequence

from fieldstation.cli.output import count, details, lasting, printable, size, table
from fieldstation.client.figures import Group, Place, Point, Quote, Spread, Usage

_SHOWN_POINTS = 24


def counted(groups: Sequence[Group]) -> str:
    """Write how many runs are in which state and why, and what to do about each reason."""
    rows = [
        [f"{one.count}{'+' if one.more else ''}", one.state, one.reason.text if one.reason else ""] for one in groups
    ]
    steps = {one.reason.text: one.reason.next_step for one in groups if one.reason and one.state == "failed"}
    lines = [table([">runs", "state", "reason"], rows) if rows else "no run"]
    if any(one.more for one in groups):
        lines.append("+ there are more: only the newest were counted")
    return printable("\n".join([*lines, *(f"next:  {text}: {step}" for text, step in steps.items())]))


def quoted(found: Quote) -> str:
    """Write what a run would come to."""
    before, room = found.before, found.room
    return details(
        [
            ("tool", f"{found.tool.name}@{found.tool.version}"),
            ("inputs", "\n".join(f"{one.slot}: {one.name or one.dataset}@{one.number}" for one in found.inputs)),
            ("output", found.output.name + ("" if found.output.id else " (will be made)")),
            ("may use", ", ".join(_resources(found))),
            ("time limit", lasting(found.hard_seconds)),
            ("reuse", found.reuse.text + (f" ({found.reuse.run})" if found.reuse.run else "")),
            ("queue", _place(found.queue)),
            ("before", count(before.runs, "run") if before.runs else "you see no run of this tool that succeeded"),
            ("  took", _spread(before.seconds, lasting)),
            ("  made", _spread(before.output_bytes, _size)),
            ("  memory", _spread(before.memory_bytes, _size)),
            ("quota", f"{size(room.free)} free of {size(room.quota)}" if room else None),
        ]
    )


def used(found: Usage) -> str:
    """Write what an attempt used over time, of many points some."""
    if not found.items:
        return "nothing was measured" + ("" if found.over else " yet") + ": the first point is taken after a second"
    return table([">after", ">cores", ">memory", ">disk"], [_point(one) for one in _some(found.items)])


def _some(points: Sequence[Point]) -> Iterator[Point]:
    step = -(-len(points) // _SHOWN_POINTS)
    yield from points[step - 1 :: step]


def _point(point: Point) -> list[str]:
    cores = "" if point.cores is None else f"{point.cores:.2f}"
    sizes = ["" if one is None else size(one) for one in (point.memory_bytes, point.disk_bytes)]
    return [lasting(point.seconds), cores, *sizes]


def _resources(found: Quote) -> Iterator[str]:
    given = {name: value for name, value in found.resources.items() if isinstance(value, int | float)}
    if "cpu" in given:
        yield "1 core" if given["cpu"] == 1 else f"{given['cpu']:g} cores"
    for name, words in {"memory_bytes": "of memory", "disk_bytes": "of disk"}.items():
        if name in given:
            yield f"{size(int(given[name]))} {words}"
    if "pids" in given:
        yield f"{given['pids']:g} processes"


def _place(place: Place) -> str:
    estimate = "" if place.estimate_seconds is None else f", may start in about {lasting(place.estimate_seconds)}"
    return f"{count(place.ahead, 'run')} before it{estimate}"


def _spread(found: Spread | None, write: Callable[[float], str]) -> str | None:
    return None if found is None else f"{write(found.median)}, nine in ten at most {write(found.p90)}"


def _size(amount: float) -> str:
    return size(int(amount))
