"""The route of lineage: what a version was made from, and what was made from it."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from fieldstation.core.datasets.service import Datasets
from fieldstation.core.people.model import Caller
from fieldstation.core.runs.service.lineage import Direction, Lineage, Lineages
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.runs.shapes import RunOut, run_out
from fieldstation.kernel.clock import wire_time


class NodeOut(BaseModel):
    """One version in the graph."""

    id: str
    dataset: str
    name: str
    number: int
    manifest_digest: str
    files: int
    size: int
    created_at: str


class EdgeOut(BaseModel):
    """`run` read `version` as `slot`, or made it, where `slot` is absent."""

    run: str
    version: str
    slot: str | None = None


class LineageOut(BaseModel):
    """Versions and runs as a graph, as far as you may see it."""

    versions: Sequence[NodeOut]
    runs: Sequence[RunOut]
    edges: Sequence[EdgeOut]
    cut: bool


def lineage_router(lineages: Lineages, datasets: Datasets) -> APIRouter:
    """Return the route of lineage."""
    routes = APIRouter(tags=["datasets"])

    @routes.get(
        "/datasets/{dataset}/versions/{number}/lineage",
        operation_id="show_lineage",
        summary="Show where a version came from, or what was made of it",
        response_model=LineageOut,
        response_model_exclude_none=True,
        responses=responses(404),
    )
    async def show(
        call: CallerCall,
        dataset: str,
        number: int,
        direction: Annotated[
            Direction, Query(description="`up`: what it was made from; `down`: what was made from it")
        ] = Direction.UP,
    ) -> LineageOut:
        def work(tx: Tx, caller: Caller) -> Lineage:
            version = datasets.version(tx, caller, dataset, number)
            return lineages.lineage(tx, caller, version.id, direction)

        return _out(await call(work))

    return routes


def _out(found: Lineage) -> LineageOut:
    return LineageOut(
        versions=[
            NodeOut(
                id=version.id,
                dataset=version.dataset_id,
                name=found.names[version.id],
                number=version.number,
                manifest_digest=version.manifest_digest,
                files=version.file_count,
                size=version.size,
                created_at=wire_time(version.created),
            )
            for version in found.versions
        ],
        runs=[run_out(run) for run in found.runs],
        edges=[EdgeOut(run=edge.run_id, version=edge.version_id, slot=edge.slot) for edge in found.edges],
        cut=found.cut,
    )
