"""What the books must say, kept in plain dictionaries by rules of its own: nothing of the station is used here."""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal

ZERO = Decimal(0)
GIB = 1 << 30


@dataclass
class Job:
    """An instance: what it may cost, what it has cost."""

    product: str
    rate: Decimal
    hold: Decimal
    cost: Decimal = ZERO
    paid: Decimal | None = None

    @property
    def coins(self) -> Decimal:
        return (self.cost * self.rate / 1000).quantize(Decimal("0.000001"), rounding=ROUND_HALF_EVEN)


@dataclass
class Model:
    """All products, jobs and bytes, and the day that it is."""

    day: int = 0
    limits: dict[str, Decimal] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    now: dict[str, int] = field(default_factory=dict)  # bytes that lie there
    peaks: dict[tuple[str, int], int] = field(default_factory=dict)
    paid_days: dict[tuple[str, int], int] = field(default_factory=dict)
    paid_jobs: dict[tuple[str, int], Decimal] = field(default_factory=dict)

    def launches(self, name: str, job: Job) -> bool:
        """Launch, and tell whether that is allowed; the same launch again changes nothing and is allowed."""
        if name in self.jobs:
            return True
        used = self.processing(job.product) + self.days_paid(job.product) + self.today(job.product)
        for other in self.jobs.values():
            if other.product == job.product and other.paid is None:
                used += max(other.coins, other.hold)
        limit = self.limits[job.product]
        if used + job.hold > limit or used >= limit:
            return False
        self.jobs[name] = job
        return True

    def costs(self, name: str, cost: Decimal) -> None:
        if self.jobs[name].paid is None:
            self.jobs[name].cost = cost

    def ends(self, name: str, refund: bool) -> None:
        job = self.jobs[name]
        if job.paid is None:
            job.paid = ZERO if refund else job.coins
            key = (job.product, self.day)
            self.paid_jobs[key] = self.paid_jobs.get(key, ZERO) + job.paid

    def lies(self, product: str, size: int) -> None:
        before = self.now.get(product, 0)
        key = (product, self.day)
        self.peaks[key] = max(self.peaks.get(key, 0), before, size)
        self.now[product] = size

    def passes(self, days: int) -> None:
        for _ in range(days):
            for product, size in self.now.items():
                key = (product, self.day)
                self.peaks[key] = max(self.peaks.get(key, 0), size)
            self.day += 1
        for product, size in self.now.items():
            self.peaks[product, self.day] = size

    def closes(self) -> None:
        for (product, day), peak in self.peaks.items():
            if day < self.day and peak:
                self.paid_days[product, day] = -(-peak // GIB)

    def today(self, product: str) -> Decimal:
        """What is not posted yet of days of storage until now."""
        peaks = sum(-(-peak // GIB) for (of, _), peak in self.peaks.items() if of == product)
        return Decimal(peaks - sum(coins for (of, _), coins in self.paid_days.items() if of == product))

    def processing(self, product: str) -> Decimal:
        return sum((coins for (of, _), coins in self.paid_jobs.items() if of == product), ZERO)

    def days_paid(self, product: str) -> Decimal:
        return Decimal(sum(coins for (of, _), coins in self.paid_days.items() if of == product))

    def held(self, product: str) -> Decimal:
        return sum((job.hold for job in self.jobs.values() if job.product == product and job.paid is None), ZERO)

    def accrued(self, product: str) -> Decimal:
        return sum((job.coins for job in self.jobs.values() if job.product == product and job.paid is None), ZERO)
