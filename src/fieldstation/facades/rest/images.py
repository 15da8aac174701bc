"""Container images over REST: brought and removed by operators, listed for everybody who runs tools."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from fieldstation.core.datasets.service import Uploads
from fieldstation.core.images.model import Archive, Image
from fieldstation.core.images.service import Images
from fieldstation.core.people.model import Caller
from fieldstation.core.tasks.model import Task
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Conflict

Name = Annotated[str | None, Query(max_length=500, description="only the image that this name means")]


class ImageIn(BaseModel):
    """An image to bring: out of an upload that holds an archive of it, or else from its registry."""

    model_config = ConfigDict(extra="forbid")

    reference: str = Field(min_length=1, max_length=500, examples=["docker.io/library/python:3.13-slim"])
    upload: str | None = Field(default=None, max_length=100, examples=["upload-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b13"])


class BringingOut(BaseModel):
    """The task that brings an image."""

    task: str


class ImageOut(BaseModel):
    """An image that is here, under one of its names."""

    id: str = Field(examples=["image-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b13"])
    reference: str = Field(description="its name in full")
    image: str = Field(description="what runs are pinned to: `oci:` and the digest of its configuration")
    digests: list[str] = Field(description="digests of manifests by which tools may name it")
    size: int = Field(description="bytes of its files")
    layers: int
    created: str = Field(description="when it was built, as it says")
    added: str
    added_by: str


@dataclass(frozen=True, kw_only=True)
class ImagesDoor:
    """What the routes stand on."""

    images: Images
    uploads: Uploads

    def add(self, tx: Tx, caller: Caller, body: ImageIn) -> Task:
        """Begin to bring an image."""
        archive = None
        if body.upload is not None:
            upload = self.uploads.show(tx, caller, body.upload)
            if upload.sha256 is None:
                raise Conflict(
                    "not all bytes of this upload came", next_step="send the rest first", reason="upload_not_whole"
                )
            archive = Archive(upload=upload.id, sha256=upload.sha256)
        return self.images.add(tx, caller, body.reference, archive)


def router(door: ImagesDoor) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["tools"])
    images = door.images

    @routes.get(
        "/images", operation_id="list_images", summary="List the container images that are here", responses=responses()
    )
    async def listed(call: CallerCall, page: ById, name: Name = None) -> PageOut[ImageOut]:
        return await call(lambda tx, caller: page_out(images.page(tx, caller, page, name), _out))

    @routes.post(
        "/images",
        operation_id="add_image",
        summary="Bring a container image from an upload or its registry; the task tells how far it is; for operators",
        status_code=HTTPStatus.ACCEPTED,
        responses=responses(403, 404, 409),
    )
    async def add(body: ImageIn, call: CallerCall) -> BringingOut:
        task = await call(lambda tx, caller: door.add(tx, caller, body))
        return BringingOut(task=task.id)

    @routes.delete(
        "/images/{image_id}",
        operation_id="remove_image",
        summary="Take a name off an image: nothing new is run in it, and its files go a day later; for operators",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404),
    )
    async def remove(image_id: str, call: CallerCall) -> None:
        await call(lambda tx, caller: images.remove(tx, caller, image_id))

    return routes


def _out(image: Image) -> ImageOut:
    content = image.content
    return ImageOut(
        id=image.id,
        reference=image.reference,
        image=content.image,
        digests=list(content.digests),
        size=content.size,
        layers=content.layers,
        created=content.created,
        added=wire_time(image.added_at),
        added_by=image.added_by,
    )
