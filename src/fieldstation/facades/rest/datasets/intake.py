"""Files of a request taken in: as a form, or as a tar."""

import json
from collections.abc import Mapping

from fastapi import Request

from fieldstation.core.datasets.model import NewVersion
from fieldstation.core.datasets.service import Incoming
from fieldstation.facades.kit.forms import Form
from fieldstation.facades.kit.moving import Movers
from fieldstation.facades.kit.tars import Tar
from fieldstation.facades.rest.datasets.receive import Received
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Invalid

FORM = "multipart/form-data"
TAR = "application/x-tar"


async def take_in(request: Request, kind: str, received: Received, movers: Movers) -> Mapping[str, Json]:
    """Read the files of a request of this media type into the store, and return the metadata that came with them."""
    metadata = request.query_params.get("metadata")
    if kind == FORM:
        form = Form(request.headers["content-type"], received.open_part)
        await movers.take_in(request.stream(), form.feed)
        form.close()
        metadata = form.fields.get("metadata", metadata)
    else:
        archive = Tar(received)
        await movers.take_in(request.stream(), archive.feed)
        archive.close()
    found = read_metadata(metadata)
    await movers.run(received.finish)
    return found


def version_of(incoming: Incoming, received: Received, metadata: Mapping[str, Json]) -> NewVersion:
    """Return the version that was received; Invalid when no file came."""
    new = NewVersion(
        dataset_id=incoming.dataset_id, files=received.files, metadata=metadata, author_id=incoming.caller.user_id
    )
    if not new.files:
        raise Invalid("no file came", next_step="send at least one, in a part called `files`", reason="no_files")
    return new


def announced_size(request: Request) -> int:
    """Return how many bytes the request says that it has; Invalid when it does not say."""
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdigit() and len(length) < 19):  # what PostgreSQL counts in
        raise Invalid(
            "the request does not say how long it is, so that no room can be reserved",
            next_step="send a Content-Length, or upload in pieces at /api/v1/uploads",
            reason="length_required",
        )
    return int(length)


def read_metadata(text: str | None) -> Mapping[str, Json]:
    """Read the metadata of a version from JSON text; Invalid unless it is an object."""
    try:
        metadata = json.loads(text) if text else {}
    except (ValueError, RecursionError) as error:
        raise Invalid(f"the metadata is not JSON: {error}", next_step="send a JSON object", reason="metadata") from None
    if not isinstance(metadata, dict):
        raise Invalid("the metadata is not a JSON object", next_step="send an object such as {}", reason="metadata")
    return metadata
