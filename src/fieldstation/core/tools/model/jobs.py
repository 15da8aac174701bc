"""Jobs, manifests and rates, as the station keeps them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from fieldstation.core.tools.model.squonk.job import Job, Replaced
from fieldstation.kernel.errors import Invalid

JOB_NAMESPACE = "squonk2/"
_DECIMALS, _LARGEST = 6, Decimal(10) ** 12


@dataclass(frozen=True, kw_only=True)
class JobName:
    """What names one version of a job everywhere."""

    collection: str
    job: str
    version: str

    @property
    def key(self) -> str:
        """The name as one text, by which its number and its rates are kept."""
        return f"{self.collection}|{self.job}|{self.version}"


@dataclass(frozen=True, kw_only=True)
class KeptJob:
    """One version of a job; `number` never changes, `rate` is the newest one set."""

    number: int
    tool_id: str
    revision: str
    job: Job
    loaded_at: datetime
    doc_url: str | None
    rate: Decimal | None


@dataclass(frozen=True, kw_only=True)
class PastRevision:
    """Where the version of a job pointed until it was loaded anew, or taken back."""

    id: str
    revision: str
    published_at: datetime
    published_by: str | None
    ended_at: datetime


@dataclass(frozen=True, kw_only=True)
class LoadReport:
    """What a load of manifests came to; the failures are told in words, each with the file or job that it is about."""

    manifests: int = 0
    files: int = 0
    jobs: int = 0
    loaded: int = 0
    purged: int | None = None
    manifest_failures: tuple[str, ...] = ()
    file_failures: tuple[str, ...] = ()
    job_failures: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not (self.manifest_failures or self.file_failures or self.job_failures)

    def plus(self, other: "LoadReport") -> "LoadReport":
        """Return this report and another as one."""
        purged = None if self.purged is None and other.purged is None else (self.purged or 0) + (other.purged or 0)
        return LoadReport(
            manifests=self.manifests + other.manifests,
            files=self.files + other.files,
            jobs=self.jobs + other.jobs,
            loaded=self.loaded + other.loaded,
            purged=purged,
            manifest_failures=self.manifest_failures + other.manifest_failures,
            file_failures=self.file_failures + other.file_failures,
            job_failures=self.job_failures + other.job_failures,
        )


@dataclass(frozen=True, kw_only=True)
class KeptManifest:
    """A manifest: where it lies, which secrets its host wants (their names alone), and what its last load came to."""

    id: str
    number: int
    url: str
    header_names: Sequence[str]
    query_names: Sequence[str]
    strict: bool  # whether its files are held to the letter of their rules
    created_at: datetime
    created_by: str
    loaded_at: datetime | None
    loaded_well_at: datetime | None
    last: LoadReport | None


@dataclass(frozen=True, kw_only=True)
class Rate:
    """How many coins a thousand of a job's cost come to, since when, and who said so."""

    id: str
    number: int
    rate: Decimal
    comment: str | None
    created_at: datetime
    created_by: str


def read_rate(text: str) -> Decimal:
    """Read a rate; Invalid for what is no decimal number from 0 on with at most six decimals."""
    try:
        rate = Decimal(text.strip())
    except InvalidOperation:
        rate = Decimal("NaN")
    if not rate.is_finite() or not 0 <= rate < _LARGEST or rate != round(rate, _DECIMALS):
        raise Invalid(
            f"{text[:40]!r} is no rate",
            next_step=f"give a decimal number from 0 on with at most {_DECIMALS} decimals, such as 0.05",
            reason="rate_invalid",
        )
    return abs(rate)  # of a minus zero


def written_rate(rate: Decimal | None) -> str:
    """Write a rate as decimal text; no rate costs nothing."""
    return f"{(rate or Decimal(0)).normalize():f}"


def successors(kept: Sequence[KeptJob]) -> Mapping[tuple[str, str], Sequence[Replaced]]:
    """Return which of these jobs stand for each job now, by its collection and name."""
    found: dict[tuple[str, str], list[Replaced]] = {}
    for one in kept:
        stands = Replaced(collection=one.job.collection, job=one.job.name)
        for replaced in one.job.replaces:
            known = found.setdefault((replaced.collection, replaced.job), [])
            if stands not in known:
                known.append(stands)
    return found
