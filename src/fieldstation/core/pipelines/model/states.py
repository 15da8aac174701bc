"""How far a workflow that runs is, and each of its steps.

```
running ──► success | failure | stopped
```
"""

from collections.abc import Mapping
from enum import StrEnum


class WorkflowState(StrEnum):
    """Of a workflow, or of one of its steps, which is never `stopped`."""

    RUNNING = "running"  # a step of it is waiting, or at work
    SUCCESS = "success"  # every step ended well
    FAILURE = "failure"  # a step did not, or could not be launched
    STOPPED = "stopped"  # somebody ended it

    @property
    def final(self) -> bool:
        """Whether nothing comes after it."""
        return self is not WorkflowState.RUNNING


MOVES: Mapping[WorkflowState, frozenset[WorkflowState]] = {
    WorkflowState.RUNNING: frozenset({WorkflowState.SUCCESS, WorkflowState.FAILURE, WorkflowState.STOPPED}),
    WorkflowState.SUCCESS: frozenset(),
    WorkflowState.FAILURE: frozenset(),
    WorkflowState.STOPPED: frozenset(),
}
