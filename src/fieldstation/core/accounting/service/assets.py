"""Assets: named contents that jobs of a person, a product, a unit, an organisation or of everybody are given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fieldstation.core.accounting.model.assets import (
    Asset,
    AssetChange,
    GivenAsset,
    NewAsset,
    Scope,
    check_content,
    check_description,
    check_name,
)
from fieldstation.core.accounting.service.products import Products
from fieldstation.core.accounting.store import assets as store
from fieldstation.core.actions.service import act
from fieldstation.core.audit.model import Deed, Entry
from fieldstation.core.people.model import Caller, Kind, Permission, Thing
from fieldstation.core.people.service import Access, Organisations, Units
from fieldstation.core.people.service.organisations import operates
from fieldstation.core.people.service.users import usernames
from fieldstation.db import Tx
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from fieldstation.kernel.ids import new_id
from fieldstation.kernel.paging import Page, PageRequest, page_of
from fieldstation.kernel.sealing import Sealer
from fieldstation.ports.hooks import Transaction

KIND = "asset"  # what their ids begin with


@dataclass(frozen=True, kw_only=True)
class Holders:
    """What assets belong to."""

    organisations: Organisations
    units: Units
    products: Products


class Assets:
    """Keeps assets.

    Who belongs to a scope sees its assets, and keeps them too, but for those of everybody, which operators keep, and
    those of an organisation, which its own members keep. The content of a secret one is told to nobody.
    """

    def __init__(self, access: Access, sealer: Sealer, holders: Holders) -> None:
        self._access = access
        self._sealer = sealer
        self._holders = holders

    def create(self, tx: Tx, caller: Caller, new: NewAsset) -> Asset:
        """Make an asset, enabled and attached to nothing; Conflict when its scope has one of this name."""
        self._access.require(caller, Permission.STATION_USE)
        check_name(new.name)
        check_content(new.content)
        check_description(new.description)
        scope_id = self._scope_id(tx, caller, new.scope, new.scope_id)
        asset_id = new_id(KIND)
        values = {
            "id": asset_id,
            "name": new.name,
            "scope": new.scope,
            "scope_id": scope_id,
            "creator": caller.user_id,
            "description": new.description,
            "secret": new.secret,
            "sealed": self._sealer.seal(new.content, asset_id),
        }
        if not store.insert(tx, values):
            raise Conflict(
                f"there is an asset {new.name} in this scope", next_step="choose another name", reason="taken"
            )
        body: dict[str, Json] = {"name": new.name, "scope": new.scope, "scope_id": scope_id, "secret": new.secret}
        act(
            tx,
            Entry(actor=caller.user_id, deed=Deed.ASSET_CREATED, thing=asset_id, body=body),
            _about(new.scope, scope_id),
        )
        return self.show(tx, caller, asset_id)

    def show(self, tx: Tx, caller: Caller, asset_id: str) -> Asset:
        """Return one asset, with its content unless it is secret."""
        row = self._row(tx, caller, asset_id)
        return self._asset(row, usernames(tx, [row.creator]))

    def list(
        self, tx: Tx, caller: Caller, request: PageRequest, filters: Mapping[str, str] | None = None
    ) -> Page[Asset]:
        """Return the assets that the caller sees, newest first, without long contents.

        `filters` may have `scope` and `scope_id`.
        """
        before = request.after[0] if request.after else store.LAST
        rows = store.page(tx, before, request.limit + 1, filters or {}, self._seen(caller))
        names = usernames(tx, [row.creator for row in rows])
        return page_of([self._asset(row, names) for row in rows], request, lambda each: (each.id,))

    def change(self, tx: Tx, caller: Caller, asset_id: str, change: AssetChange) -> Asset:
        """Change what an asset says and holds, whether it is enabled, and whether jobs of this station get it."""
        row = self._kept(tx, caller, asset_id)
        check_description(change.description)
        if change.content is not None:
            check_content(change.content)
        sealed = None if change.content is None else self._sealer.seal(change.content, row.id)
        kept = {"description": row.description, "enabled": row.enabled, "attached": row.attached}
        given = {name: getattr(change, name) for name in kept if getattr(change, name) is not None}
        store.change(tx, {**kept, **given, "id": row.id, "sealed": sealed})
        body: dict[str, Json] = {**given, "name": row.name, "content": change.content is not None}
        act(
            tx,
            Entry(actor=caller.user_id, deed=Deed.ASSET_CHANGED, thing=row.id, body=body),
            _about(row.scope, row.scope_id),
        )
        return self.show(tx, caller, asset_id)

    def remove(self, tx: Tx, caller: Caller, asset_id: str) -> None:
        """Remove an asset that is not attached, with its content."""
        row = self._kept(tx, caller, asset_id)
        if row.attached:
            raise Conflict("this asset is attached", next_step="detach it first", reason="in_use")
        store.remove(tx, row.id)
        act(
            tx,
            Entry(actor=caller.user_id, deed=Deed.ASSET_REMOVED, thing=row.id, body={"name": row.name}),
            _about(row.scope, row.scope_id),
        )

    def usable(self, tx: Tx, caller: Caller, names: Sequence[str], product_id: str | None = None) -> Mapping[str, str]:
        """Return the id of the asset that each of `names` means to a job of the caller that `product_id` pays for.

        In one or two statements; a name that means none is absent. Who calls has decided that the caller may use what
        the product pays for: its assets, and those of its unit and organisation, are for all work that it pays.
        """
        found = self._holders.products.briefs(tx, [product_id]).get(product_id) if product_id else None
        values = {
            "names": list(names),
            "user": caller.username,
            "product": found.id if found else None,
            "unit": found.unit_id if found else None,
            "organisation": found.organisation_id if found else None,
        }
        return {row.name: row.id for row in store.usable(tx, values)}

    def given(self, tx: Tx, asset_id: str) -> GivenAsset:
        """Return what a job is given of an asset that `usable` found; NotFound once it may not be."""
        row = store.sealed(tx, asset_id)
        if row is None:
            raise NotFound(
                "an asset was removed, disabled or detached after the launch", next_step="launch again when it is back"
            )
        return GivenAsset(content=self._sealer.open(row.sealed, asset_id), secret=row.secret)

    def _scope_id(self, tx: Tx, caller: Caller, scope: Scope, given: str | None) -> str:
        if scope is Scope.GLOBAL:
            self._access.require(caller, Permission.STATION_OPERATE)
            if given:
                raise Invalid("what is for everybody has no scope id", next_step="leave the scope id out")
            return ""
        if scope is Scope.USER:
            return self._username(tx, caller, given or caller.username)
        if not given:
            raise Invalid(f"an asset of a {scope} needs its id", next_step=f"give the id of the {scope} as scope id")
        return self._holder(tx, caller, scope, given)

    def _holder(self, tx: Tx, caller: Caller, scope: Scope, reference: str) -> str:
        if scope is Scope.PRODUCT:
            return self._holders.products.kept(tx, caller, reference).id
        if scope is Scope.UNIT:
            unit = self._holders.units.find(tx, caller, reference, Permission.UNIT_USE)
            self._holders.units.keep(tx, unit.id)
            return unit.id
        organisation = self._holders.organisations.find(tx, caller, reference, Permission.ORGANISATION_USE)
        self._holders.organisations.keep(tx, organisation.id)
        return organisation.id

    def _username(self, tx: Tx, caller: Caller, username: str) -> str:
        if username != caller.username:
            self._access.require(caller, Permission.STATION_OPERATE)
            self._access.principal_of(tx, username)
        return username

    def _seen(self, caller: Caller) -> tuple[str | None, Mapping[str, Any]]:
        """Return the query of the scopes that the caller sees, None for all, and its values."""
        self._access.require(caller, Permission.STATION_USE)
        units = self._access.visible(caller, Permission.UNIT_USE, Kind.UNIT)
        organisations = self._access.visible(caller, Permission.ORGANISATION_READ, Kind.ORGANISATION)
        query = None if operates(caller) else store.seen_scopes(units.sql, organisations.sql)
        return query, {"own_name": caller.username, **units.values, **organisations.values}

    def _row(self, tx: Tx, caller: Caller, asset_id: str, *, lock: bool = False) -> Any:
        row = store.one(tx, asset_id, self._seen(caller), lock=lock)
        if row is None:
            raise hidden()
        return row

    def _kept(self, tx: Tx, caller: Caller, asset_id: str) -> Any:
        """Return the row of an asset that the caller may change."""
        row = self._row(tx, caller, asset_id, lock=True)
        if row.scope == Scope.GLOBAL and not operates(caller):
            raise _not_yours("operators")
        thing = Thing(kind=Kind.ORGANISATION, id=row.scope_id)
        if row.scope == Scope.ORGANISATION and not self._access.may(tx, caller, Permission.ORGANISATION_USE, thing):
            raise _not_yours("members of the organisation")
        return row

    def _asset(self, row: Any, names: Mapping[str, str]) -> Asset:
        return Asset(
            id=row.id,
            name=row.name,
            scope=Scope(row.scope),
            scope_id=row.scope_id,
            creator=names[row.creator],
            description=row.description,
            secret=row.secret,
            enabled=row.enabled,
            attached=row.attached,
            content=None if row.secret or row.sealed is None else self._sealer.open(row.sealed, row.id),
            created_at=row.created_at,
            content_changed_at=row.content_changed_at,
        )


class AssetsOfThings:
    """Keeps a product, a unit or an organisation while it has assets."""

    def removing(self, tx: Transaction, thing: str) -> None:
        """Raise Conflict while the thing has any."""
        assert isinstance(tx, Tx)
        if store.within(tx, thing):
            raise Conflict(
                "it has assets", next_step="delete its assets first: fieldstation asset list", reason="in_use"
            )


def _about(scope: str, scope_id: str) -> str | None:
    """Return the organisation, unit or product that an asset belongs to, if one."""
    return scope_id if scope in (Scope.ORGANISATION, Scope.UNIT, Scope.PRODUCT) else None


def hidden() -> NotFound:
    """Return the one error for an asset that does not exist and for one that the caller may not see."""
    return NotFound(
        "there is no asset with this id, or you may not see it",
        next_step="see what there is: fieldstation asset list",
    )


def _not_yours(who: str) -> Forbidden:
    return Forbidden(f"only {who} keep this asset", next_step=f"ask one of the {who}", reason="role_missing")
