"""What the definition of an application says beyond that of a tool: where it listens, what it costs, which images."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from fieldstation.core.tools.model.fields import Fields
from fieldstation.kernel.canonical import Json

KIND = "App"
APP_FIELDS = ("listens", "cost", "variants", "writes")
_NOT_OF_APPS = ("inputs", "outputs")  # what only a tool that ends can have
APPLICATION_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)+", re.ASCII)
PERIODS: Mapping[str, float] = {"minute": 60.0, "hour": 3600.0, "day": 86_400.0}
_MOST_COINS = 1_000_000
_GIB = 1 << 30


@dataclass(frozen=True, kw_only=True)
class Listens:
    """Where an application listens: on a TCP `port` of its own loopback, or (None) on the Unix socket it is told of.

    `strips`: it is asked for `/page` and not for `/apps/RUN/page`. Who does not answer `within_seconds` is ended.
    """

    port: int | None = None
    strips: bool = False
    within_seconds: float = 120.0


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Coins for each period and PxGi (processor × GiB of memory); a period begun counts whole unless `pro_rata`."""

    coins: Decimal = Decimal(0)
    period_seconds: float = 3600.0
    pro_rata: bool = False

    def of(self, units: Decimal, seconds: float) -> Decimal:
        """Return the coins of an application of `units` PxGi after so many seconds; its first period has begun."""
        periods = Decimal(str(max(seconds, 0.0))) / Decimal(str(self.period_seconds))
        return self.coins * units * (periods if self.pro_rata else Decimal(int(periods) + 1))

    @property
    def period(self) -> str:
        """What a period is called: `hour`, or its seconds as in `90s`."""
        named = {seconds: name for name, seconds in PERIODS.items()}
        return named.get(self.period_seconds, f"{self.period_seconds:g}s")


@dataclass(frozen=True, kw_only=True)
class App:
    """What makes a tool an application. `variants` are its images by name; `writes`: it may change the project."""

    listens: Listens = field(default_factory=Listens)
    cost: Cost = field(default_factory=Cost)
    variants: Mapping[str, str] = field(default_factory=dict)
    writes: bool = True


def units_of(cores: float, memory_bytes: int) -> Decimal:
    """Return how many PxGi an application has."""
    return Decimal(str(cores)) * Decimal(memory_bytes) / _GIB


def read_app_fields(fields: Fields) -> App:
    """Read what only applications have; faults are noted."""
    for key in _NOT_OF_APPS:
        if (node := fields.get(key)) is not None and node.value:
            fields.findings.faults.append(node.key_problem(f"an application runs until it is ended: it has no {key}"))
    return App(
        listens=_listens(fields), cost=_cost(fields), variants=_variants(fields), writes=fields.flag("writes", True)
    )


def write_app(app: App) -> dict[str, Json]:
    """Return the fields of the normalised form."""
    listens: dict[str, Json] = {"strips": app.listens.strips, "within_seconds": app.listens.within_seconds}
    if app.listens.port is not None:
        listens["port"] = app.listens.port
    cost: dict[str, Json] = {
        "coins": float(app.cost.coins),
        "period_seconds": app.cost.period_seconds,
        "pro_rata": app.cost.pro_rata,
    }
    return {"listens": listens, "cost": cost, "variants": dict(app.variants), "writes": app.writes}


def read_app(document: Mapping[str, Any]) -> App:
    """Read back what `write_app` made."""
    cost = document["cost"]
    return App(
        listens=Listens(**document["listens"]),
        cost=Cost(**{**cost, "coins": Decimal(str(cost["coins"]))}),
        variants=document["variants"],
        writes=document["writes"],
    )


def _section(fields: Fields, key: str, known: Sequence[str]) -> Fields | None:
    node = fields.get(key)
    return None if node is None else Fields(fields.findings, node, known)


def _listens(fields: Fields) -> Listens:
    fields.require("listens", "where it listens, such as {port: 8888}, or {} for the Unix socket {{ socket }}")
    found, usual = _section(fields, "listens", ("port", "strips", "within_seconds")), Listens()
    if found is None:
        return usual
    port = found.whole("port", 0, least=1024, most=65_535) if found.get("port") is not None else None
    within = found.number("within_seconds", usual.within_seconds, least=0.1, most=3600)
    return Listens(port=port or None, strips=found.flag("strips", False), within_seconds=within)


def _cost(fields: Fields) -> Cost:
    found, usual = _section(fields, "cost", ("coins", "period", "period_seconds", "pro_rata")), Cost()
    if found is None:
        return usual
    found.require("coins", "coins for each period and PxGi (processor × GiB of memory), such as 1.5")
    coins = found.number("coins", 0, least=0, most=_MOST_COINS)
    seconds = found.number("period_seconds", usual.period_seconds, least=1, most=366 * PERIODS["day"])
    if (named := found.get("period")) is not None:
        if found.get("period_seconds") is not None:
            found.findings.fault(named, "a period is given in seconds already: write one of the two")
        if found.text("period") in PERIODS:
            seconds = PERIODS[found.text("period")]
        else:
            found.findings.fault(named, f"must be one of {', '.join(PERIODS)}; or give period_seconds")
    return Cost(coins=Decimal(str(coins)), period_seconds=seconds, pro_rata=found.flag("pro_rata", False))


def _variants(fields: Fields) -> Mapping[str, str]:
    node = fields.get("variants")
    entries = fields.entries("variants")
    if node is None or not isinstance(node.value, Mapping):
        return {}
    found = Fields(fields.findings, node, [name for name, _ in entries])
    return {name: found.text(name, most=500) for name, _ in entries}
