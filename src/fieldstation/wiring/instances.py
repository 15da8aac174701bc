"""Instances: what launches, follows and ends them."""

from dataclasses import dataclass

from fieldstation.core.instances.service import (
    Callbacks,
    CallbackTokens,
    Describing,
    Following,
    Instances,
    JobParts,
    Launches,
    Messages,
    Needs,
    Telling,
)
from fieldstation.core.people.service import Access
from fieldstation.core.projects.service import Files
from fieldstation.core.runs.service.cancel import Cancels
from fieldstation.core.tasks.service import Tasks


@dataclass(frozen=True, kw_only=True)
class Instancing:
    """Everything about instances."""

    parts: JobParts
    cancels: Cancels
    launches: Launches
    needs: Needs
    instances: Instances
    tokens: CallbackTokens
    telling: Telling
    messages: Messages
    following: Following
    describing: Describing
    callbacks: Callbacks


def build_instancing(access: Access, parts: JobParts, cancels: Cancels, files: Files, *, strict: bool) -> Instancing:
    """Build it; `strict` holds launches to the letter of their definitions."""
    tasks: Tasks = parts.tasks
    return Instancing(
        parts=parts,
        cancels=cancels,
        launches=Launches(parts, strict=strict),
        needs=parts.needs,
        instances=Instances(access, cancels, tasks),
        tokens=CallbackTokens(files),
        telling=Telling(),
        messages=Messages(),
        following=Following(tasks, parts.charges),
        describing=Describing(files),
        callbacks=Callbacks(tasks),
    )
