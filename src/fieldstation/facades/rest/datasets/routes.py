"""All routes of data sets."""

from fastapi import APIRouter

from fieldstation.core.datasets.service import Datasets, Uploads
from fieldstation.facades.kit.moving import Movers
from fieldstation.facades.rest.datasets import things, versions
from fieldstation.ports.storage import BlobStore


def router(datasets: Datasets, uploads: Uploads, store: BlobStore, movers: Movers) -> APIRouter:
    """Return the routes of data sets, their versions and files."""
    routes = APIRouter(tags=["datasets"])
    things.add_routes(routes, datasets)
    versions.add_routes(routes, datasets, versions.Intake(uploads=uploads, store=store, movers=movers))
    return routes
