"""Launching a job: what it comes to, tried dry, or queued with the task that people follow it by."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from fieldstation.core.accounting.model.charges import NewProcessing
from fieldstation.core.accounting.service import ProcessingCharges
from fieldstation.core.instances.model.describe import with_names
from fieldstation.core.instances.model.needs import image_of, scopes_of, secrets_of
from fieldstation.core.instances.model.values import Draft, Launch, Launched, Worked, check_name
from fieldstation.core.instances.service.callbacks import tell
from fieldstation.core.instances.service.needs import Needs
from fieldstation.core.instances.service.quotes import quote
from fieldstation.core.instances.service.tokens import checked_token, new_token
from fieldstation.core.instances.store import instances as store
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.people.service.secrets import hash_of
from fieldstation.core.projects.service import Projects
from fieldstation.core.runs.model.plan import Plan
from fieldstation.core.runs.service.in_projects import NewProjectRun, ProjectRuns
from fieldstation.core.tasks.model import NewTask, Purpose, TaskState
from fieldstation.core.tasks.service import Tasks
from fieldstation.core.tools.model.squonk.fill import INSTANCE_DIRECTORY, Surroundings, fill
from fieldstation.core.tools.model.squonk.job import Job, JobImage, Origin
from fieldstation.core.tools.service import Jobs
from fieldstation.db import Tx
from fieldstation.kernel.errors import Conflict, Invalid
from fieldstation.kernel.ids import new_id
from fieldstation.ports.templates import Expanded

_CONTEXT_LENGTH, _DEBUG_LENGTH = 256, 100
_HERE = "."  # the folder of an instance, where it sees nothing else


@dataclass(frozen=True, kw_only=True)
class JobParts:
    """The features that a launch stands on."""

    projects: Projects
    jobs: Jobs
    needs: Needs
    runs: ProjectRuns
    tasks: Tasks
    charges: ProcessingCharges


class Launches:
    """Takes launches. Between `draft` and `work` the templates of the draft are expanded, outside of a transaction."""

    def __init__(self, parts: JobParts, *, strict: bool = False) -> None:
        self._parts = parts
        self._strict = strict

    def draft(self, tx: Tx, caller: Caller, launch: Launch) -> Draft:
        """Return what a launch comes to; raises all that can be refused of it but for its command."""
        check_name(launch.name)
        _check_callback(launch)
        _check_debug(launch)
        self._parts.projects.find(tx, caller, launch.project, Permission.PROJECT_RUN)
        project = self._parts.projects.show(tx, caller, launch.project)
        kept = self._parts.jobs.by_name(tx, caller, launch.job)
        _check_place(launch, kept.job.image)
        instance_id = new_id("instance")
        around = Surroundings(instance_directory=directory_of(instance_id) if launch.apart is None else _HERE)
        filled = fill(kept.job, launch.variables, around, strict=self._strict)
        assets = self._assets(tx, caller, kept.job, project.product)
        rate = Decimal(0) if project.product and self._parts.charges.free(tx, project.product) else kept.rate
        return Draft(
            instance_id=instance_id,
            launch=launch,
            kept=kept,
            filled=filled,
            assets=assets,
            product=project.product,
            quote=quote(tx, kept.number, rate),
        )

    def work(self, draft: Draft, expanded: Sequence[Expanded]) -> Worked:
        """Return what will be started, from the templates of the draft as they were expanded."""
        command, *texts = expanded
        if command.fault is not None:
            raise Invalid(command.fault, next_step="mend the variables, or the definition", reason="command_invalid")
        job, launch = draft.kept.job, draft.launch
        image = job.image
        start = PurePosixPath(image.working_directory) / (launch.sub_path or "")
        own = directory_of(draft.instance_id)
        within = "" if launch.apart is None else own
        folders = [own]
        if launch.sub_path or (within and PurePosixPath(image.project_directory) in start.parents):
            folders.append(str(PurePosixPath(within) / start.relative_to(image.project_directory)))
        constants = {one.name: str(one.about["value"]) for one in image.environment if one.origin is Origin.CONSTANT}
        of_assets = [one for one in image.environment if one.origin is Origin.ASSET]
        plan = Plan(
            image=image_of(image),
            argv=command.arguments,
            project=image.project_directory,
            directory=str(start),
            environment={**constants, INSTANCE_DIRECTORY: _HERE if within else own},
            assets={one.name: draft.assets[one.about["name"]] for one in of_assets},
            secrets=secrets_of(job),
            tokens=scopes_of(job),
            placed={path: draft.assets[name] for path, name in image.files.items()},
            folders=tuple(folders),
            files={str(PurePosixPath(within) / path): text for path, text in draft.filled.written.items()},
            within=within,
            links=() if launch.apart is None else launch.apart.links,
        )
        created, names = texts[: len(job.outputs)], texts[len(job.outputs) :]
        outputs = {
            name: {**about, "creates": text.text if text.fault is None else about.get("creates", "")}
            for (name, about), text in zip(with_names(job.outputs, names).items(), created, strict=True)
        }
        return Worked(draft=draft, command=command.text or shlex.join(command.arguments), plan=plan, outputs=outputs)

    def launch(self, tx: Tx, caller: Caller, worked: Worked) -> Launched:
        """Queue the run and begin the task; OutOfCoins where the product that pays has too few left."""
        draft, launch, kept = worked.draft, worked.draft.launch, worked.draft.kept
        project = self._parts.projects.find(tx, caller, launch.project, Permission.PROJECT_RUN).id
        self._charge(tx, caller, draft)
        image = kept.job.image
        run = self._parts.runs.queue(
            tx,
            caller,
            NewProjectRun(
                project=project,
                name=launch.name,
                tool_id=kept.tool_id,
                tool_name=kept.job.name,
                tool_version=kept.job.version,
                revision=kept.revision,
                plan=worked.plan,
                memory_bytes=image.memory_bytes,
                cores=image.cores,
                parameters=dict(launch.variables),
            ),
        )
        new = NewTask(
            purpose=Purpose.INSTANCE, purpose_id=draft.instance_id, project=project, context=launch.callback.context
        )
        task = self._parts.tasks.begin(tx, caller.user_id, new)
        token = self._token(launch)
        values = _row(worked, token)
        ids = {"run_id": run.id, "task_id": task.id, "project": project, "user_id": caller.user_id}
        if not store.insert(tx, {**values, **ids}):
            raise Conflict(
                "this callback token is another instance's", next_step="make another one", reason="token_taken"
            )
        tell(tx, draft.instance_id, TaskState.PENDING.name)
        return Launched(instance_id=draft.instance_id, task_id=task.id, command=worked.command, token=token)

    def _charge(self, tx: Tx, caller: Caller, draft: Draft) -> None:
        if draft.product is None:
            return
        job = draft.kept.job
        detail = {"job_collection": job.collection, "job_job": job.name, "job_version": job.version}
        new = NewProcessing(
            product=draft.product,
            instance=draft.instance_id,
            name=draft.launch.name,
            user_id=caller.user_id,
            username=caller.username,
            rate=draft.quote.rate,
            quote=draft.quote.coins,
            detail=detail,
        )
        self._parts.charges.open(tx, new)

    def _token(self, launch: Launch) -> str | None:
        if launch.callback.token is not None:
            return launch.callback.token
        return new_token() if launch.callback.make_token else None

    def _assets(self, tx: Tx, caller: Caller, job: Job, product: str | None) -> Mapping[str, str]:
        """Return the assets that a job is given, by name; Invalid names what it cannot be given."""
        (found,) = self._parts.needs.lacks(tx, caller, [job], product)
        lack = replace(found, image=None)  # a dry run needs none, and a launch is refused when its run is queued
        if lack:
            reason = "assets_missing" if lack.assets else "environment_not_available"
            raise Invalid(f"the job cannot be launched: {lack.reason}", next_step=lack.remedy, reason=reason)
        return self._parts.needs.assets(tx, caller, [job], product)


def directory_of(instance_id: str) -> str:
    """Return the name of an instance's hidden folder in its project."""
    return f".{instance_id}"


