from email.parser import BytesParser
from pathlib import Path

import pytest

from fieldstation.client.errors import ClientError
from fieldstation.client.multipart import Form
from fieldstation.client.sources import Source, find_sources


def test_the_form_says_its_length_and_holds_everything(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(bytes(range(256)) * 10_000)
    (tmp_path / "empty").touch()
    (tmp_path / 'a "b" ö.csv').write_text("x")
    moved: list[int] = []
    form = Form(find_sources([tmp_path]), {"title": "ö"}, moved.append)
    pieces = list(form)
    content = b"".join(pieces)
    assert len(content) == int(form.headers["Content-Length"])
    assert sum(moved) == 2_560_001
    head = f"Content-Type: {form.headers['Content-Type']}\r\n\r\n".encode()
    parts = BytesParser().parsebytes(head + content).get_payload()
    assert isinstance(parts, list)
    assert [part.get_payload(decode=True) for part in parts] == [  # type: ignore[union-attr]
        b'{"title": "\\u00f6"}',
        b"x",
        bytes(range(256)) * 10_000,
        b"",
    ]
    assert 'filename="a %22b%22 ö.csv"'.encode() in content
    assert len(pieces) < 10


@pytest.mark.parametrize("size", [0, 2, 4])
def test_a_file_that_changes_meanwhile_is_an_error(tmp_path: Path, size: int) -> None:
    (tmp_path / "f").write_text("abc")
    form = Form([Source(path="f", file=tmp_path / "f", size=size)], None, lambda _: None)
    with pytest.raises(ClientError, match="changed while"):
        list(form)


def test_folders_give_what_is_below_them_and_files_their_name(tmp_path: Path) -> None:
    (tmp_path / "d" / "deep").mkdir(parents=True)
    (tmp_path / "d" / "deep" / "x").write_text("1")
    (tmp_path / "d" / "y").write_text("22")
    (tmp_path / "z").write_text("333")
    found = find_sources([tmp_path / "z", tmp_path / "d"])
    assert [(one.path, one.size) for one in found] == [("deep/x", 1), ("y", 2), ("z", 3)]


def test_what_cannot_be_sent_is_told_before_anything_is(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    for folder in "ab":
        (tmp_path / folder / "x").touch()
    for places, reason in (
        ([tmp_path / "a", tmp_path / "b"], "same_path"),
        ([tmp_path / "none"], "no_such_path"),
        ([], "no_files"),
    ):
        with pytest.raises(ClientError) as caught:
            find_sources(places)
        assert caught.value.reason == reason
