"""Publishing tools, and finding what a reference to one means."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from fieldstation.core.audit.model import STATION, Deed, Entry
from fieldstation.core.audit.service import record
from fieldstation.core.people.model import EVERYONE, Caller, Kind, Permission, Role, Thing, hidden
from fieldstation.core.people.service import Access, Member
from fieldstation.core.people.service.users import usernames
from fieldstation.core.tools.builtin import builtin_texts
from fieldstation.core.tools.model.check import check
from fieldstation.core.tools.model.definition import Definition, read_definition, write_definition
from fieldstation.core.tools.model.form import form_of
from fieldstation.core.tools.model.hysds.pair import HysdsTool, read_tool
from fieldstation.core.tools.model.jobs import JOB_NAMESPACE
from fieldstation.core.tools.model.published import (
    STATION_NAMESPACE,
    Publication,
    ResolvedTool,
    ToolFormat,
    ToolSummary,
    ToolVersion,
    VersionSummary,
    format_of,
    namespace_of,
)
from fieldstation.core.tools.model.semver import read_version
from fieldstation.core.tools.service.hysds import form_of_pair, refusal_to_start
from fieldstation.core.tools.service.versions import published_version
from fieldstation.core.tools.store import tools as store
from fieldstation.db import Tx
from fieldstation.kernel.errors import Broken, Conflict, Invalid, NotFound
from fieldstation.kernel.ids import is_id, new_id
from fieldstation.kernel.paging import Page, PageRequest, page_of

_MAX_WORDS = 8
_MOST_KEPT = 256  # definitions in memory
_MAX_SEARCH = 250
_MAX_LABEL = 100
ANYTHING = "*/*"  # what an input takes that names no media type
_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")  # with capitals, as HySDS has them


class Tools:
    """Keeps tools. A version's label points to one revision and never moves."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._definitions: dict[str, Definition] = {}  # by revision, so they never change

    def publish(self, tx: Tx, caller: Caller, text: str, *, public: bool = False) -> Publication:
        """Publish the definition in `text` under its name and version; the same again changes nothing.

        A new tool is the caller's own; with `public`, which is for operators, it is the station's and for everyone.
        Raises Invalid with every fault of the text, and Conflict when the version says something else already.
        """
        self._access.require(caller, Permission.STATION_OPERATE if public else Permission.STATION_USE)
        definition = _sound(text)
        namespace = STATION_NAMESPACE if public else namespace_of(caller.space)
        tool_id, new = self._put_tool(tx, namespace, definition)
        thing = _thing(tool_id)
        if new:
            principal, role = (EVERYONE, Role.READER) if public else (caller.principal, Role.OWNER)
            self._access.grant(tx, thing, principal, role, by=caller)
        self._access.decide(tx, caller, Permission.TOOL_PUBLISH, thing)
        made = self._put_version(tx, tool_id, definition, text, caller.user_id)
        return Publication(tool=published_version(tx, tool_id, definition.version), made=made)

    def install_builtins(self, tx: Tx) -> None:
        """Publish the tools that come with the station, for everyone. Idempotent."""
        for text in builtin_texts():
            definition = _sound(text)
            tool_id, new = self._put_tool(tx, STATION_NAMESPACE, definition)
            if new:
                self._access.grant(tx, _thing(tool_id), EVERYONE, Role.READER)
            self._put_version(tx, tool_id, definition, text, None)

    def resolve(self, tx: Tx, caller: Caller, reference: str) -> ResolvedTool:
        """Return what `reference` means now: `name`, `name@version`, or a tool id, also with `@version`.

        A bare name is the newest release, of the caller's own tool first, then the station's, then one shared with
        the caller. Raises NotFound, and Conflict when several tools of others have that name, or when it is a job,
        which no run can be of; Forbidden for a job of HySDS that the caller may not start.
        """
        row = self._find_version(tx, caller, reference)
        kind = format_of(row.namespace)
        if kind is ToolFormat.HYSDS:
            raise refusal_to_start(caller, self._hysds(tx, row))
        if kind is not ToolFormat.NATIVE:
            raise _no_run(row)
        found = self._resolved(tx, row)
        if found.definition.app is not None:
            raise _is_app(found)
        return found

    def form(self, tx: Tx, caller: Caller, reference: str) -> Mapping[str, Any]:
        """Return the JSON Schema of what a run of a tool takes; see `resolve`."""
        row = self._find_version(tx, caller, reference)
        if format_of(row.namespace) is ToolFormat.HYSDS:
            return form_of_pair(tx, caller, self._hysds(tx, row))
        return form_of(self.resolve(tx, caller, reference).definition)

    def application(self, tx: Tx, caller: Caller, reference: str) -> ResolvedTool:
        """Return the application that `reference` means now; NotFound also where that is another kind of tool."""
        row = self._find_version(tx, caller, reference)
        found = self._resolved(tx, row) if format_of(row.namespace) is ToolFormat.NATIVE else None
        if found is None or found.definition.app is None:
            raise NotFound(
                f"{row.name} is not an application", next_step="see which there are: fieldstation app applications"
            )
        return found

    def applications(self, tx: Tx, caller: Caller, request: PageRequest) -> Page[ToolSummary]:
        """Return the applications that the caller may launch, newest first."""
        visible = self._access.visible(caller, Permission.TOOL_USE, Kind.TOOL)
        values = {"before": request.after[0] if request.after else store.LAST, "limit": request.limit + 1}
        rows = store.apps(tx, visible.where("t.id"), {**values, **visible.values})
        return page_of([_summary(row) for row in rows], request, lambda tool: (tool.id,))

    def identify(self, tx: Tx, caller: Caller, reference: str) -> str:
        """Return the id of the tool that `reference` means; see `resolve`."""
        return str(self._find(tx, caller, reference).id)

    def show(self, tx: Tx, caller: Caller, reference: str) -> ToolVersion:
        """Return the version that `reference` means now, with its text; see `resolve`."""
        row = self._find_version(tx, caller, reference)
        return published_version(tx, row.id, row.version)

    def definition(self, tx: Tx, revision: str) -> Definition:
        """Return the native definition of a revision that some run names; decides nothing."""
        kept = self._definitions.get(revision)
        if kept is None:
            found = store.definition(tx, revision)
            if found is None:
                raise Broken(f"the tool revision {revision} is gone", next_step="restore the database from its backup")
            kept = read_definition(found)
            if len(self._definitions) >= _MOST_KEPT:
                self._definitions = {}
            self._definitions[revision] = kept
        return kept

    def versions(self, tx: Tx, caller: Caller, reference: str, request: PageRequest) -> Page[VersionSummary]:
        """Return all versions of a tool, the highest first."""
        row = self._find(tx, caller, reference)
        rows = store.versions(tx, row.id, request.after[0] if request.after else store.LAST, request.limit + 1)
        names = usernames(tx, [row.published_by for row in rows if row.published_by])
        return page_of([_version_summary(row, names) for row in rows], request, lambda version: (version.sort_key,))

    def list(self, tx: Tx, caller: Caller, request: PageRequest, search: str | None = None) -> Page[ToolSummary]:
        """Return the tools that the caller may use, newest first; `search` wants beginnings of words in their texts."""
        visible = self._access.visible(caller, Permission.TOOL_USE, Kind.TOOL)
        before = request.after[0] if request.after else store.LAST
        query = _query(search) if search and search.strip() else None
        if query == "":
            return Page(items=[])
        values = {"before": before, "limit": request.limit + 1, **visible.values}
        rows = store.page(tx, visible.where("t.id"), query, values)
        return page_of([_summary(row) for row in rows], request, lambda tool: (tool.id,))

    def takers(self, tx: Tx, caller: Caller, request: PageRequest, types: Collection[str]) -> Page[ToolSummary]:
        """Return the tools that the caller may use and that have an input for files of one of these media types."""
        visible = self._access.visible(caller, Permission.TOOL_USE, Kind.TOOL)
        values = {"before": request.after[0] if request.after else store.LAST, "limit": request.limit + 1}
        plain = {one.partition(";")[0].strip() for one in types}
        wanted = sorted({ANYTHING, *plain, *(f"{one.partition('/')[0]}/*" for one in plain)})
        rows = store.takers(tx, visible.where("t.id"), {**values, **visible.values, "types": wanted})
        return page_of([_summary(row) for row in rows], request, lambda tool: (tool.id,))

    def members(self, tx: Tx, caller: Caller, reference: str) -> Sequence[Member]:
        """Return who may use a tool, and who owns it."""
        return self._access.members(tx, _thing(self._find(tx, caller, reference).id))

    def set_member(self, tx: Tx, caller: Caller, reference: str, username: str, role: Role) -> None:
        """Let a user, a `group:<name>` or `everyone` use a tool, or own it; for its owners."""
        thing = self._owned(tx, caller, reference)
        self._access.grant(tx, thing, self._access.principal_of(tx, username), role, by=caller)

    def remove_member(self, tx: Tx, caller: Caller, reference: str, username: str) -> None:
        """Take a tool away from a user, a `group:<name>` or `everyone`; for its owners."""
        thing = self._owned(tx, caller, reference)
        self._access.revoke(tx, thing, self._access.principal_of(tx, username), by=caller)

    def _hysds(self, tx: Tx, row: Any) -> HysdsTool:
        return read_tool(store.definition(tx, row.revision) or {})

    def _resolved(self, tx: Tx, row: Any) -> ResolvedTool:
        return ResolvedTool(
            tool_id=row.id,
            namespace=row.namespace,
            name=row.name,
            version=row.version,
            revision=row.revision,
            definition=self.definition(tx, row.revision),
        )

    def _owned(self, tx: Tx, caller: Caller, reference: str) -> Thing:
        thing = _thing(self._find(tx, caller, reference).id)
        self._access.decide(tx, caller, Permission.TOOL_PUBLISH, thing)
        return thing

    def _put_tool(self, tx: Tx, namespace: str, definition: Definition) -> tuple[str, bool]:
        values = {"id": new_id("tool"), "namespace": namespace, "name": definition.name}
        return store.put_tool(tx, {**values, "newest": definition.version, **_described(definition)})

    def _put_version(self, tx: Tx, tool_id: str, definition: Definition, text: str, by: str | None) -> bool:
        revision, version = definition.revision, read_version(definition.version)
        assert version is not None
        store.put_revision(tx, revision, json.dumps(write_definition(definition)))
        values = {"tool_id": tool_id, "version": definition.version, "sort_key": version.sort_key}
        if not store.put_version(tx, {**values, "revision": revision, "text": text, "published_by": by}):
            _demand_same(tx, tool_id, definition, revision, by)
            return False
        if store.newest(tx, tool_id) == definition.version:
            described = {"id": tool_id, "name": definition.name, "newest": definition.version, **_described(definition)}
            store.point(tx, described)
        body = {"name": definition.name, "version": definition.version, "revision": revision}
        record(tx, Entry(actor=by or STATION, deed=Deed.TOOL_PUBLISHED, thing=tool_id, body=body))
        return True

    def _find_version(self, tx: Tx, caller: Caller, reference: str) -> Any:
        row = self._find(tx, caller, reference)
        if row.version is None:
            raise NotFound(
                f"the tool {row.name} has no version {reference.partition('@')[2][:40]!r}",
                next_step=f"see which there are: fieldstation tool show {row.name}",
            )
        return row

    def _find(self, tx: Tx, caller: Caller, reference: str) -> Any:
        name, _, label = reference.partition("@")
        if not _NAME.fullmatch(name):
            raise hidden(Kind.TOOL)
        if label and (len(label) > _MAX_LABEL or not label.isprintable()):
            label = "?"  # what no version is called: not every text is one to the database
        visible = self._access.visible(caller, Permission.TOOL_USE, Kind.TOOL)
        own = namespace_of(caller.space)
        values = {"reference": name, "label": label or None, "own": own, "station": STATION_NAMESPACE, **visible.values}
        rows = store.find(tx, "t.id" if is_id(name, "tool") else "t.name", visible.where("t.id"), values)
        if not rows:
            raise hidden(Kind.TOOL)
        if len(rows) > 1 and rows[0].namespace not in (own, STATION_NAMESPACE):
            raise Conflict(
                f"several people share a tool called {name} with you",
                next_step=f"name it by its id, such as {rows[0].id}",
                reason="ambiguous",
            )
        return rows[0]


