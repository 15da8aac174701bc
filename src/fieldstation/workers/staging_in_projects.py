"""Making an attempt ready that works in its project: the folder itself, writable, under its user's own number."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from fieldstation.core.projects.service import Files
from fieldstation.core.runs.model.plan import Plan
from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.values import Claim, Run
from fieldstation.core.runs.service.given import Given, Givens
from fieldstation.core.runs.service.plans import plan_of
from fieldstation.core.tools.model.render import TOOL_FOLDER
from fieldstation.db import Database, Tx
from fieldstation.kernel.errors import Conflict, FieldstationError, Invalid, NotFound
from fieldstation.ports.engine import DOOR_SOCKET, Mount, RunSpec
from fieldstation.workers import forward
from fieldstation.workers.staged import CannotStage, Pinned, limits_of

_FORWARDER = "/listens/forward.py"  # where an application that listens on a port finds what leads there
_FORWARDED = ("python3", "-I", _FORWARDER, DOOR_SOCKET)
_UMASK = 0o007  # what a run writes is for the project's group, and for nobody else


def _mounts(plan: Plan, folder: Path, tool_folder: Callable[[str], Path]) -> list[Mount]:
    mounts = [Mount(source=folder / plan.within, target=plan.project, writable=plan.writes)]
    if plan.tool is not None:
        mounts.append(Mount(source=tool_folder(plan.tool), target=TOOL_FOLDER))
    return mounts


@cache
def _forwarder() -> bytes:
    return Path(forward.__file__).read_bytes()


class ProjectStaging:
    """Prepares such attempts."""

    def __init__(self, database: Database, files: Files, givens: Givens, pinned: Pinned) -> None:
        self._database = database
        self.pinned = pinned
        self._files = files
        self._givens = givens

    def prepare(self, claim: Claim, tool_folder: Callable[[str], Path]) -> RunSpec:
        """Return what the engine needs to start this attempt. Raises CannotStage.

        `tool_folder` tells where the files lie that the revision of a tool carries.
        """
        run = claim.run
        with self._database.begin() as tx:
            plan = plan_of(tx, run.id)
            ground = self._files.standing(tx, run.user_id, run.project_id)
            if ground is None:
                raise CannotStage(Reason.NOT_ALLOWED, "its project was removed")
            given = self._given(tx, run, plan)
        try:
            folder = self._files.folder(ground)
            for path in plan.folders:
                self._files.make_folder(ground, path)
            for path in plan.links:
                self._files.link(ground, path, f"{plan.within}/{path}")
            for path, text in plan.files.items():
                self._files.write(ground, path, text.encode())
        except (NotFound, Conflict) as error:
            raise CannotStage(Reason.INPUT_UNREADABLE, error.text) from error
        except FieldstationError as error:
            raise CannotStage(Reason.ENGINE_FAILED, error.text) from error
        return RunSpec(
            attempt_id=claim.attempt_id,
            image=run.image or plan.image,
            argv=plan.argv if plan.port is None else (*_FORWARDED, str(plan.port), *plan.argv),
            environment={**self.pinned.environment(run), **plan.environment, "FIELDSTATION_RUN": run.id},
            secrets=given.variables,
            files=given.files if plan.port is None else {**given.files, _FORWARDER: _forwarder()},
            mounts=_mounts(plan, folder, tool_folder),
            door=plan.door,
            limits=limits_of(run),
            uid=claim.uid if ground.owner.uid is None else ground.owner.uid,
            gid=claim.uid if ground.owner.gid is None else ground.owner.gid,
            umask=_UMASK,
            directory=plan.directory,
        )

    def _given(self, tx: Tx, run: Run, plan: Plan) -> Given:
        try:
            return self._givens.give(tx, run, plan)
        except (NotFound, Invalid) as error:
            raise CannotStage(Reason.NOT_ALLOWED, error.text) from error
