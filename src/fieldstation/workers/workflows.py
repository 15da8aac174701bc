"""The loop that moves workflows on: it notes how steps ended, and launches those that can begin."""

from collections.abc import Sequence

from fieldstation.core.instances.model.values import Worked
from fieldstation.core.instances.service import Launches
from fieldstation.core.people.model import Caller
from fieldstation.core.pipelines.model.advance import Made, Moving, UnderWay, decide
from fieldstation.core.pipelines.model.definition import Step
from fieldstation.core.pipelines.model.faults import OUTPUT_MISSING, STEP_FAILED, StepFault
from fieldstation.core.pipelines.model.states import WorkflowState
from fieldstation.core.pipelines.model.wiring import Wired, is_pattern, landing
from fieldstation.core.pipelines.service import Advancing
from fieldstation.core.pipelines.service.advancing import AlreadyLaunched, Planned, StepEnd, fault_of
from fieldstation.core.projects.model import Ground
from fieldstation.core.projects.service import Files
from fieldstation.core.runs.model.globs import matches
from fieldstation.core.runs.model.states import State as RunState
from fieldstation.db import Database, Tx, leases
from fieldstation.kernel.errors import Fault, FieldstationError, Unavailable
from fieldstation.kernel.logs import logger
from fieldstation.ports.templates import Templates
from fieldstation.ports.volumes import EntryKind
from fieldstation.workers.alone import Alone
from fieldstation.workers.points import reached

log = logger(__name__)
_IDLE_SECONDS = 1.0
_SOON_SECONDS = 0.2  # until the last words of a step are looked for again
_LATER_SECONDS = 3.0  # until what may pass is tried again
_BATCH = 50
_AT_ONCE = 20  # replicas that are launched in one transaction
_FILES = "files"


class Overtaken(Exception):
    """Another process does this work now."""


