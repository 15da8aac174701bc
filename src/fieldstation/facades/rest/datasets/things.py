"""Routes of data sets themselves."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from fieldstation.core.datasets.model import Dataset, Facets
from fieldstation.core.datasets.service import Datasets, Trash
from fieldstation.core.people.model import Caller
from fieldstation.core.people.service.users import usernames
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.pages import ById
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.datasets.narrowing import Narrowed, Searched, narrowed, searched, wanted_of
from fieldstation.facades.rest.datasets.shapes import (
    DatasetChange,
    DatasetIn,
    DatasetOut,
    DatasetPageOut,
    dataset_out,
    facets_out,
)
from fieldstation.facades.rest.members import MemberIn, MembersOut, members_out
from fieldstation.kernel.paging import Page


def add_routes(routes: APIRouter, datasets: Datasets) -> None:
    """Add the routes that make, show, list and change data sets."""

    @routes.post(
        "/datasets",
        operation_id="create_dataset",
        summary="Make a data set",
        status_code=HTTPStatus.CREATED,
        response_model_exclude_none=True,
        responses=responses(402, 403, 404, 409),
    )
    async def create(body: DatasetIn, call: CallerCall) -> DatasetOut:
        return await call(lambda tx, caller: shown(tx, caller, datasets, datasets.create(tx, caller, body.new())))

    @routes.get(
        "/datasets",
        operation_id="list_datasets",
        summary="List or search data sets, newest first",
        response_model_exclude_none=True,
        responses=responses(),
    )
    async def list_all(
        call: CallerCall,
        page: ById,
        narrowed: Annotated[Narrowed, Depends(narrowed)],
        searched: Annotated[Searched, Depends(searched)],
        facets: Annotated[bool, Query(description="also count them by owner, origin and label")] = False,
    ) -> DatasetPageOut:
        def work(tx: Tx, caller: Caller) -> DatasetPageOut:
            wanted = wanted_of(tx, caller, narrowed, searched)
            counts = datasets.facets(tx, caller, wanted) if facets else None
            return _page(tx, datasets.list(tx, caller, wanted, page), counts)

        return await call(work)

    @routes.get(
        "/datasets/{reference}",
        operation_id="show_dataset",
        summary="Show a data set, by id or name",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def show(reference: str, call: CallerCall) -> DatasetOut:
        return await call(lambda tx, caller: shown(tx, caller, datasets, datasets.show(tx, caller, reference)))

    @routes.patch(
        "/datasets/{reference}",
        operation_id="change_dataset",
        summary="Change name, texts, labels or schema of a data set",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def change(reference: str, body: DatasetChange, call: CallerCall) -> DatasetOut:
        return await call(
            lambda tx, caller: shown(tx, caller, datasets, datasets.edit(tx, caller, reference, body.change()))
        )


def add_sharing(routes: APIRouter, datasets: Datasets) -> None:
    """Add the routes of who may do what with a data set."""

    @routes.get(
        "/datasets/{reference}/members",
        operation_id="list_dataset_members",
        summary="List who has which role on a data set",
        responses=responses(403, 404, 409),
    )
    async def members(reference: str, call: CallerCall) -> MembersOut:
        return await call(lambda tx, caller: members_out(datasets.members(tx, caller, reference)))

    @routes.put(
        "/datasets/{reference}/members/{username}",
        operation_id="set_dataset_member",
        summary="Give a user, `group:<name>` or `everyone` a role on a data set",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404, 409),
    )
    async def put(reference: str, username: str, body: MemberIn, call: CallerCall) -> None:
        await call(lambda tx, caller: datasets.set_member(tx, caller, reference, username, body.role))

    @routes.delete(
        "/datasets/{reference}/members/{username}",
        operation_id="remove_dataset_member",
        summary="Take the role of a user, `group:<name>` or `everyone` on a data set",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404, 409),
    )
    async def remove(reference: str, username: str, call: CallerCall) -> None:
        await call(lambda tx, caller: datasets.remove_member(tx, caller, reference, username))


def add_trash(routes: APIRouter, datasets: Datasets, trash: Trash) -> None:
    """Add the routes to the trash and back."""

    @routes.delete(
        "/datasets/{reference}",
        operation_id="trash_dataset",
        summary="Put a data set into the trash, from where it can be restored until `purge_after`",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def put(
        reference: str,
        call: CallerCall,
        at_once: Annotated[bool, Query(description="let its files be removed without delay")] = False,
    ) -> DatasetOut:
        return await call(
            lambda tx, caller: shown(tx, caller, datasets, trash.put(tx, caller, reference, at_once=at_once))
        )

    @routes.post(
        "/datasets/{reference}/restore",
        operation_id="restore_dataset",
        summary="Take a data set out of the trash, by id or name",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def restore(reference: str, call: CallerCall) -> DatasetOut:
        return await call(lambda tx, caller: shown(tx, caller, datasets, trash.take_back(tx, caller, reference)))


def shown(tx: Tx, caller: Caller, datasets: Datasets, dataset: Dataset) -> DatasetOut:
    """Write one data set with the name of its owner and what the caller may do with it."""
    permissions = datasets.permissions(tx, caller, dataset.id)
    return dataset_out(dataset, usernames(tx, [dataset.owner]), permissions)


def _page(tx: Tx, page: Page[Dataset], counts: Facets | None) -> DatasetPageOut:
    names = usernames(tx, {*(dataset.owner for dataset in page.items), *(counts.owners if counts else ())})
    return DatasetPageOut(
        items=[dataset_out(dataset, names) for dataset in page.items],
        next=page.next,
        facets=facets_out(counts, names) if counts else None,
    )
