"""The states of a run and of an attempt, and the moves between them.

submit ─► held ─► queued ─► staging ─► running ─► collecting ─► succeeded | failed | canceled
                     ▲          │          │            │
                     └── next attempt ◄────┴────────────┘
"""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where a run is. Final states are final."""

    HELD = "held"  # waits for something other than a slot: an approval, an engine, coins
    QUEUED = "queued"  # waits for a slot
    STAGING = "staging"  # claimed: inputs and image are being made ready
    RUNNING = "running"  # its process was started
    COLLECTING = "collecting"  # its process is gone: logs and outputs are being kept
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def final(self) -> bool:
        """Whether a run in this state will never change state again."""
        return self in FINAL


FINAL = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELED})
WAITING = frozenset({State.HELD, State.QUEUED})
ACTIVE = frozenset({State.STAGING, State.RUNNING, State.COLLECTING})

MOVES: Mapping[State, frozenset[State]] = {
    State.HELD: frozenset({State.QUEUED, State.FAILED, State.CANCELED}),
    State.QUEUED: frozenset({State.HELD, State.STAGING, State.FAILED, State.CANCELED}),
    State.STAGING: frozenset({State.RUNNING, State.QUEUED, State.HELD, State.FAILED, State.CANCELED}),
    State.RUNNING: frozenset({State.COLLECTING}),
    State.COLLECTING: frozenset({State.SUCCEEDED, State.FAILED, State.CANCELED, State.QUEUED}),
    State.SUCCEEDED: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELED: frozenset(),
}


class AttemptState(StrEnum):
    """Where one attempt is."""

    STAGING = "staging"
    RUNNING = "running"
    COLLECTING = "collecting"
    ENDED = "ended"


class Outcome(StrEnum):
    """How an attempt ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    LOST = "lost"  # no process and no evidence of how it ended
    UNSTARTED = "unstarted"  # given back before any process was started
