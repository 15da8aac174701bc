"""Publishing pairs of HySDS documents, and what may start them."""

from collections.abc import Mapping
from typing import Any

from fieldstation.core.audit.model import Deed, Entry
from fieldstation.core.audit.service import record
from fieldstation.core.people.model import EVERYONE, Caller, Kind, Permission, Role, Thing
from fieldstation.core.people.service import Access
from fieldstation.core.tools.model.hysds.face import form_of, offered_versions
from fieldstation.core.tools.model.hysds.form import VERSIONS, Action
from fieldstation.core.tools.model.hysds.pair import HysdsTool
from fieldstation.core.tools.model.hysds.published import PublishedPair
from fieldstation.core.tools.model.published import HYSDS_NAMESPACE, Publication
from fieldstation.core.tools.service.labels import Label, put_label
from fieldstation.core.tools.service.versions import published_version
from fieldstation.core.tools.store import tools as store
from fieldstation.db import Tx
from fieldstation.kernel.errors import Conflict, FieldstationError, Forbidden, Invalid
from fieldstation.kernel.ids import new_id


class HysdsJobs:
    """Keeps pairs as tools. A version's label points to one revision; publishing it again may move it."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def publish(self, tx: Tx, caller: Caller, pair: PublishedPair, text: str) -> Publication:
        """Keep a pair under its name and version, for operators; the same again changes nothing.

        Everybody sees it; who may start it is another matter. Raises Invalid with every fault of the pair.
        """
        self._access.require(caller, Permission.STATION_OPERATE)
        tool = pair.tool
        if tool is None:
            raise _unsound(pair)
        described = {"title": tool.title, "description": tool.description, "takes": [], "app": False}
        about = {"id": new_id("tool"), "namespace": HYSDS_NAMESPACE, "name": tool.name, "newest": pair.version}
        tool_id, new = store.put_tool(tx, {**about, **described})
        if new:
            self._access.grant(tx, Thing(kind=Kind.TOOL, id=tool_id), EVERYONE, Role.READER)
        label = Label(
            name=tool.name,
            version=pair.version,
            revision=tool.revision,
            document=tool.written(),
            text=text,
            by=caller.user_id,
            described=described,
        )
        made = put_label(tx, tool_id, label)
        if made:
            body: dict[str, Any] = {"name": tool.name, "version": pair.version, "revision": tool.revision}
            record(tx, Entry(actor=caller.user_id, deed=Deed.TOOL_PUBLISHED, thing=tool_id, body=body))
        return Publication(tool=published_version(tx, tool_id, pair.version), made=made)


def demand_account(caller: Caller, tool: HysdsTool) -> None:
    """Raise Forbidden unless the caller is among those who may start a job."""
    if tool.io.admits(caller.username, operator=caller.operator):
        return
    named = ", ".join(tool.io.accounts[:10]) or "nobody"
    raise Forbidden(
        f"{tool.name} may be started by operators and by the accounts that it names ({named}); you are neither",
        next_step="ask an operator to name you under allowed_accounts of its hysds-io, and to publish it again",
        reason="account_not_allowed",
    )


def form_of_pair(tx: Tx, caller: Caller, tool: HysdsTool) -> Mapping[str, Any]:
    """Return what a person fills in to start a job, with the versions that there are where it asks for one."""
    demand_account(caller, tool)
    asked = [one for one in tool.io.params if one.type in VERSIONS and one.version_regex is not None]
    known = store.labels(tx, HYSDS_NAMESPACE) if asked else ()
    offered = {one.name: offered_versions(one, [(row.name, row.version) for row in known]) for one in asked}
    return form_of(tool, offered)


def refusal_to_start(caller: Caller, tool: HysdsTool) -> FieldstationError:
    """Return why a person cannot start a job now. Raises Forbidden for who never may."""
    demand_account(caller, tool)
    if tool.io.action is Action.TRIGGER:
        return Conflict(
            f"{tool.name} is started by rules only: its action-type is trigger",
            next_step="ask its author for the action-type both, if people are to start it as well",
            reason="trigger_only",
        )
    return Conflict(
        f"{tool.name} is a job of HySDS: this station keeps it and tells what it would run, and cannot run it yet",
        next_step="see what it would run: fieldstation tool resolve FILE... --rule RULE.json --hit HIT.json",
        reason="hysds_not_run",
    )


def _unsound(pair: PublishedPair) -> Invalid:
    return Invalid(
        "this pair of HySDS documents has faults",
        next_step="mend what is named; `fieldstation tool check FILE...` lists the same with no station",
        reason="definition_invalid",
        problems=pair.faults,
    )
