"""Routes of data sets themselves."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import WithJsonSchema

from fieldstation.core.datasets.model import Dataset
from fieldstation.core.datasets.service import Datasets, Filter, Trash
from fieldstation.core.people.model import Caller
from fieldstation.core.people.service.users import usernames
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.datasets.shapes import DatasetChange, DatasetIn, DatasetOut, dataset_out
from fieldstation.facades.rest.members import MemberIn, MembersOut, members_out
from fieldstation.facades.rest.names import Text
from fieldstation.kernel.errors import Invalid
from fieldstation.kernel.paging import Page

Label = Annotated[str, WithJsonSchema({"type": "string", "pattern": "^[^=\\u0000][^\\u0000]*$"})]


def add_routes(routes: APIRouter, datasets: Datasets) -> None:
    """Add the routes that make, show, list and change data sets."""

    @routes.post(
        "/datasets",
        operation_id="create_dataset",
        summary="Make a data set",
        status_code=HTTPStatus.CREATED,
        response_model_exclude_none=True,
        responses=responses(403, 409),
    )
    async def create(body: DatasetIn, call: CallerCall) -> DatasetOut:
        return await call(lambda tx, caller: shown(tx, datasets.create(tx, caller, body.new())))

    @routes.get(
        "/datasets",
        operation_id="list_datasets",
        summary="List data sets, newest first",
        response_model_exclude_none=True,
        responses=responses(),
    )
    async def list_all(
        call: CallerCall,
        page: ById,
        name: Annotated[Text | None, Query(description="only names that begin so", max_length=100)] = None,
        label: Annotated[
            list[Label] | None, Query(description="only with this label: `key=value`; may be repeated")
        ] = None,
        own: Annotated[bool, Query(description="only those you own")] = False,
        trashed: Annotated[bool, Query(description="those in the trash, instead of those that are not")] = False,
    ) -> PageOut[DatasetOut]:
        labels = _labels(label or [])

        def work(tx: Tx, caller: Caller) -> PageOut[DatasetOut]:
            wanted = Filter(owner=caller.user_id if own else None, prefix=name, labels=labels, trashed=trashed)
            return _page(tx, datasets.list(tx, caller, wanted, page))

        return await call(work)

    @routes.get(
        "/datasets/{reference}",
        operation_id="show_dataset",
        summary="Show a data set, by id or name",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def show(reference: str, call: CallerCall) -> DatasetOut:
        return await call(lambda tx, caller: shown(tx, datasets.show(tx, caller, reference)))

    @routes.patch(
        "/datasets/{reference}",
        operation_id="change_dataset",
        summary="Change name, texts, labels or schema of a data set",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def change(reference: str, body: DatasetChange, call: CallerCall) -> DatasetOut:
        return await call(lambda tx, caller: shown(tx, datasets.edit(tx, caller, reference, body.change())))


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


def add_trash(routes: APIRouter, trash: Trash) -> None:
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
        return await call(lambda tx, caller: shown(tx, trash.put(tx, caller, reference, at_once=at_once)))

    @routes.post(
        "/datasets/{reference}/restore",
        operation_id="restore_dataset",
        summary="Take a data set out of the trash, by id or name",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def restore(reference: str, call: CallerCall) -> DatasetOut:
        return await call(lambda tx, caller: shown(tx, trash.take_back(tx, caller, reference)))


def shown(tx: Tx, dataset: Dataset) -> DatasetOut:
    """Write one data set with the name of its owner."""
    return dataset_out(dataset, usernames(tx, [dataset.owner]))


def _page(tx: Tx, page: Page[Dataset]) -> PageOut[DatasetOut]:
    names = usernames(tx, {dataset.owner for dataset in page.items})
    return page_out(page, lambda dataset: dataset_out(dataset, names))


def _labels(given: Sequence[str]) -> dict[str, str]:
    if bad := [label for label in given if not label.partition("=")[0] or "\0" in label]:
        raise Invalid(f"{bad[0]!r} is not a label", next_step="write label=key=value")
    return {label.partition("=")[0]: label.partition("=")[2] for label in given}
