"""Reading the forms that OAuth clients send."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from fastapi import Request

_MAX_BYTES = 16 * 1024
_MAX_FIELDS = 32
_FORM = "application/x-www-form-urlencoded"


class BadForm(Exception):
    """The body is not a form as RFC 6749 wants it; the text says why."""


async def read_form(request: Request) -> Mapping[str, str]:
    """Return the fields of a form of at most 16 KiB; raise BadForm when it is none, or names a field twice."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise BadForm(f"the body must be {_FORM}")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BYTES:
            raise BadForm(f"the body is longer than {_MAX_BYTES} bytes")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise BadForm("the body cannot be read as a form in UTF-8") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise BadForm("a field is given more than once")
    return fields
