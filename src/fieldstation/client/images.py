"""Container images of a station."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fieldstation.client.errors import ClientError
from fieldstation.client.multipart import Progress
from fieldstation.client.sources import Source
from fieldstation.client.transport import Transport, at
from fieldstation.client.uploads import send_all


@dataclass(frozen=True, kw_only=True)
class Image:
    """An image under one of its names; `image` is what runs are pinned to, `size` is in bytes."""

    id: str
    reference: str
    image: str
    size: int
    layers: int
    created: str
    added: datetime
    added_by: str
    digests: Sequence[str] = ()


class Images:
    """What tools and jobs can run in; brought and removed by operators."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def all(self) -> Iterator[Image]:
        """Yield the images, by name."""
        return self._transport.pages(Image, at("images"))

    def get(self, name: str) -> Image:
        """Return the image that a name means; ClientError (`no_image`) when there is none."""
        for found in self._transport.pages(Image, at("images"), {"name": name}):
            return found
        raise ClientError(
            f"there is no image {name} at the station", reason="no_image", next_step="see: fieldstation image list"
        )

    def add(self, reference: str, archive: Path | None = None, progress: Progress = lambda _bytes: None) -> str:
        """Have an image be brought, out of an archive of `docker save` or from its registry; returns the task's id."""
        body: dict[str, str] = {"reference": reference}
        if archive is not None:
            (sent,) = send_all(
                self._transport, [Source(path=archive.name, file=archive, size=archive.stat().st_size)], progress
            )
            body["upload"] = sent.upload
        return str(self._transport.send("POST", at("images"), body)["task"])

    def remove(self, name: str) -> None:
        """Take a name off its image."""
        self._transport.send("DELETE", at("images", self.get(name).id))
