"""Keeping workflows: drafts that their makers change, and versions that nothing changes any more."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from fieldstation.core.accounting.service.assets import Holders
from fieldstation.core.audit.model import Deed, Entry
from fieldstation.core.audit.service import record
from fieldstation.core.people.model import Caller, Kind, Permission
from fieldstation.core.people.service import Access
from fieldstation.core.people.service.names import checked_title
from fieldstation.core.people.service.organisations import operates
from fieldstation.core.people.service.users import usernames
from fieldstation.core.pipelines.model.check import check_form, check_steps
from fieldstation.core.pipelines.model.definition import Reading, Workflow
from fieldstation.core.pipelines.model.faults import Verdict
from fieldstation.core.pipelines.model.values import KeptWorkflow, NewWorkflow, WorkflowChange, WorkflowScope
from fieldstation.core.pipelines.store import workflows as store
from fieldstation.core.projects.service import Projects
from fieldstation.db import Tx
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from fieldstation.kernel.ids import new_id
from fieldstation.kernel.paging import Page, PageRequest, page_of

KIND = "workflow"  # what their ids begin with
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,23}")
_SHORTEST = 2


class Workflows:
    """Keeps workflows. Who belongs to a scope sees its workflows; who made one, and operators, change and remove it."""

    def __init__(self, access: Access, projects: Projects, holders: Holders) -> None:
        self._access = access
        self._projects = projects
        self._holders = holders

    def create(self, tx: Tx, caller: Caller, new: NewWorkflow) -> KeptWorkflow:
        """Keep a workflow as a draft, whatever faults its definition has."""
        self._access.require(caller, Permission.STATION_USE)
        name = checked_name(new.name, "workflow")
        scope_id = self._scope_id(tx, caller, new.scope, new.scope_id)
        values = {"name": name, "scope": new.scope, "scope_id": scope_id, "word": new.word}
        workflow_id = self._insert(tx, caller, {**values, **_written(new.reading)})
        body: dict[str, Json] = {"name": name, "scope": new.scope.value, "scope_id": scope_id}
        record(tx, Entry(actor=caller.user_id, deed=Deed.WORKFLOW_CREATED, thing=workflow_id, body=body))
        return self.show(tx, caller, workflow_id)

    def show(self, tx: Tx, caller: Caller, workflow_id: str) -> KeptWorkflow:
        """Return one workflow with its text."""
        row = self._row(tx, caller, workflow_id)
        return _kept(row, usernames(tx, [row.user_id]))

    def list(
        self, tx: Tx, caller: Caller, request: PageRequest, filters: Mapping[str, str] | None = None
    ) -> Page[KeptWorkflow]:
        """Return a page of the workflows that the caller sees, newest first, without their texts.

        `filters` may have `source`, the id of a draft whose versions are meant.
        """
        before = request.after[0] if request.after else store.LAST
        rows = store.page(tx, before, request.limit + 1, filters or {}, self._seen(caller))
        names = usernames(tx, [row.user_id for row in rows])
        return page_of([_kept(row, names) for row in rows], request, lambda one: (one.id,))

    def change(self, tx: Tx, caller: Caller, workflow_id: str, change: WorkflowChange) -> KeptWorkflow:
        """Change a draft; Conflict for a version."""
        row = self._own(tx, caller, workflow_id)
        if row.version is not None:
            raise Conflict(
                f"this is version {row.version}, which nothing changes any more",
                next_step="change the draft that it was made from, and make another version",
                reason="version_fixed",
            )
        kept = {
            "definition": row.definition,
            "document": None if row.document is None else json.dumps(row.document),
            "faults": json.dumps(row.faults),
        }
        name = row.name if change.name is None else checked_name(change.name, "workflow")
        written = kept if change.reading is None else _written(change.reading)
        store.change(tx, {"id": row.id, "name": name, **written})
        body: dict[str, Json] = {"name": name, "definition": change.reading is not None}
        record(tx, Entry(actor=caller.user_id, deed=Deed.WORKFLOW_CHANGED, thing=row.id, body=body))
        return self.show(tx, caller, row.id)

    def tag(self, tx: Tx, caller: Caller, workflow_id: str, version: str) -> KeptWorkflow:
        """Keep a draft as it is now as a version; Invalid names every fault, Conflict when there is such a version."""
        row = self._own(tx, caller, workflow_id)
        if row.source is not None:
            raise Conflict(
                f"this is version {row.version} itself",
                next_step="make versions of the draft that it was made from",
                reason="version_fixed",
            )
        if not _VERSION.fullmatch(version):
            raise Invalid(
                f"{version[:60]!r} cannot be a version",
                next_step="use 1 to 24 letters, digits, '.', '_', '+' and '-', such as 1.0.0",
                reason="version",
            )
        refuse_faults(faults_of(_kept(row, {})), "has faults, and no version is made of it")
        values = {name: getattr(row, name) for name in ("name", "scope", "scope_id", "word", "definition")}
        fixed = {"document": json.dumps(row.document), "faults": "[]", "version": version, "source": row.id}
        made = self._insert(tx, caller, {**values, **fixed})
        body: dict[str, Json] = {"version": version, "of": row.id}
        record(tx, Entry(actor=caller.user_id, deed=Deed.WORKFLOW_VERSIONED, thing=made, body=body))
        return self.show(tx, caller, made)

    def remove(self, tx: Tx, caller: Caller, workflow_id: str) -> None:
        """Remove a workflow; Conflict for a draft that versions were made from. What runs of it goes on."""
        row = self._own(tx, caller, workflow_id)
        if row.source is None and store.has_versions(tx, row.id):
            raise Conflict(
                "versions were made from this workflow", next_step="remove its versions first", reason="has_versions"
            )
        store.remove(tx, row.id)
        body: dict[str, Json] = {"name": row.name}
        record(tx, Entry(actor=caller.user_id, deed=Deed.WORKFLOW_REMOVED, thing=row.id, body=body))

    def _insert(self, tx: Tx, caller: Caller, values: Mapping[str, Any]) -> str:
        workflow_id = new_id(KIND)
        own = {"id": workflow_id, "user_id": caller.user_id, "version": None, "source": None}
        if not store.insert(tx, {**own, **values}):
            raise Conflict(
                f"this workflow has a version {values['version']}", next_step="choose another version", reason="taken"
            )
        return workflow_id

    def _scope_id(self, tx: Tx, caller: Caller, scope: WorkflowScope, given: str | None) -> str:
        if scope is WorkflowScope.GLOBAL:
            return ""
        if scope is WorkflowScope.USER:
            if given and given != caller.username:
                self._access.require(caller, Permission.STATION_OPERATE)
                self._access.principal_of(tx, given)
            return given or caller.username
        if not given:
            raise Invalid(f"a workflow of a {scope} needs its id", next_step=f"give the id of the {scope} as scope id")
        match scope:
            case WorkflowScope.PROJECT:
                return self._projects.find(tx, caller, given, Permission.PROJECT_WRITE).id
            case WorkflowScope.PRODUCT:
                return self._holders.products.kept(tx, caller, given).id
            case WorkflowScope.UNIT:
                return self._holders.units.find(tx, caller, given, Permission.UNIT_USE).id
        return self._holders.organisations.find(tx, caller, given, Permission.ORGANISATION_USE).id

    def _seen(self, caller: Caller) -> store.Seen:
        """Return the query of the scopes that the caller sees, None for all, and its values."""
        self._access.require(caller, Permission.STATION_USE)
        projects = self._access.visible(caller, Permission.PROJECT_READ, Kind.PROJECT)
        units = self._access.visible(caller, Permission.UNIT_USE, Kind.UNIT)
        organisations = self._access.visible(caller, Permission.ORGANISATION_READ, Kind.ORGANISATION)
        query = None if operates(caller) else store.seen_scopes(projects.sql, units.sql, organisations.sql)
        return query, {"own_name": caller.username, **projects.values, **units.values, **organisations.values}

    def _row(self, tx: Tx, caller: Caller, workflow_id: str, *, lock: bool = False) -> Any:
        row = store.one(tx, workflow_id, self._seen(caller), lock=lock)
        if row is None:
            raise NotFound(
                "there is no workflow with this id, or you may not see it",
                next_step="see what there is: fieldstation workflow list",
            )
        return row

    def _own(self, tx: Tx, caller: Caller, workflow_id: str) -> Any:
        row = self._row(tx, caller, workflow_id, lock=True)
        if row.user_id != caller.user_id and not operates(caller):
            raise Forbidden(
                "a workflow is changed by who made it",
                next_step="ask them, or make one of your own from its definition",
                reason="role_missing",
            )
        return row


def checked_name(name: str, what: str) -> str:
    """Return the name of a workflow, or of a run of one; Invalid unless it is one line of 2 to 80 characters."""
    if len(name.strip()) < _SHORTEST:
        raise Invalid(f"{name!r} cannot be the name of a {what}", next_step="use 2 to 80 characters", reason="name")
    return checked_title(name, what)


def faults_of(kept: KeptWorkflow) -> Verdict:
    """Look at a workflow as closely as can be without knowing who runs it with what."""
    if kept.workflow is None:
        return check_form(Reading(text="", faults=tuple(kept.faults)))
    return check_steps(kept.workflow)


def refuse_faults(verdict: Verdict, deed: str) -> None:
    """Raise Invalid with every fault that was found, if any; `deed` is what cannot be done therefore."""
    if not verdict.sound:
        raise Invalid(
            f"the workflow {deed} (error {verdict.number})",
            next_step="mend what is named and try again; fieldstation workflow check looks at definitions",
            reason="workflow_invalid",
            problems=verdict.problems,
        )


def _written(reading: Reading) -> dict[str, Any]:
    return {
        "definition": reading.text,
        "document": None if reading.workflow is None else json.dumps(reading.document),
        "faults": json.dumps([asdict(fault) for fault in reading.faults]),
    }


def _kept(row: Any, names: Mapping[str, str]) -> KeptWorkflow:
    return KeptWorkflow(
        id=row.id,
        name=row.name,
        scope=WorkflowScope(row.scope),
        scope_id=row.scope_id,
        word=row.word,
        creator=names.get(row.user_id, ""),
        version=row.version,
        source=row.source,
        workflow=None if row.document is None else Workflow(document=row.document),
        faults=[Problem(**fault) for fault in row.faults],
        created_at=row.created_at,
        changed_at=row.changed_at,
        definition=getattr(row, "definition", ""),
    )
