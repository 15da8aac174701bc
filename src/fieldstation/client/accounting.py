"""Who pays for what: organisations, their units, what those subscribed to, and the assets of jobs."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fieldstation.client.answers import read
from fieldstation.client.things import Json
from fieldstation.client.transport import Transport, at


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """Who pays together; `users` are the members beside the owner, told to members."""

    id: str
    name: str
    builtin: bool
    privacy: str
    member: bool
    users: Sequence[str]
    created: datetime
    owner: str | None = None


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A part of an organisation that holds products; `organisation` is an id."""

    id: str
    name: str
    organisation: str
    organisation_name: str
    personal: bool
    billing_day: int
    privacy: str
    member: bool
    users: Sequence[str]
    created: datetime
    owner: str | None = None


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Coins (decimal) of one billing period for a flavour."""

    flavour: str
    allowance: str
    limit: str


@dataclass(frozen=True, kw_only=True)
class Tariff:
    """What can be subscribed to, and what it costs in coins (decimal)."""

    tiers: Sequence[Terms]
    storage_cost: str
    storage_unit_bytes: int
    allowance_multiplier: str
    overspend_multiplier: str


@dataclass(frozen=True, kw_only=True)
class Period:
    """A billing period: its first day, and that of the next one."""

    begin: str
    end: str
    remaining_days: int


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The project that a product pays for."""

    project: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Product:
    """What a unit subscribed to; coins are decimal; `claim` is of a tier that pays for a project."""

    id: str
    name: str
    type: str
    unit: str
    unit_name: str
    organisation: str
    allowance: str
    limit: str
    used: str
    today: str
    open: str
    held: str
    burn_rate: str
    prediction: str
    storage_bytes: int
    at_limit: bool
    period: Period
    created: datetime
    flavour: str | None = None
    claim: Claim | None = None


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A named text or file for jobs; what is no text is in `content_base64`, of a secret one there is neither."""

    id: str
    name: str
    scope: str
    creator: str
    secret: bool
    enabled: bool
    attached: bool
    created: datetime
    scope_id: str | None = None
    description: str | None = None
    content: str | None = None
    content_base64: str | None = None
    content_changed: datetime | None = None


class _Joined:
    """Things that users belong to; one is named by its id, or by its name where that is clear."""

    kind: str  # as in addresses

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def add(self, thing: str, username: str) -> None:
        """Make a user a member."""
        self._transport.send("PUT", at(self.kind, thing, "members", username))

    def take(self, thing: str, username: str) -> None:
        """Take a user out."""
        self._transport.send("DELETE", at(self.kind, thing, "members", username))

    def delete(self, thing: str) -> None:
        """Remove a thing with nothing in it."""
        self._transport.send("DELETE", at(self.kind, thing))


class Organisations(_Joined):
    """Everything about organisations."""

    kind = "organisations"

    def create(self, name: str, owner: str, *, privacy: str | None = None) -> Organisation:
        """Make an organisation for its owner; for operators."""
        body = _given({"name": name, "owner": owner, "privacy": privacy})
        return read(Organisation, self._transport.send("POST", at(self.kind), body))

    def all(self) -> Iterator[Organisation]:
        """Yield the organisations that the caller sees, newest first."""
        return self._transport.pages(Organisation, at(self.kind))

    def show(self, organisation: str) -> Organisation:
        """Return one organisation."""
        return self._transport.get_as(Organisation, at(self.kind, organisation))

    def change(self, organisation: str, **changes: Json) -> Organisation:
        """Change what is given: `name`, `privacy`."""
        return read(Organisation, self._transport.send("PATCH", at(self.kind, organisation), changes))


class Units(_Joined):
    """Everything about units."""

    kind = "units"

    def create(self, organisation: str, name: str, *, billing_day: int, privacy: str | None = None) -> Unit:
        """Make a unit that the caller owns."""
        body = _given({"name": name, "billing_day": billing_day, "privacy": privacy})
        return read(Unit, self._transport.send("POST", at("organisations", organisation, "units"), body))

    def create_personal(self, billing_day: int) -> Unit:
        """Make the caller's personal unit."""
        return read(Unit, self._transport.send("PUT", at("personal-unit"), {"billing_day": billing_day}))

    def personal(self) -> Unit:
        """Return the caller's personal unit."""
        return self._transport.get_as(Unit, at("personal-unit"))

    def delete_personal(self) -> None:
        """Remove the caller's personal unit."""
        self._transport.send("DELETE", at("personal-unit"))

    def all(self, *, organisation: str | None = None) -> Iterator[Unit]:
        """Yield the units that the caller sees, newest first, of one organisation or of all."""
        return self._transport.pages(Unit, at(self.kind), {"organisation": organisation} if organisation else None)

    def show(self, unit: str) -> Unit:
        """Return one unit."""
        return self._transport.get_as(Unit, at(self.kind, unit))

    def change(self, unit: str, **changes: Json) -> Unit:
        """Change what is given: `name`, `privacy`."""
        return read(Unit, self._transport.send("PATCH", at(self.kind, unit), changes))


