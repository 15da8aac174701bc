"""Running again: the same submission on the same versions, and a comparison of what came out, byte by byte."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fieldstation.core.datasets.model import FileEntry
from fieldstation.core.datasets.service.use import DataUse
from fieldstation.core.people.model import Caller
from fieldstation.core.runs.model.values import Run, Submission, SubmitKey
from fieldstation.core.runs.service.show import Runs
from fieldstation.core.runs.service.submit import Answer, Submits
from fieldstation.db import Tx
from fieldstation.kernel.errors import Conflict

_MOST_FILES = 100_000


class Change(StrEnum):
    """What became of one file between two runs."""

    SAME = "same"
    DIFFERENT = "different"
    MISSING = "missing"  # the second run did not make it
    ADDED = "added"  # only the second run made it


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One file of either run: SHA-256 and size (bytes) on both sides, where it is there."""

    path: str
    change: Change
    before: FileEntry | None
    after: FileEntry | None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The outputs of two runs beside each other; `identical` when every byte is the same."""

    before: Run
    after: Run
    identical: bool
    files: Sequence[Compared]


class Again:
    """Reruns and compares."""

    def __init__(self, runs: Runs, submits: Submits, use: DataUse) -> None:
        self._runs = runs
        self._submits = submits
        self._use = use

    def rerun(self, tx: Tx, caller: Caller, run_id: str, key: SubmitKey | None = None) -> Answer:
        """Submit again what a run was: the same tool revision, parameters and versions, never a reused result.

        The new run carries the tag `rerun of <id>`, so that it is never taken for a later run's result either.
        """
        run = self._runs.show(tx, caller, run_id)
        if run.output_dataset_id is None:
            raise Conflict(
                "this run worked in its project, which may have changed since",
                next_step="launch its job again, with what it was given",
                reason="in_project",
            )
        return self._submits.submit(tx, caller, submission_of(run), key)

    def compare(self, tx: Tx, caller: Caller, run_id: str, other_id: str) -> Comparison:
        """Compare the outputs of two runs that ended, both of which the caller may see and read."""
        before, after = self._runs.show(tx, caller, run_id), self._runs.show(tx, caller, other_id)
        for run in (before, after):
            if not run.state.final:
                raise Conflict(
                    f"{run.id} is still {run.state}", next_step=f"wait for it: fieldstation run show {run.id}"
                )
        left, right = self._files(tx, caller, before), self._files(tx, caller, after)
        files = [_compared(path, left.get(path), right.get(path)) for path in sorted({*left, *right})]
        identical = before.state is after.state and all(file.change is Change.SAME for file in files)
        return Comparison(before=before, after=after, identical=identical, files=files)

    def _files(self, tx: Tx, caller: Caller, run: Run) -> Mapping[str, FileEntry]:
        if run.output is None or not self._use.readable(tx, caller, [run.output.version_id]):
            return {}
        return {file.path: file for file in self._use.first_files(tx, run.output.version_id, _MOST_FILES)}


def submission_of(run: Run) -> Submission:
    """Return what would make the same run once more."""
    inputs: dict[str, list[str]] = defaultdict(list)
    for item in run.inputs:
        inputs[item.slot].append(item.version_id + (f":{item.path}" if item.path else ""))
    return Submission(
        tool=f"{run.tool_id}@{run.tool_version}",
        parameters=run.parameters,
        inputs=inputs,
        project=run.project_id,
        output=run.output_dataset_id,
        name=run.name,
        priority=run.priority,
        reuse=False,
        resources=run.resources,
        tag=f"rerun of {run.id}",
        rerun_of=run.id,
    )


def _compared(path: str, before: FileEntry | None, after: FileEntry | None) -> Compared:
    if before is None or after is None:
        change = Change.ADDED if before is None else Change.MISSING
    else:
        change = Change.SAME if before.sha256 == after.sha256 else Change.DIFFERENT
    return Compared(path=path, change=change, before=before, after=after)
