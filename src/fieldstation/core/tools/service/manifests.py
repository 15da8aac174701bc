"""Loading jobs from manifests: what is asked of others happens outside of transactions, in between two of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from fieldstation.core.audit.model import Deed, Entry
from fieldstation.core.audit.service import record
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.people.service import Access
from fieldstation.core.people.service.users import usernames
from fieldstation.core.tools.builtin import JOB_COLLECTION
from fieldstation.core.tools.model.jobs import KeptManifest, LoadReport
from fieldstation.core.tools.model.squonk.places import beside, documentation
from fieldstation.core.tools.model.squonk.read import ReadJob, read_jobs, read_manifest, with_commands_tried
from fieldstation.core.tools.service.jobs import Jobs, name_of
from fieldstation.core.tools.store import manifests as store
from fieldstation.db import Tx
from fieldstation.db.numbers import key_of, numbers_of
from fieldstation.kernel.errors import FieldstationError, Forbidden, Invalid, NotFound, Problem
from fieldstation.kernel.ids import new_id
from fieldstation.kernel.paging import Page, PageRequest, page_of
from fieldstation.kernel.sealing import Sealer
from fieldstation.ports.templates import Templates
from fieldstation.ports.web import Errand, Sources

NUMBERS = "manifest"  # the kind of their numbers
_MOST_MANIFESTS = 200  # that are loaded at once
_MOST_FILES = 100  # of one manifest
_MOST_SECRETS, _MOST_SECRET = 20, 4_000
_MOST_FAILURES = 200  # that are kept and told


@dataclass(frozen=True, kw_only=True)
class Means:
    """What loading needs: where texts come from, what tries commands, and whether definitions may be taken back.

    `strict` holds the files of every manifest to the letter of their published rules.
    """

    sources: Sources
    templates: Templates
    development: bool = False
    strict: bool = False


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A manifest to read; `strict` holds its files to the letter of their published rules."""

    manifest_id: str
    errand: Errand
    strict: bool = False


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """What was found at one manifest: its sound jobs, each with where to read about it, and what failed."""

    manifest_id: str
    jobs: Sequence[tuple[ReadJob, str]] = ()
    report: LoadReport = field(default_factory=LoadReport)


