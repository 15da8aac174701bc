"""What is written down about an attempt: frozen values, and their JSON in the attempt's folder."""

import contextlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from fieldstation.engines.local.identity import Identity
from fieldstation.ports.engine import Breach, Limits, Phase, Usage


@dataclass(frozen=True, kw_only=True)
class Launch:
    """Written before anything of the run starts: its recorder's process, its limits, the cgroups it joins."""

    recorder: Identity
    started_at: datetime
    limits: Limits
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Status:
    """What the recorder wrote: the run's first process, the namespace that proves it, and the exit code."""

    child_pid: int | None = None
    pid_namespace: int | None = None
    exit_code: int | None = None


@dataclass(frozen=True, kw_only=True)
class Cancel:
    """Written before our signal is sent, and only when no exit code was there."""

    grace_seconds: float


@dataclass(frozen=True, kw_only=True)
class Kill:
    """Written before the engine kills a run for what it used, with the measure that was over."""

    breach: Breach
    detail: str


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How an attempt ended; written once, when none of its processes was left."""

    phase: Phase
    exit_code: int | None
    canceled: bool
    breaches: frozenset[Breach]
    detail: str
    usage: Usage
    ended_at: datetime


def write_launch(launch: Launch) -> str:
    """Write a launch as JSON."""
    return json.dumps(
        {
            "recorder": asdict(launch.recorder),
            "started_at": launch.started_at.isoformat(),
            "limits": asdict(launch.limits),
            "groups": launch.groups,
        }
    )


def read_launch(text: str) -> Launch:
    """Read a launch; ValueError, KeyError or TypeError when it was cut short."""
    document = json.loads(text)
    return Launch(
        recorder=Identity(**document["recorder"]),
        started_at=datetime.fromisoformat(document["started_at"]),
        limits=Limits(**document["limits"]),
        groups=tuple(document["groups"]),
    )


def read_status(text: str) -> Status:
    """Read the lines of a recorder (`bwrap --json-status-fd` or ours); a line cut short is not there yet."""
    found: dict[str, int] = {}
    for line in text.splitlines():
        with contextlib.suppress(ValueError):
            document = json.loads(line)
            if isinstance(document, dict):
                found.update(document)
    return Status(
        child_pid=found.get("child-pid"), pid_namespace=found.get("pid-namespace"), exit_code=found.get("exit-code")
    )


def write_ending(ending: Ending) -> str:
    """Write an ending as JSON."""
    return json.dumps(
        {
            "phase": ending.phase,
            "exit_code": ending.exit_code,
            "canceled": ending.canceled,
            "breaches": sorted(ending.breaches),
            "detail": ending.detail,
            "usage": asdict(ending.usage),
            "ended_at": ending.ended_at.isoformat(),
        }
    )


def read_ending(text: str) -> Ending:
    """Read an ending; ValueError, KeyError or TypeError when it was cut short."""
    document = json.loads(text)
    return Ending(
        phase=Phase(document["phase"]),
        exit_code=document["exit_code"],
        canceled=document["canceled"],
        breaches=frozenset(map(Breach, document["breaches"])),
        detail=document["detail"],
        usage=Usage(**document["usage"]),
        ended_at=datetime.fromisoformat(document["ended_at"]),
    )


def now() -> datetime:
    """Return the machine's time, for records that people read; nothing is decided by it."""
    return datetime.now(UTC)
