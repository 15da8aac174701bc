"""Applications: what launches them, looks after them, and lets people in."""

from collections.abc import Mapping

from fieldstation.core.apps.service import AppLaunches, Applications, AppParts, Apps, AppServices, Attending, Ways
from fieldstation.core.people.service import Access, People
from fieldstation.core.runs.service.cancel import Cancels
from fieldstation.core.tasks.service import Tasks
from fieldstation.ports.engine import Engine


def build_apps(access: Access, people: People, cancels: Cancels, parts: AppParts) -> AppServices:
    """Build it."""
    tasks: Tasks = parts.tasks
    apps = Apps(access, cancels, tasks)
    return AppServices(
        applications=Applications(parts.tools),
        launches=AppLaunches(parts),
        apps=apps,
        ways=Ways(access, apps),
        attending=Attending(people, cancels, tasks, parts.charges),
    )


def has_doors(engines: Mapping[str, Engine]) -> bool:
    """Tell whether an engine of this station runs what listens."""
    return any(engine.traits.ports for engine in engines.values())