def _no_run(row: Any) -> Conflict:
    collection = row.namespace.removeprefix(JOB_NAMESPACE)
    return Conflict(
        f"{row.name} is a job: it works in the directory of a project, and no run of data sets can be of it",
        next_step=f"launch it in a project: fieldstation instance launch {collection}/{row.name}@{row.version}",
        reason="not_native",
    )


def _is_app(found: ResolvedTool) -> Conflict:
    return Conflict(
        f"{found.name} is an application: it runs in a project until it is stopped, and is opened in a browser",
        next_step=f"launch it in a project: fieldstation app launch {found.name}",
        reason="application",
    )


def _thing(tool_id: str) -> Thing:
    return Thing(kind=Kind.TOOL, id=tool_id)


def _sound(text: str) -> Definition:
    checked = check(text)
    if checked.definition is None:
        raise Invalid(
            "this tool definition has faults",
            next_step="mend what is named; `fieldstation tool check FILE` lists the same with no station",
            reason="definition_invalid",
            problems=checked.faults,
        )
    return checked.definition


def _demand_same(tx: Tx, tool_id: str, definition: Definition, revision: str, by: str | None) -> None:
    there = store.version(tx, tool_id, definition.version)
    if there is not None and there.revision == revision:
        return
    text = f"{definition.name} {definition.version} is published already, and says something else"
    if by is None:
        raise Broken(
            text, next_step="install a release of Fieldstation that is whole; this one changed a built-in tool"
        )
    raise Conflict(text, next_step="raise `version` in the definition and publish it again", reason="version_taken")


def _described(definition: Definition) -> dict[str, Any]:
    return {
        "title": definition.title,
        "description": definition.description,
        "app": definition.app is not None,
        "takes": sorted({one for taken in definition.inputs.values() for one in taken.media_types or (ANYTHING,)}),
    }


def _query(search: str) -> str:
    """Return a tsquery that wants every word of `search` as the beginning of a word; empty when it has no word."""
    words = re.findall(r"\w+", search[:_MAX_SEARCH].replace("_", " ").lower())
    return " & ".join(f"'{word}':*" for word in words[:_MAX_WORDS])


def _version_summary(row: Any, names: dict[str, str]) -> VersionSummary:
    return VersionSummary(
        version=row.version,
        revision=row.revision,
        sort_key=row.sort_key,
        published_at=row.published_at,
        published_by=names.get(row.published_by),
    )


def _summary(row: Any) -> ToolSummary:
    return ToolSummary(
        id=row.id,
        namespace=row.namespace,
        name=row.name,
        version=row.newest,
        title=row.title,
        description=row.description,
        created_at=row.created_at,
    )
