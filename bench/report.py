"""Figures, as `bench/out/latest.json` holds them and as a person reads them."""

import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

OUT = Path(__file__).parent / "out" / "latest.json"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured promise.

    `ratio` is value over bound; `holds` whether the promise is kept. What could not be measured has a `reason`.
    """

    name: str
    holds: bool
    value: float | None = None
    unit: str = ""
    bound: float | None = None
    bound_name: str = ""
    ratio: float | None = None
    n: int = 0
    spread: Sequence[float] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    sha: str = ""
    promise: str = ""
    reason: str = ""


def unmeasured(name: str, reason: str) -> Figure:
    """Return the figure of something that could not be measured here."""
    return Figure(name=name, holds=False, reason=reason)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which this share of all lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def spread(values: Sequence[float]) -> Sequence[float]:
    """Return the 10th and 90th percentile."""
    ordered = sorted(values)
    return (ordered[len(ordered) // 10], ordered[-1 - len(ordered) // 10])


def write(figures: Sequence[Figure]) -> None:
    """Write all figures with the machine they were measured on."""
    OUT.parent.mkdir(parents=True, exist_ok=True)
    machine = machine_name()
    OUT.write_text(json.dumps([{**asdict(figure), "machine": machine} for figure in figures], indent=2) + "\n")


def machine_name() -> str:
    """Say what this machine is, without its name."""
    cores = subprocess.run(["nproc"], capture_output=True, text=True, check=False).stdout.strip() or "?"
    return f"{platform.system()} {platform.release().split('-')[0]} {platform.machine()}, {cores} cores"


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a table to read."""
    lines = [f"{'figure':22} {'value':>12} {'':8} {'bound':>12}  {'ratio':>6}  promise"]
    for figure in figures:
        mark = "holds" if figure.holds else "FAILS"
        if figure.value is None:
            lines.append(f"{figure.name:22} not measured: {figure.reason}")
            continue
        bound = f"{figure.bound:12.4g}" if figure.bound is not None else " " * 12
        ratio = f"{figure.ratio:6.2f}" if figure.ratio is not None else " " * 6
        lines.append(
            f"{figure.name:22} {figure.value:12.4g} {figure.unit:8} {bound}  {ratio}  {mark}: {figure.promise}"
        )
    return "\n".join(lines)