class Products:
    """Everything about products; one is named by its id."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def tariff(self) -> Tariff:
        """Return what can be subscribed to."""
        return self._transport.get_as(Tariff, at("tariff"))

    def create_tier(self, unit: str, name: str, flavour: str) -> Product:
        """Subscribe to a project tier."""
        return self._create({"type": "project_tier", "unit": unit, "name": name, "flavour": flavour})

    def create_storage(self, unit: str, name: str, *, allowance: str, limit: str | None = None) -> Product:
        """Subscribe to storage for so many coins."""
        terms = _given({"allowance": allowance, "limit": limit})
        return self._create({"type": "storage", "unit": unit, "name": name, **terms})

    def all(self, *, unit: str | None = None, organisation: str | None = None) -> Iterator[Product]:
        """Yield the products that the caller sees, newest first."""
        asked = {"unit": unit, "organisation": organisation}
        return self._transport.pages(Product, at("products"), {key: one for key, one in asked.items() if one})

    def show(self, product: str) -> Product:
        """Return one product."""
        return self._transport.get_as(Product, at("products", product))

    def change(self, product: str, **changes: Json) -> Product:
        """Change what is given: `name`, `allowance`, `limit`; coins can only become more."""
        return read(Product, self._transport.send("PATCH", at("products", product), changes))

    def delete(self, product: str) -> None:
        """Remove a product that no project has claimed."""
        self._transport.send("DELETE", at("products", product))

    def _create(self, body: Mapping[str, Json]) -> Product:
        return read(Product, self._transport.send("POST", at("products"), body))


class Assets:
    """Everything about assets; one is named by its id."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(self, name: str, content: bytes, *, scope: str = "user", **more: Json) -> Asset:
        """Make an asset; `more` may have `scope_id`, `description` and `secret`."""
        body = {"name": name, "scope": scope, **_content(content), **more}
        return read(Asset, self._transport.send("POST", at("assets"), body))

    def all(self, *, scope: str | None = None, scope_id: str | None = None) -> Iterator[Asset]:
        """Yield the assets that the caller sees, newest first."""
        asked = {"scope": scope, "scope_id": scope_id}
        return self._transport.pages(Asset, at("assets"), {key: one for key, one in asked.items() if one})

    def show(self, asset: str) -> Asset:
        """Return one asset."""
        return self._transport.get_as(Asset, at("assets", asset))

    def change(self, asset: str, content: bytes | None = None, **changes: Json) -> Asset:
        """Change the content, and what is given: `description`, `enabled`, `attached`."""
        body = changes if content is None else {**changes, **_content(content)}
        return read(Asset, self._transport.send("PATCH", at("assets", asset), body))

    def delete(self, asset: str) -> None:
        """Remove an asset that is not attached."""
        self._transport.send("DELETE", at("assets", asset))


def _given(values: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in values.items() if value is not None}


def _content(content: bytes) -> dict[str, Json]:
    try:
        return {"content": content.decode()}
    except UnicodeDecodeError:
        return {"content_base64": base64.b64encode(content).decode()}
