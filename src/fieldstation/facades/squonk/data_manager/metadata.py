"""Metadata of data sets and their versions: labels, annotations, and the fields that these tell of."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter

from fieldstation.core.datasets.service import Annotations
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.squonk.application import refusals
from fieldstation.facades.squonk.arguments import GivenArguments, described
from fieldstation.facades.squonk.data_manager.datasets import DatasetId, Number

Document = dict[str, Any]  # as the package im-data-manager-metadata writes and reads it


def router(annotations: Annotations) -> APIRouter:
    """Return the routes; they come before those whose last part is any version."""
    routes = APIRouter(tags=["dataset"])
    _add_of_dataset(routes, annotations)
    _add_of_version(routes, annotations)
    return routes


def _add_of_dataset(routes: APIRouter, annotations: Annotations) -> None:
    path = "/dataset/{dataset_id}/meta"

    @routes.get(
        path, operation_id="get_dataset_metadata", summary="The metadata of a data set", responses=refusals(404)
    )
    async def read(dataset_id: DatasetId, call: CallerCall) -> Document:
        return await call(lambda tx, caller: annotations.of_dataset(tx, caller, dataset_id))

    @routes.post(
        path,
        operation_id="update_dataset_metadata",
        summary="Change the description and the labels of a data set",
        status_code=HTTPStatus.CREATED,
        responses=refusals(404, 409),
        openapi_extra=described(optional=("meta_properties", "labels")),
    )
    async def note(dataset_id: DatasetId, arguments: GivenArguments, call: CallerCall) -> Document:
        properties, labels = arguments.text("meta_properties"), arguments.text("labels")
        return await call(lambda tx, caller: annotations.note_dataset(tx, caller, dataset_id, properties, labels))


def _add_of_version(routes: APIRouter, annotations: Annotations) -> None:
    path = "/dataset/{dataset_id}/meta/{dataset_version}"

    @routes.get(path, operation_id="get_version_metadata", summary="The metadata of a version", responses=refusals(404))
    async def read(dataset_id: DatasetId, dataset_version: Number, call: CallerCall) -> Document:
        return await call(lambda tx, caller: annotations.of_version(tx, caller, dataset_id, dataset_version))

    @routes.post(
        path,
        operation_id="update_version_metadata",
        summary="Annotate a version",
        status_code=HTTPStatus.CREATED,
        responses=refusals(404, 409),
        openapi_extra=described(optional=("meta_properties", "annotations")),
    )
    async def note(
        dataset_id: DatasetId, dataset_version: Number, arguments: GivenArguments, call: CallerCall
    ) -> Document:
        texts = arguments.text("meta_properties"), arguments.text("annotations")
        return await call(lambda tx, caller: annotations.note_version(tx, caller, dataset_id, dataset_version, texts))

    @routes.get(
        "/dataset/{dataset_id}/schema/{dataset_version}",
        operation_id="get_dataset_schema",
        summary="The fields that a version is said to have",
        responses=refusals(404),
    )
    async def schema(dataset_id: DatasetId, dataset_version: Number, call: CallerCall) -> Document:
        return await call(lambda tx, caller: annotations.schema_of(tx, caller, dataset_id, dataset_version))
