"""Forms read as they arrive, in whatever pieces."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstation.facades.kit.forms import Form, Part
from fieldstation.kernel.errors import Invalid

BOUNDARY = "boundary-of-a-test"
TYPE = f'multipart/form-data; boundary="{BOUNDARY}"'


class Kept:
    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.headers: dict[str, str] = {}
        self._name = ""

    def open(self, part: Part) -> "Kept":
        self._name = part.filename
        self.files[self._name] = b""
        self.headers |= part.headers
        return self

    def write(self, data: bytes) -> None:
        self.files[self._name] += data

    def close(self) -> None:
        self._name = ""


def part(head: str, data: bytes) -> bytes:
    return (
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode("utf-8", "surrogateescape")
        + data
        + b"\r\n"
    )


END = f"--{BOUNDARY}--\r\n".encode()


def read(body: bytes, piece: int = 1 << 20) -> tuple[Kept, Form]:
    kept = Kept()
    form = Form(TYPE, kept.open)
    for place in range(0, len(body), piece):
        form.feed(body[place : place + piece])
    form.close()
    return kept, form


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from(["a", "b/c", "ü"]), st.binary(max_size=500), min_size=1), st.integers(1, 700))
def test_any_files_in_any_pieces(files: dict[str, bytes], piece: int) -> None:
    body = part('name="metadata"', b'{"a": 1}')
    body += b"".join(part(f'name="files"; filename="{name}"', data) for name, data in files.items()) + END
    kept, form = read(body, piece)
    assert kept.files == files
    assert form.fields == {"metadata": '{"a": 1}'}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("a%22b", 'a"b'),
        ('a\\"b', 'a"b'),
        ("100%25", "100%25"),
        ("a%0Ab", "a\nb"),
        ("../../x", "../../x"),
        ("a\udcff", "a\udcff"),
        ("", ""),
    ],
)
def test_names_come_as_they_were_sent(written: str, name: str) -> None:
    assert list(read(part(f'name="files"; filename="{written}"', b"") + END)[0].files) == [name]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no form at all",
        part('name="files"; filename="a"', b"cut"),
        part('name="files"; filename="a"', b"cut")[:-10],
        f"--{BOUNDARY}\r\nContent-Type: text/plain\r\n\r\nx\r\n".encode() + END,
        part('name="metadata"', b"x" * (2 << 20)) + END,
        f"--{BOUNDARY}\r\nX: {'y' * 20_000}\r\n\r\n".encode() + END,
    ],
)
def test_bodies_that_are_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        read(body)


def test_a_form_without_boundary() -> None:
    with pytest.raises(Invalid):
        Form("multipart/form-data", Kept().open)