class Manifests:
    """Keeps manifests and loads the jobs that they name. For operators.

    A load is three steps: `put` or `errands` in a transaction, `gather` for each outside of any, `keep` in another.
    """

    def __init__(self, access: Access, sealer: Sealer, jobs: Jobs, means: Means) -> None:
        self._access = access
        self._sealer = sealer
        self._jobs = jobs
        self._means = means

    def put(self, tx: Tx, caller: Caller, errand: Errand, *, strict: bool | None = None) -> Reading:
        """Keep a manifest and return what to read; the same address again takes the new secrets.

        It stays as strict as it was where `strict` says nothing. Raises Forbidden for an address that is not below a
        source of this station.
        """
        self._access.require(caller, Permission.STATION_OPERATE)
        _check_secrets(errand)
        self._means.sources.admit(errand.address)
        fresh = new_id("manifest")
        secrets = {"headers": self._sealed(errand.headers), "query": self._sealed(errand.query)}
        values = {"id": fresh, "url": errand.address, **secrets, "strict": strict, "created_by": caller.user_id}
        row = store.put(tx, values)
        manifest_id: str = row.id
        numbers_of(tx, NUMBERS, [manifest_id])
        if manifest_id == fresh:
            body = {"url": errand.address}
            record(tx, Entry(actor=caller.user_id, deed=Deed.MANIFEST_ADDED, thing=manifest_id, body=body))
        return self._reading(row, errand)

    def errands(self, tx: Tx, caller: Caller) -> Sequence[Reading]:
        """Return what to read to load every manifest again; in a station for development only."""
        self._access.require(caller, Permission.STATION_OPERATE)
        self._demand_development()
        return [self._reading(row, self._errand(row)) for row in store.page(tx, "", _MOST_MANIFESTS)]

    def gather(self, reading: Reading) -> Gathered:
        """Read a manifest and the files that it names. Waits for others; every failure is told in the report."""
        manifest_id, errand = reading.manifest_id, reading.errand
        try:
            read = read_manifest(self._means.sources.read(errand), strict=reading.strict)
        except FieldstationError as error:
            return _failed(manifest_id, f"{errand.address}: {error.text}")
        if read.faults:
            return _failed(manifest_id, *(f"{errand.address}: {_told(fault)}" for fault in read.faults))
        if len(read.files) > _MOST_FILES:
            return _failed(
                manifest_id, f"{errand.address}: names {len(read.files)} files; at most {_MOST_FILES} are read"
            )
        report, jobs = LoadReport(manifests=1), list[tuple[ReadJob, str]]()
        for name in read.files:
            found, told = self._file(reading, name)
            jobs += [(one, documentation(errand.address, one.job)) for one in found]
            report = report.plus(told)
        return Gathered(manifest_id=manifest_id, jobs=jobs, report=report)

    def keep(self, tx: Tx, caller: Caller, gathered: Gathered) -> LoadReport:
        """Keep the jobs that were gathered, and note what the load came to."""
        self._access.require(caller, Permission.STATION_OPERATE)
        if store.one(tx, gathered.manifest_id) is None:
            raise _no_manifest()
        seen: set[str] = set()
        refused: list[str] = []
        for read, doc_url in sorted(gathered.jobs, key=lambda one: name_of(one[0].job).key):
            key = name_of(read.job).key
            if why := _refusal(read, key in seen):
                refused.append(f"{key.replace('|', ' ')}: {why}")
                continue
            seen.add(key)
            tool_id, _ = self._jobs.keep(tx, read, caller.user_id)
            values = {"manifest_id": gathered.manifest_id, "tool_id": tool_id, "version": read.job.version}
            store.bind(tx, {**values, "doc_url": doc_url})
        report = gathered.report.plus(LoadReport(loaded=len(seen), job_failures=tuple(refused)))
        store.report(tx, gathered.manifest_id, report.ok, json.dumps(asdict(_short(report))))
        return report

    def list(self, tx: Tx, caller: Caller, request: PageRequest) -> Page[KeptManifest]:
        """Return the manifests, oldest first."""
        self._access.require(caller, Permission.STATION_OPERATE)
        rows = store.page(tx, request.after[0] if request.after else "", request.limit + 1)
        names = usernames(tx, [row.created_by for row in rows])
        numbers = numbers_of(tx, NUMBERS, [row.id for row in rows])
        kept = [self._kept(row, numbers[row.id], names) for row in rows]
        return page_of(kept, request, lambda manifest: (manifest.id,))

    def remove(self, tx: Tx, caller: Caller, reference: str | int, *, purge: bool) -> int:
        """Remove a manifest by id or number; with `purge` also the jobs that came from it alone. Returns how many.

        In a station for development only, where nobody relies on a definition.
        """
        self._access.require(caller, Permission.STATION_OPERATE)
        self._demand_development()
        manifest_id = key_of(tx, NUMBERS, reference) if isinstance(reference, int) else reference
        row = store.one(tx, manifest_id) if manifest_id else None
        if row is None:
            raise _no_manifest()
        alone = store.alone(tx, row.id) if purge else ()
        store.delete(tx, row.id)
        for job in alone:
            self._jobs.take_back(tx, caller, job.tool_id, job.version)
        body = {"url": row.url, "purged": len(alone)}
        record(tx, Entry(actor=caller.user_id, deed=Deed.MANIFEST_REMOVED, thing=row.id, body=body))
        return len(alone)

    def _file(self, reading: Reading, name: str) -> tuple[Sequence[ReadJob], LoadReport]:
        """Read one definition file; return its sound jobs and what the reading came to."""
        errand = reading.errand
        address = beside(errand.address, name)
        try:
            text = self._means.sources.read(Errand(address=address, headers=errand.headers, query=errand.query))
        except FieldstationError as error:
            return (), LoadReport(files=1, file_failures=(f"{name}: {error.text}",))
        read = with_commands_tried(read_jobs(text, strict=reading.strict), self._means.templates)
        whole = tuple(f"{name}: {_told(fault)}" for fault in read.faults if _job_of(fault) is None)
        faults = tuple(f"{name}: {_told(fault)}" for fault in read.faults if _job_of(fault) is not None)
        jobs = len(read.jobs) + len(read.failed)
        return read.jobs, LoadReport(files=1, jobs=jobs, file_failures=whole, job_failures=faults)

    def _demand_development(self) -> None:
        if not self._means.development:
            raise Forbidden(
                "a station in production takes no definition back: people rely on them",
                next_step="put the manifest again to load it anew; stations for development set FIELDSTATION_MODE",
                reason="not_in_production",
            )

    def _sealed(self, secrets: Mapping[str, str]) -> bytes | None:
        return self._sealer.seal(json.dumps(dict(secrets)).encode(), NUMBERS) if secrets else None

    def _opened(self, sealed: bytes | None) -> Mapping[str, str]:
        opened: Mapping[str, str] = json.loads(self._sealer.open(bytes(sealed), NUMBERS)) if sealed else {}
        return opened

    def _reading(self, row: Any, errand: Errand) -> Reading:
        return Reading(manifest_id=row.id, errand=errand, strict=row.strict or self._means.strict)

    def _errand(self, row: Any) -> Errand:
        return Errand(address=row.url, headers=self._opened(row.headers), query=self._opened(row.query))

    def _kept(self, row: Any, number: int, names: Mapping[str, str]) -> KeptManifest:
        told = row.report and {name: _tuple(value) for name, value in row.report.items()}
        return KeptManifest(
            id=row.id,
            number=number,
            url=row.url,
            header_names=sorted(self._opened(row.headers)),
            query_names=sorted(self._opened(row.query)),
            strict=row.strict or self._means.strict,
            created_at=row.created_at,
            created_by=names[row.created_by],
            loaded_at=row.loaded_at,
            loaded_well_at=row.loaded_well_at,
            last=LoadReport(**told) if told else None,
        )


