"""What makes two runs the same: the parts of the reuse key, each with a name that `explain` can show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fieldstation.core.runs.model.values import RunInput
from fieldstation.core.tools.model.definition import Definition
from fieldstation.kernel.canonical import canonical

SCHEMA = 1  # counted up when the meaning of a part changes, so that keys of before never match


@dataclass(frozen=True, kw_only=True)
class NotReusable:
    """Why the result of a run can never stand for another's."""

    why: str


def reuse_parts(
    definition: Definition,
    revision: str,
    parameters: Mapping[str, Any],
    inputs: Sequence[RunInput],
    image: str,
    tag: str | None,
) -> dict[str, Any] | NotReusable:
    """Return the named parts of the reuse key, plain JSON.

    The command, its environment and the output rules are fixed by the tool's revision; `image` says what the run sees
    behind the name of its image.
    """
    if definition.network:
        return NotReusable(why="the tool uses the network")
    if not definition.deterministic:
        return NotReusable(why="the tool says that it is not deterministic")
    return {
        "schema": SCHEMA,
        "tool": revision,
        "image": image,
        "parameters": dict(parameters),
        "inputs": {item.target: item.manifest_digest for item in inputs},
        "tag": tag,
    }


def differences(mine: Mapping[str, Any], other: Mapping[str, Any]) -> Sequence[str]:
    """Name the parts in which two runs differ, such as `parameters.count` or `inputs./inputs/table/a.csv`."""
    names: list[str] = []
    for part in _differing(mine, other):
        left, right = mine.get(part), other.get(part)
        if isinstance(left, Mapping) and isinstance(right, Mapping):
            names += [f"{part}.{name}" for name in _differing(left, right)]
        else:
            names.append(part)
    return names


def _differing(mine: Mapping[str, Any], other: Mapping[str, Any]) -> Sequence[str]:
    """Name the members that differ as JSON, where 1 is not true and null is not nothing."""
    names = sorted({*mine, *other})
    return [name for name in names if _written(mine, name) != _written(other, name)]


def _written(members: Mapping[str, Any], name: str) -> bytes | None:
    return canonical(members[name]) if name in members else None
