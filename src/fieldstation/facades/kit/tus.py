"""The words of tus 1.0.0 (https://tus.io/protocols/resumable-upload): its headers read and written."""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC
from email.utils import format_datetime
from http import HTTPStatus

from fastapi import Request

from fieldstation.core.datasets.model import Upload
from fieldstation.kernel.errors import FieldstationError, Invalid

VERSION = "1.0.0"
PIECE = "application/offset+octet-stream"
MOST_BYTES = 2**53 - 1  # the largest whole number that every reader of JSON keeps
_MOST_DIGITS = len(str(MOST_BYTES))
CHECKSUM_MISMATCH = 460  # tus's own status
_ALGORITHMS = ("sha256", "sha1")  # sha1 because the protocol demands it
SPOKEN = {
    "Tus-Resumable": VERSION,
    "Tus-Version": VERSION,
    "Tus-Extension": "creation,creation-with-upload,checksum,expiration,termination",
    "Tus-Checksum-Algorithm": ",".join(_ALGORITHMS),
}
OUT = {"Tus-Resumable": VERSION, "Cache-Control": "no-store"}


class Refusal(Exception):
    """An answer that tus prescribes and no error of ours has."""

    def __init__(self, status: int, error: FieldstationError) -> None:
        super().__init__(error.text)
        self.status = status
        self.error = error


def progress(upload: Upload, offset: int) -> dict[str, str]:
    """Return the headers that tell how far an upload came."""
    expires = format_datetime(upload.expires.astimezone(UTC), usegmt=True)
    return {**OUT, "Upload-Offset": str(offset), "Upload-Expires": expires}


def require_tus(request: Request) -> None:
    """Raise Refusal unless the request speaks this version."""
    if request.headers.get("tus-resumable") != VERSION:
        raise Refusal(
            HTTPStatus.PRECONDITION_FAILED,
            Invalid("this is not tus 1.0.0", next_step=f"send Tus-Resumable: {VERSION}", reason="tus_version"),
        )


def media_type(request: Request) -> str:
    """Return the media type of the body."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def announced_length(request: Request) -> int:
    """Return the size that an upload shall have."""
    length = request.headers.get("upload-length", "")
    if not (length.isascii() and length.isdigit() and len(length) <= _MOST_DIGITS and int(length) <= MOST_BYTES):
        raise _bad("Upload-Length is not a number of bytes; its room is reserved first, so it must be known")
    return int(length)


def read_metadata(header: str) -> Mapping[str, str]:
    """Read Upload-Metadata."""
    found = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _, value = pair.partition(" ")
        try:
            found[key] = base64.b64decode(value.strip(), validate=True).decode()
        except ValueError:
            raise _bad("Upload-Metadata is not `key base64,key base64`, each value UTF-8") from None
    return found


def read_checksum(header: str | None) -> tuple[str, bytes] | None:
    """Read Upload-Checksum: algorithm and digest."""
    if header is None:
        return None
    algorithm, _, value = header.partition(" ")
    if algorithm not in _ALGORITHMS:
        raise _bad(f"Upload-Checksum must be one of {', '.join(_ALGORITHMS)}")
    try:
        return algorithm, base64.b64decode(value.strip(), validate=True)
    except binascii.Error:
        raise _bad("Upload-Checksum is not base64") from None


def _bad(text: str) -> Refusal:
    return Refusal(HTTPStatus.BAD_REQUEST, Invalid(text, next_step="mend the header", reason="tus_header"))


def b64(text: str) -> str:
    """Write a value of Upload-Metadata."""
    return base64.b64encode(text.encode()).decode()
