"""What all routes of data sets are handed."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Path

from fieldstation.core.datasets.service import Contents, Datasets, Folders, Garbage, Registrar, Removals, Trash, Uploads
from fieldstation.core.people.service import People
from fieldstation.facades.kit.moving import Movers
from fieldstation.ports.storage import BlobStore

Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="number of the version")]


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The services, the store and the threads that move bytes."""

    people: People
    datasets: Datasets
    folders: Folders
    uploads: Uploads
    contents: Contents
    registrar: Registrar
    trash: Trash
    removals: Removals
    garbage: Garbage
    store: BlobStore
    movers: Movers
    address: str  # of the station, as users see it
