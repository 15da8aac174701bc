"""multipart/form-data read as it arrives: files go to takers of their own, small fields are kept as text (RFC 7578)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from fieldstation.facades.kit.moving import truncated
from fieldstation.kernel.errors import Invalid

FIELD_BYTES = 1 << 20
_ESCAPES = {"%22": '"', "%0D": "\r", "%0A": "\n"}  # what browsers write in names, and nothing else (WHATWG)


@dataclass(frozen=True, kw_only=True)
class Part:
    """The head of one file in a form: field name, file name as sent (not checked), headers in lower case."""

    field: str
    filename: str
    headers: Mapping[str, str]


class Taker(Protocol):
    """Takes the bytes of one file."""

    def write(self, data: bytes) -> None:
        """Take the next bytes."""

    def close(self) -> None:
        """Take note that the file is whole."""


class Form:
    """Reads one form. Call `feed` with its bytes in order, then `close`; from one thread at a time.

    `open_file` is asked for a taker for each file. `fields` holds the texts of all other fields.
    """

    def __init__(self, content_type: str, open_file: Callable[[Part], Taker]) -> None:
        _, options = parse_options_header(content_type)
        if not (boundary := options.get(b"boundary")):
            raise Invalid(
                "the form has no boundary in its Content-Type", next_step="let your HTTP client build the form"
            )
        self.fields: dict[str, str] = {}
        self._open_file = open_file
        self._headers: dict[str, str] = {}
        self._name = bytearray()
        self._value = bytearray()
        self._taker: Taker | None = None
        self._field = ""
        self._text = bytearray()
        self._ended = False
        self._parser = MultipartParser(boundary, self._callbacks(), max_header_size=16 << 10)  # type: ignore[arg-type]

    def feed(self, data: bytes) -> None:
        """Read the next bytes; raises Invalid when they are not a form, and what takers raise."""
        try:
            self._parser.write(data)
        except MultipartParseError as error:
            raise _malformed(str(error)) from None

    def close(self) -> None:
        """Take note of the end of the request; raises Invalid (`truncated`) when the form has not ended."""
        if not self._ended:
            raise truncated("its last boundary is missing")

    def _callbacks(self) -> dict[str, Callable[..., None]]:
        return {
            "on_header_field": lambda data, start, end: self._name.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_end,
            "on_part_data": self._data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }

    def _header_end(self) -> None:
        self._headers[self._name.decode("latin-1").lower()] = _text(self._value)
        self._name.clear()
        self._value.clear()

    def _headers_end(self) -> None:
        headers, self._headers = self._headers, {}
        disposition, options = parse_options_header(
            headers.get("content-disposition", "").encode("utf-8", "surrogateescape")
        )
        if disposition != b"form-data" or b"name" not in options:
            raise _malformed("a part has no Content-Disposition: form-data with a name")
        self._field = _text(options[b"name"])
        if b"filename" in options:
            filename = _unescaped(_text(options[b"filename"]))
            self._taker = self._open_file(Part(field=self._field, filename=filename, headers=headers))

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._taker:
            self._taker.write(data[start:end])
            return
        self._text += data[start:end]
        if len(self._text) > FIELD_BYTES:
            raise _malformed(f"the field {self._field!r} has more than {FIELD_BYTES} bytes; send it as a file")

    def _part_end(self) -> None:
        if self._taker:
            taker, self._taker = self._taker, None
            taker.close()
        else:
            self.fields[self._field] = _text(self._text)
            self._text.clear()

    def _end(self) -> None:
        self._ended = True


def _text(raw: bytes | bytearray) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _unescaped(name: str) -> str:
    for escape, character in _ESCAPES.items():
        name = name.replace(escape, character)
    return name


def _malformed(fault: str) -> Invalid:
    return Invalid(
        f"this is not multipart/form-data: {fault}", next_step="let your HTTP client build the form", reason="form"
    )
