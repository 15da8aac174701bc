"""Workflows: what keeps them, runs them and moves them on."""

from dataclasses import dataclass

from fieldstation.core.people.service import People
from fieldstation.core.pipelines.service import Advancing, RunningWorkflows, RunParts, Workflows
from fieldstation.core.pipelines.service.advancing import LaunchParts
from fieldstation.db.outbox import Outbox
from fieldstation.wiring.accounting import Accounting
from fieldstation.wiring.instances import Instancing


@dataclass(frozen=True, kw_only=True)
class Pipelines:
    """Everything about workflows."""

    workflows: Workflows
    running: RunningWorkflows
    advancing: Advancing


def build_pipelines(
    people: People, accounting: Accounting, instancing: Instancing, outbox: Outbox, mode: str
) -> Pipelines:
    """Build it; `mode` says whether drafts may be run."""
    jobs, projects = instancing.parts.jobs, instancing.parts.projects
    workflows = Workflows(people, projects, accounting.holders)
    asking = RunParts(
        workflows=workflows,
        projects=projects,
        jobs=jobs,
        needs=instancing.needs,
        paying=accounting.paying,
        outbox=outbox,
    )
    launching = LaunchParts(
        people=people, jobs=jobs, launches=instancing.launches, cancels=instancing.cancels, outbox=outbox
    )
    return Pipelines(
        workflows=workflows,
        running=RunningWorkflows(people, asking, development=mode == "DEVELOPMENT"),
        advancing=Advancing(launching),
    )
