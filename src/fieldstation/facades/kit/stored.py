"""Files of versions, as they are sent."""

from fieldstation.core.datasets.model import media_type_of
from fieldstation.core.datasets.service import Contents, File
from fieldstation.facades.kit.sending import Outgoing


def stored_file(contents: Contents, file: File) -> Outgoing:
    """Return a file of a version as it is sent; may look at the disk."""
    return Outgoing(
        name=file.entry.path.rpartition("/")[2],
        size=file.entry.size,
        sha256=file.entry.sha256,
        media_type=media_type_of(file.entry),
        path=contents.path(file),
        open=lambda: contents.open(file),
    )