def _check_secrets(errand: Errand) -> None:
    for secrets in (errand.headers, errand.query):
        texts = [text for pair in secrets.items() for text in pair]
        if len(secrets) > _MOST_SECRETS or any(len(text) > _MOST_SECRET or not text.isprintable() for text in texts):
            raise Invalid(
                f"headers and query take at most {_MOST_SECRETS} printable texts of {_MOST_SECRET} characters",
                next_step="send only what the manifest's host wants to see",
            )


def _refusal(read: ReadJob, twice: bool) -> str | None:
    if read.job.collection == JOB_COLLECTION:
        return f"the collection {JOB_COLLECTION} is the station's own"
    return "this version is defined twice by the files of one manifest" if twice else None


def _failed(manifest_id: str, *failures: str) -> Gathered:
    return Gathered(manifest_id=manifest_id, report=LoadReport(manifests=1, manifest_failures=failures))


def _told(fault: Problem) -> str:
    return f"line {fault.line}: {fault.where} {fault.text}"


def _job_of(fault: Problem) -> str | None:
    steps = fault.where.split("/")
    return steps[2] if steps[1:2] == ["jobs"] and steps[2:] else None


def _short(report: LoadReport) -> LoadReport:
    parts = {name: value[:_MOST_FAILURES] for name, value in asdict(report).items() if name.endswith("failures")}
    return LoadReport(**{**asdict(report), **parts})


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _no_manifest() -> NotFound:
    return NotFound("there is no such manifest", next_step="see which there are: fieldstation tool manifest list")
