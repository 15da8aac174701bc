"""Keeping jobs of definition files: each a tool whose versions a reload moves, under a number that stays."""

from collections.abc import Mapping, Sequence
from typing import Any

from fieldstation.core.audit.model import STATION, Deed, Entry
from fieldstation.core.audit.service import record
from fieldstation.core.people.model import EVERYONE, Caller, Kind, Permission, Role, Thing, hidden
from fieldstation.core.people.service import Access
from fieldstation.core.people.service.users import usernames
from fieldstation.core.tools.builtin import builtin_job_texts
from fieldstation.core.tools.model.jobs import JOB_NAMESPACE, JobName, KeptJob, PastRevision
from fieldstation.core.tools.model.squonk.job import Job, read_job
from fieldstation.core.tools.model.squonk.read import ReadJob, read_jobs
from fieldstation.core.tools.service.labels import Label, put_label
from fieldstation.core.tools.store import jobs as store
from fieldstation.core.tools.store import tools as tool_store
from fieldstation.db import Tx
from fieldstation.db.numbers import key_of, numbers_of
from fieldstation.kernel.errors import Broken, Invalid, NotFound
from fieldstation.kernel.ids import new_id
from fieldstation.kernel.paging import Page, PageRequest, page_of

NUMBERS = "job"  # the kind of their numbers
_MOST_KEPT = 2_000  # definitions in memory
_DIGITS = 18  # of a number


