"""Which applications there are to launch."""

from fieldstation.core.apps.model.values import Application
from fieldstation.core.people.model import Caller
from fieldstation.core.tools.model.published import ResolvedTool
from fieldstation.core.tools.service import Tools
from fieldstation.db import Tx
from fieldstation.kernel.paging import Page, PageRequest


class Applications:
    """Reads the published definitions of applications."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def list(self, tx: Tx, caller: Caller, request: PageRequest) -> Page[Application]:
        """Return a page of those that the caller may launch, newest first."""
        page = self._tools.applications(tx, caller, request)
        found = [application_of(self._tools.application(tx, caller, one.id)) for one in page.items]
        return Page(items=found, next=page.next)

    def show(self, tx: Tx, caller: Caller, reference: str) -> Application:
        """Return one, by its id, also with `@version`; NotFound where there is none or the caller may not use it."""
        return application_of(self._tools.application(tx, caller, reference))


def application_of(tool: ResolvedTool) -> Application:
    """Return what can be launched of a tool that is an application."""
    definition, app = tool.definition, tool.definition.app
    assert app is not None
    return Application(
        id=tool.name,
        tool_id=tool.tool_id,
        version=tool.version,
        title=definition.title,
        description=definition.description,
        parameters=definition.parameters,
        variants=app.variants,
        cost=app.cost,
        cores=definition.resources.cpu,
        memory_bytes=definition.resources.memory_bytes,
    )
