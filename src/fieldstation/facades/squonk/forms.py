"""Forms with at most one file, as this door's client sends them: a file without a name is none, whatever it holds."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request
from starlette.requests import ClientDisconnect

from fieldstation.core.accounting.model.assets import MAX_BYTES
from fieldstation.facades.kit.forms import Form, Part, Taker
from fieldstation.facades.kit.moving import truncated
from fieldstation.kernel.errors import Invalid, TooLarge

_MOST_BYTES = 4 * MAX_BYTES  # of a whole request: more than one asset and what is passed over


@dataclass(frozen=True, kw_only=True)
class Received:
    """A form that came whole; `file` is the content of the one that has a name."""

    fields: Mapping[str, str]
    file: bytes | None


class _Kept:
    """Keeps the bytes of a file."""

    def __init__(self) -> None:
        self.bytes = bytearray()

    def write(self, data: bytes) -> None:
        self.bytes += data

    def close(self) -> None:
        """Nothing is left to do."""


class _Passed:
    """Passes the bytes of a file over."""

    def write(self, data: bytes) -> None:
        """Forget them."""

    def close(self) -> None:
        """Nothing is left to do."""


class _Files:
    """Takes the file of the field `name`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.file: _Kept | None = None

    def open(self, part: Part) -> Taker:
        if part.field != self._name or not part.filename:
            return _Passed()
        self.file = _Kept()
        return self.file


async def receive(request: Request, file_field: str) -> Received:
    """Read the form of a request, whose one file lies in `file_field`; Invalid for anything else, TooLarge for more."""
    content_type = request.headers.get("content-type", "")
    if not content_type.lower().startswith("multipart/form-data"):
        raise Invalid("this is not multipart/form-data", next_step="let your HTTP client build the form", reason="form")
    files = _Files(file_field)
    form = Form(content_type, files.open)
    size = 0
    try:
        async for block in request.stream():
            size += len(block)
            if size > _MOST_BYTES:
                raise TooLarge(
                    f"the form has more than {_MOST_BYTES} bytes", next_step="keep what is large as a data set"
                )
            form.feed(block)
    except ClientDisconnect:
        raise truncated("the connection ended") from None
    form.close()
    return Received(fields=form.fields, file=None if files.file is None else bytes(files.file.bytes))