class Advance:
    """Moves workflows on; one of these works at a time, and whoever comes next goes on where it was."""

    def __init__(
        self, database: Database, advancing: Advancing, launches: Launches, templates: Templates, files: Files
    ) -> None:
        self._database = database
        self._advancing = advancing
        self._launches = launches
        self._templates = templates
        self._files = files
        self._alone = Alone(database, "workflows")

    def step(self) -> float:
        """Move on what can be moved; returns how long there is nothing to do."""
        if self._alone.held() is None:
            return _IDLE_SECONDS
        with self._database.begin() as tx:
            found = self._advancing.due(tx, _BATCH)
        try:
            for moving in found:
                self._advance(moving)
        except Overtaken:
            return _IDLE_SECONDS
        return _SOON_SECONDS if found else _IDLE_SECONDS

    def close(self) -> None:
        """Give the right to move workflows on back."""
        self._alone.release()

    def _advance(self, moving: Moving) -> None:
        """Do all that a workflow has to do now; what may pass is tried again later."""
        try:
            self._moved(moving)
        except FieldstationError as error:
            if error.fault is not Fault.PASSING:
                raise
            log.warning("workflow waits", workflow=moving.id, why=error.text)
            with self._database.begin() as tx:
                self._hold(tx)
                self._advancing.later(tx, moving, _LATER_SECONDS)

    def _moved(self, moving: Moving) -> None:
        over = [one for one in moving.steps if one.over]
        ends = [self._ended(moving, one) for one in over]
        with self._database.begin() as tx:
            self._hold(tx)
            moving = self._advancing.settled(tx, moving, ends)
        reached("after end of step")
        decision = decide(moving)
        launched = all(self._launched(moving, step) for step in decision.launch)
        with self._database.begin() as tx:
            self._hold(tx)
            self._advancing.cancel(tx, moving, decision.cancel)
            if decision.end is not None and not moving.told:
                self._advancing.later(tx, moving, _SOON_SECONDS)
            elif decision.end is not None:
                self._advancing.end(tx, moving, decision)
            elif launched:
                self._advancing.rest(tx, moving)
            reached("before end of workflow")

    def _launched(self, moving: Moving, step: Step) -> bool:
        """Launch every replica of a step that was not launched yet; False when it cannot be, which was noted."""
        try:
            with self._database.begin() as tx:
                caller, wired = self._advancing.wire(tx, moving, step)
            for start in range(0, len(wired), _AT_ONCE):
                if not self._launch(caller, moving, step, wired[start : start + _AT_ONCE]):
                    return False
        except StepFault as fault:
            with self._database.begin() as tx:
                self._hold(tx)
                self._advancing.failed(tx, moving, step, fault)
            return False
        except AlreadyLaunched:
            raise Overtaken from None
        return True

    def _launch(self, caller: Caller, moving: Moving, step: Step, wired: Sequence[Wired]) -> bool:
        with self._database.begin() as tx:
            planned = self._advancing.plan(tx, caller, moving, step, wired)
        launches = self._worked(step, planned)
        reached("before launch of step")
        with self._database.begin() as tx:
            self._hold(tx)
            done = self._advancing.launch(tx, caller, moving, step, launches)
        reached("after launch of step")
        return done

    def _worked(self, step: Step, planned: Sequence[Planned]) -> Sequence[tuple[Planned, Worked]]:
        """Make the commands of launches, outside of any transaction."""
        found = []
        for one in planned:
            try:
                expanded = self._templates.expand(one.draft.templates)
                found.append((one, self._launches.work(one.draft, expanded)))
            except FieldstationError as error:
                raise fault_of(step, error) from error
        return found

    def _hold(self, tx: Tx) -> None:
        """Return when it is still ours to move workflows on; else Overtaken."""
        lease = self._alone.held()
        if lease is None or not leases.holds(tx, lease):
            raise Overtaken

    def _ended(self, moving: Moving, one: UnderWay) -> StepEnd:
        """Return how a replica ended; what it made for the whole workflow lies in the project then."""
        if one.run_state is not RunState.SUCCEEDED:
            why = "somebody stopped the workflow" if moving.stopping else one.why or "its run did not end well"
            told = f"the step {one.name} failed: {why} (read the log of its run: fieldstation run logs {one.run})"
            return StepEnd(step=one, state=WorkflowState.FAILURE, number=one.exit_code or STEP_FAILED, error=told)
        with self._database.begin() as tx:
            ground = self._files.standing(tx, moving.user_id, moving.project)
        if ground is None:
            return StepEnd(step=one, state=WorkflowState.FAILURE, number=STEP_FAILED, error="its project was removed")
        try:
            return StepEnd(step=one, state=WorkflowState.SUCCESS, made=self._made(ground, one))
        except Unavailable:
            raise
        except FieldstationError as error:
            told = f"the step {one.name} ended well, but its result cannot be had: {error.text} ({error.next_step})"
            return StepEnd(step=one, state=WorkflowState.FAILURE, number=OUTPUT_MISSING, error=told)

    def _made(self, ground: Ground, one: UnderWay) -> Made:
        creates = {name: str(about.get("creates", "")) for name, about in one.outputs.items()}
        several = {name for name, text in creates.items() if _is_several(one.outputs[name].get("type"), text)}
        patterns = [path for path in one.lands if is_pattern(path)]
        folder = f".{one.instance}"
        found = self._below(ground, one) if several or patterns else []
        for path in one.lands:
            for result in [each for each in found if matches(path, each)] if path in patterns else [path]:
                target = landing(result, one.replica, one.replicas)
                self._files.link(ground, f"{folder}/{result}", target, replace=True)
        files = {name: [path for path in found if matches(creates[name], path)] for name in sorted(several)}
        return Made(creates=creates, files=files)

    def _below(self, ground: Ground, one: UnderWay) -> Sequence[str]:
        """Return the paths of all files that a step made, without hidden ones and those that it was given."""
        folder = f".{one.instance}"
        given = tuple(f"{path}/" for path in one.links)
        below = self._files.below(ground, folder)
        files = [path[len(folder) + 1 :] for path, entry in below if entry.kind is EntryKind.FILE]
        return sorted(path for path in files if "/." not in f"/{path}" and not f"{path}/".startswith(given))


def _is_several(kind: object, creates: str) -> bool:
    return kind == _FILES or is_pattern(creates)
