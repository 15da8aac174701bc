"""Tools of a station: what can be run, and the publishing of more."""

from collections.abc import Iterator

from fieldstation.client.answers import read
from fieldstation.client.members import Shared
from fieldstation.client.things import PastTool, Tool, ToolVersion
from fieldstation.client.transport import at

YAML = "application/yaml"


class Tools(Shared):
    """Everything about tools; one is named by its name or id."""

    kind = "tools"

    def publish(self, text: str, *, public: bool = False) -> Tool:
        """Publish a definition under the version that it names; the very same one again changes nothing.

        `public`: for everyone, which operators may.
        """
        address = at("tools") + ("?public=true" if public else "")
        return read(Tool, self._transport.post_raw(address, text.encode(), {"Content-Type": YAML}))

    def all(self, search: str | None = None) -> Iterator[Tool]:
        """Yield the tools that the caller may use, newest first; `search`: beginnings of words."""
        return self._transport.pages(Tool, at("tools"), {"search": search})

    def show(self, tool: str, version: str | None = None) -> Tool:
        """Return one version of a tool, the newest when `version` is None."""
        address = at("tools", tool) if version is None else at("tools", tool, "versions", version)
        return self._transport.get_as(Tool, address)

    def versions(self, tool: str) -> Iterator[ToolVersion]:
        """Yield the versions of a tool, newest first."""
        return self._transport.pages(ToolVersion, at("tools", tool, "versions"))

    def past(self, tool: str, version: str) -> Iterator[PastTool]:
        """Yield what a version of a job was before it was loaded anew, latest first."""
        return self._transport.pages(PastTool, at("tools", tool, "versions", version, "past"))
