"""Routes that tell what room data takes, and what would be freed."""

import time
from collections.abc import Mapping

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fieldstation.core.datasets.model import Account, Plan, Share
from fieldstation.core.people.model import Caller
from fieldstation.core.people.service.users import usernames
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.datasets.parts import Parts
from fieldstation.kernel.clock import wire_time

_LONGEST_SECONDS = 30.0


class AccountOut(BaseModel):
    """What you keep at this station, in bytes."""

    used: int = Field(description="by versions of your data sets, those in the trash too")
    reserved: int = Field(description="by uploads under way")
    quota: int
    free: int = Field(description="what may still be reserved")


class ShareOut(BaseModel):
    """A number of things and their bytes together."""

    name: str
    count: int
    size: int


class TrashedOut(BaseModel):
    """A data set in the trash."""

    id: str
    name: str
    owner: str
    size: int
    purge_after: str


class PlanOut(BaseModel):
    """What the next collection would free, and who holds the rest."""

    free: ShareOut = Field(description="blobs that nothing names")
    due: ShareOut = Field(description="what goes with data sets whose time in the trash is over")
    waiting: ShareOut = Field(description="blobs that nothing names but somebody touched in the last day")
    trash: list[TrashedOut] = Field(description="the largest that can still be restored")
    holders: list[ShareOut] = Field(description="what keeps blobs beside versions, by kind")
    owners: list[ShareOut] = Field(description="who keeps most: data sets and bytes")


def add_routes(routes: APIRouter, parts: Parts) -> None:
    """Add the routes of storage."""

    @routes.get("/storage", operation_id="show_storage", summary="Show what you keep here", responses=responses())
    async def show(call: CallerCall) -> AccountOut:
        return await call(lambda tx, caller: _account(parts.uploads.account(tx, caller)))

    @routes.get(
        "/storage/plan",
        operation_id="plan_collection",
        summary="Show an operator what would be freed and who holds the rest",
        responses=responses(403),
    )
    async def plan(call: CallerCall) -> PlanOut:
        def work(tx: Tx, caller: Caller) -> PlanOut:
            found = parts.garbage.plan(tx, caller)
            owners = {trashed.owner for trashed in found.trash} | {owner.name for owner in found.owners}
            return _plan(found, usernames(tx, owners))

        return await call(work)

    @routes.post(
        "/storage/collection",
        operation_id="collect_garbage",
        summary="Free now what may be freed, and show what is left (operators)",
        description="The station does this by itself each hour. What is not freed within half a minute goes later.",
        responses=responses(403, 409),
    )
    async def collect(call: CallerCall) -> PlanOut:
        await call(parts.garbage.may_collect)
        deadline = time.monotonic() + _LONGEST_SECONDS
        for step in parts.garbage.steps():
            while await call.core.run(step) and time.monotonic() < deadline:
                pass
        return await plan(call)


def _account(account: Account) -> AccountOut:
    return AccountOut(used=account.used, reserved=account.reserved, quota=account.quota, free=account.free)


def _plan(plan: Plan, names: Mapping[str, str]) -> PlanOut:
    return PlanOut(
        free=_share(plan.free),
        due=_share(plan.due),
        waiting=_share(plan.waiting),
        trash=[
            TrashedOut(
                id=trashed.id,
                name=trashed.name,
                owner=names.get(trashed.owner, trashed.owner),
                size=trashed.size,
                purge_after=wire_time(trashed.purge_after),
            )
            for trashed in plan.trash
        ],
        holders=[_share(holder) for holder in plan.holders],
        owners=[ShareOut(name=names.get(one.name, one.name), count=one.count, size=one.size) for one in plan.owners],
    )


def _share(share: Share) -> ShareOut:
    return ShareOut(name=share.name, count=share.count, size=share.size)