class Jobs:
    """Keeps jobs. A version's label points to one revision; loading it again may move it, and the past is kept."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._known: dict[str, Job] = {}  # by revision, so they never change

    def keep(self, tx: Tx, read: ReadJob, by: str | None) -> tuple[str, bool]:
        """Keep a job for everybody, in place of the same version; return its tool's id, and whether that changed it."""
        job = read.job
        tool_id, new = self._put_tool(tx, job)
        thing = Thing(kind=Kind.TOOL, id=tool_id)
        if new or not self._access.members(tx, thing):  # also one that was taken back
            self._access.grant(tx, thing, EVERYONE, Role.READER)
        numbers_of(tx, NUMBERS, [name_of(job).key])
        changed = self._put_version(tx, tool_id, read, by)
        if changed:
            body = {"name": f"{job.collection}/{job.name}", "version": job.version, "revision": job.revision}
            record(tx, Entry(actor=by or STATION, deed=Deed.TOOL_PUBLISHED, thing=tool_id, body=body))
        return tool_id, changed

    def install_builtins(self, tx: Tx) -> None:
        """Keep the jobs that come with the station. Idempotent."""
        for text in builtin_job_texts():
            for read in read_jobs(text, strict=True).jobs:
                self.keep(tx, read, None)

    def take_back(self, tx: Tx, caller: Caller, tool_id: str, version: str) -> None:
        """Remove a version from sight; its number, its rates and its revision stay."""
        if not store.drop(tx, new_id("past"), tool_id, version):
            self._access.forget(tx, Thing(kind=Kind.TOOL, id=tool_id))
        body = {"version": version}
        record(tx, Entry(actor=caller.user_id, deed=Deed.TOOL_WITHDRAWN, thing=tool_id, body=body))

    def all(self, tx: Tx, caller: Caller) -> Sequence[KeptJob]:
        """Return every version of every job that the caller may use, by their numbers."""
        return self._found(tx, caller, "true", {})

    def page(self, tx: Tx, caller: Caller, request: PageRequest, *, unrated: bool = False) -> Page[KeptJob]:
        """Return the jobs that the caller may use, by their numbers; with `unrated` those that no rate was set for."""
        after = request.after[0] if request.after else "0"
        if not after.isdecimal() or len(after) > _DIGITS:
            raise Invalid("this position is none of this list", next_step="begin at the first page", reason="cursor")
        match = "d.number > :after" + (f" AND {store.UNRATED}" if unrated else "")
        found = self._found(tx, caller, match, {"after": int(after), "limit": request.limit + 1})
        return page_of(found, request, lambda kept: (str(kept.number),))

    def definition(self, tx: Tx, revision: str) -> Job:
        """Return the job of a revision that some run names; decides nothing."""
        self._learn(tx, [revision])
        if revision not in self._known:
            raise Broken(f"the revision {revision} is gone", next_step="restore the database from its backup")
        return self._known[revision]

    def by_tool(self, tx: Tx, caller: Caller, tool_id: str, version: str) -> KeptJob:
        """Return a job by its tool's id and its version. Raises NotFound."""
        found = self._found(tx, caller, "t.id = :tool AND v.version = :label", {"tool": tool_id, "label": version})
        if not found:
            raise hidden(Kind.TOOL)
        return found[0]

    def past(self, tx: Tx, tool_id: str, version: str, request: PageRequest) -> Page[PastRevision]:
        """Return where the label of a version pointed before, latest first; decides nothing."""
        before = request.after[0] if request.after else tool_store.LAST
        rows = store.past(tx, tool_id, version, before, request.limit + 1)
        names = usernames(tx, [row.published_by for row in rows if row.published_by])
        found = [
            PastRevision(
                id=row.id,
                revision=row.revision,
                published_at=row.published_at,
                published_by=names.get(row.published_by),
                ended_at=row.ended_at,
            )
            for row in rows
        ]
        return page_of(found, request, lambda one: (one.id,))

    def by_number(self, tx: Tx, caller: Caller, number: int) -> KeptJob:
        """Return a job by its number. Raises NotFound."""
        key = key_of(tx, NUMBERS, number)
        return self._one(tx, caller, key, str(number))

    def by_name(self, tx: Tx, caller: Caller, name: JobName) -> KeptJob:
        """Return a job by its name. Raises NotFound."""
        return self._one(tx, caller, name.key, name.key)

    def by_names(self, tx: Tx, caller: Caller, names: Sequence[JobName]) -> Mapping[JobName, KeptJob]:
        """Return those of these jobs that there are and the caller may use, in one or two statements."""
        keys = sorted({name.key for name in names})
        return {name_of(kept.job): kept for kept in self._found(tx, caller, "d.key = ANY(:keys)", {"keys": keys})}

    def _one(self, tx: Tx, caller: Caller, key: str | None, asked: str) -> KeptJob:
        found = self._found(tx, caller, "d.key = :key", {"key": key}) if key is not None else ()
        if not found:
            raise NotFound(
                f"there is no job {asked[:200].replace('|', ' ')!r}, or you may not use it",
                next_step="list the jobs that there are",
                reason="not_found",
            )
        return found[0]

    def _found(self, tx: Tx, caller: Caller, match: str, values: Mapping[str, Any]) -> Sequence[KeptJob]:
        visible = self._access.visible(caller, Permission.TOOL_USE, Kind.TOOL)
        rows = store.jobs(tx, visible.where("t.id"), {**values, **visible.values}, match=match)
        self._learn(tx, [row.revision for row in rows])
        return [_kept(row, self._known[row.revision]) for row in rows]

    def _learn(self, tx: Tx, revisions: Sequence[str]) -> None:
        new = sorted(set(revisions) - self._known.keys())
        if new and len(self._known) + len(new) > _MOST_KEPT:
            self._known, new = {}, sorted(set(revisions))
        if new:
            self._known |= {row.revision: read_job(row.definition) for row in store.definitions(tx, new)}

    def _put_tool(self, tx: Tx, job: Job) -> tuple[str, bool]:
        about = {"id": new_id("tool"), "namespace": f"{JOB_NAMESPACE}{job.collection}", "name": job.name}
        return tool_store.put_tool(tx, {**about, "newest": job.version, **_described(job)})

    def _put_version(self, tx: Tx, tool_id: str, read: ReadJob, by: str | None) -> bool:
        job = read.job
        label = Label(
            name=job.name,
            version=job.version,
            revision=job.revision,
            document=job.written(),
            text=read.text,
            by=by,
            described=_described(job),
        )
        return put_label(tx, tool_id, label)


def name_of(job: Job) -> JobName:
    """Return what names this version of the job."""
    return JobName(collection=job.collection, job=job.name, version=job.version)


def _described(job: Job) -> dict[str, Any]:
    return {"title": job.title, "description": job.description, "takes": [], "app": False}  # runs take data sets


def _kept(row: Any, job: Job) -> KeptJob:
    return KeptJob(
        number=row.number,
        tool_id=row.tool_id,
        revision=row.revision,
        job=job,
        loaded_at=row.published_at,
        doc_url=row.doc_url,
        rate=row.rate,
    )
