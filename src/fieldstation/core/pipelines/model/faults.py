"""What is wrong with a workflow, by the numbers that programs made for Squonk2 know; and what ends one early.

Of a definition: 1 it is not of the form, 2 steps of one name, 10 steps that can never begin. Of asking for a run:
8 variables are missing, 9 jobs are not there or cannot be used, 3 a step lacks what its job needs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from fieldstation.kernel.errors import Problem

FORM, TWICE, LACKING, VARIABLES, JOBS, PLUMBING = 1, 2, 3, 8, 9, 10
JOB_GONE, STEP_FAILED, COMMAND, NOTHING_MADE = 1, 2, 3, 5
STOPPED = 1  # somebody ended it
MISMATCH, REFUSED, OUTPUT_MISSING, STALLED = 6, 7, 11, 12  # of ours


class Level(StrEnum):
    """How closely a workflow is looked at; each level looks at what those before it do."""

    CREATE = "create"  # its form: whatever is not of it is kept as a draft, for who goes on writing
    TAG = "tag"  # its steps: each has a name of its own and can begin once others ended
    RUN = "run"  # what a run needs: jobs that may be used, and values for all variables


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a look found: the number of the first kind of fault and every fault, or 0 and none."""

    number: int = 0
    problems: Sequence[Problem] = ()

    @property
    def sound(self) -> bool:
        """Whether there is no fault."""
        return not self.problems


class StepFault(Exception):
    """A step cannot be launched, and so the workflow fails: what happened and what to do."""

    def __init__(self, number: int, text: str, next_step: str) -> None:
        super().__init__(text)
        self.number = number
        self.text = text
        self.next_step = next_step

    @property
    def told(self) -> str:
        """The whole of it, in a sentence and what to do."""
        return f"{self.text} ({self.next_step})"
