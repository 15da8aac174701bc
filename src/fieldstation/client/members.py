"""Who is what on things: the same for data sets, projects and tools."""

from collections.abc import Sequence

from fieldstation.client.things import Member
from fieldstation.client.transport import Transport, at


class Shared:
    """Things of one kind that have members; one is named by its name or id.

    A member is a username, `group:<name>` or `everyone`.
    """

    kind: str  # as in addresses

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def members(self, thing: str) -> Sequence[Member]:
        """Return who is what on a thing."""
        return tuple(self._transport.pages(Member, at(self.kind, thing, "members")))

    def share(self, thing: str, member: str, role: str = "reader") -> None:
        """Give somebody a role on a thing: owner, editor or reader."""
        self._transport.send("PUT", at(self.kind, thing, "members", member), {"role": role})

    def unshare(self, thing: str, member: str) -> None:
        """Take all roles on a thing from somebody."""
        self._transport.send("DELETE", at(self.kind, thing, "members", member))
