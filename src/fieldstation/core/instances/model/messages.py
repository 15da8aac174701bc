"""What is told of instances: how far a pod is, what its program said, what the work has cost.

Whoever watches runs tells it, in an order that holds for each instance; whoever follows instances hears it, once.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from fieldstation.core.tasks.model import Level


class PodPhase(StrEnum):
    """How far a pod is, by the words of Kubernetes."""

    PENDING = "Pending"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"


@dataclass(frozen=True, kw_only=True)
class PodTold:
    """How far the pod of an instance is; `exit_code` is there once it has ended, 0 where its task ends well."""

    instance_id: str
    phase: str
    exit_code: int | None = None
    started_at: datetime | None = None
    stopped_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class EventTold:
    """Something that the program of an instance said, behind or in place of what it said last."""

    instance_id: str
    level: Level
    text: str
    replace_prior: bool = False


@dataclass(frozen=True, kw_only=True)
class CostTold:
    """What the work of an instance has cost: all of it, or with `more` what comes on top.

    A `sequence` that was heard counts once; `over` says that no more will come.
    """

    instance_id: str
    cost: Decimal
    sequence: int
    more: bool = False
    over: bool = False


Told = PodTold | EventTold | CostTold


@dataclass(frozen=True, kw_only=True)
class Message:
    """Something told, as it waits to be heard; `id` orders what is told of one instance, `at` is when it was told."""

    id: int
    at: datetime
    task_id: str
    told: Told