def _check_debug(launch: Launch) -> None:
    if launch.debug is not None and len(launch.debug) > _DEBUG_LENGTH:
        raise Invalid(f"debug is longer than {_DEBUG_LENGTH} characters", next_step="send 1 to keep the instance, or 0")


def _check_callback(launch: Launch) -> None:
    callback = launch.callback
    if callback.token is not None:
        checked_token(callback.token)
    if callback.context is not None and not 1 <= len(callback.context) <= _CONTEXT_LENGTH:
        raise Invalid(
            f"a callback context of {len(callback.context)} characters cannot be kept",
            next_step=f"use 1 to {_CONTEXT_LENGTH} characters",
        )
    if callback.url is not None and not callback.url.startswith(("https://", "http://")):
        raise Invalid("a callback address begins with https:// or http://", next_step="give such an address")


def _check_place(launch: Launch, image: JobImage) -> None:
    """Refuse where a job cannot start."""
    project, working = PurePosixPath(image.project_directory), PurePosixPath(image.working_directory)
    if launch.sub_path is not None:
        parts = launch.sub_path.split("/")
        if "" in parts or "." in parts or ".." in parts or not (working == project or project in working.parents):
            raise Invalid(
                f"{launch.sub_path[:100]!r} is no folder below where this job starts",
                next_step="give a path without '/' before and after it, such as work/today",
                reason="sub_path",
            )


def _row(worked: Worked, token: str | None) -> dict[str, Any]:
    draft, launch, job = worked.draft, worked.draft.launch, worked.draft.kept.job
    specification: dict[str, Any] = {
        "collection": job.collection,
        "job": job.name,
        "version": job.version,
        "variables": dict(launch.variables),
    }
    if launch.sub_path is not None:
        specification["sub_path"] = launch.sub_path
    return {
        "id": draft.instance_id,
        "name": launch.name,
        "job": draft.kept.number,
        "collection": job.collection,
        "job_name": job.name,
        "job_version": job.version,
        "title": job.title,
        "nextflow": job.image.nextflow,
        "specification": specification,
        "outputs": worked.outputs,
        "command": worked.command,
        "debug": launch.debug,
        "callback_url": launch.callback.url,
        "callback_context": launch.callback.context,
        "token_hash": None if token is None else hash_of(token),
        "rate": draft.quote.rate,
        "step": None if launch.apart is None else launch.apart.step,
    }
