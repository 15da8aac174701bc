"""Manifests, references, media types."""

import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstation.core.datasets.model import FileEntry, NewVersion, Source, manifest_of, media_type_of, read_reference
from fieldstation.core.datasets.model.names import path_fault
from fieldstation.kernel.canonical import canonical
from fieldstation.kernel.errors import Invalid

ID = "0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11"


def entry(path: str, data: bytes = b"x", **more: str) -> FileEntry:
    return FileEntry(path=path, size=len(data), sha256=hashlib.sha256(data).hexdigest(), **more)


@given(st.lists(st.text(min_size=1, max_size=20).filter(lambda path: path_fault(path) is None), unique_by=str.casefold))
def test_the_digest_is_over_lines_of_canonical_json_by_bytes_of_paths(paths: list[str]) -> None:
    files = [entry(path, path.encode()) for path in paths]
    try:
        manifest = manifest_of(files)
    except Invalid:
        return
    ordered = sorted(files, key=lambda file: file.path.encode())
    lines = [canonical({"path": file.path, "sha256": file.sha256, "size": file.size}) + b"\n" for file in ordered]
    assert manifest.digest == hashlib.sha256(b"".join(lines)).hexdigest()
    assert manifest.files == ordered
    random.Random(1).shuffle(files)
    assert manifest_of(files) == manifest


def test_a_manifest_known_by_heart() -> None:
    manifest = manifest_of([entry("b/é", b"2"), entry("a", b"")])
    assert manifest.size == 1
    assert (
        manifest.digest
        == hashlib.sha256(
            '{"path":"a","sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":0}\n'
            '{"path":"b/é","sha256":"d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35","size":1}\n'.encode()
        ).hexdigest()
    )


def test_entries_that_cannot_be() -> None:
    with pytest.raises(Invalid) as caught:
        manifest_of(
            [
                FileEntry(path="a", size=-1, sha256="0" * 64),
                FileEntry(path="b", size=1, sha256="XYZ"),
                entry("c", media_type="text/html; evil\nheader"),
            ]
        )
    assert [problem.where for problem in caught.value.problems] == [
        "/files/0/size",
        "/files/1/sha256",
        "/files/2/media_type",
    ]


def test_what_is_carried_or_lies_in_place_costs_nothing() -> None:
    source = Source(path="c", location="/srv/c", mtime_ns=1, inode=1)
    files = [entry("a", b"12345"), entry("b", b"123"), entry("c", b"1234567")]
    new = NewVersion(dataset_id="d", files=files, author_id="u", sources=[source], carried=3)
    assert new.charged == 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rain", (None, None, "rain", None, None)),
        ("rain@12", (None, None, "rain", 12, None)),
        ("rain:a/b.csv", (None, None, "rain", None, "a/b.csv")),
        ("rain@2:x@3:y", (None, None, "rain", 2, "x@3:y")),
        (f"dataset-{ID}@1", (None, f"dataset-{ID}", None, 1, None)),
        (f"version-{ID}:a", (f"version-{ID}", None, None, None, "a")),
    ],
)
def test_references(text: str, expected: tuple[object, ...]) -> None:
    found = read_reference(text)
    assert (found.version_id, found.dataset_id, found.name, found.number, found.path) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "@1", ":a", "Rain", "rain@", "rain@0", "rain@-1", "rain@1.5", "rain@²", "rain@99999999999", "rain:"),
        *("rain:../x", f"version-{ID}@2", "rain@1@2", "a\0", "rain@" + "9" * 5000),
    ],
)
def test_what_is_no_reference(text: str) -> None:
    with pytest.raises(Invalid):
        read_reference(text)


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("a.csv", "text/csv"),
        ("x/y.TAR.GZ", "application/gzip"),
        ("map.geojson", "application/geo+json"),
        ("README", "application/octet-stream"),
        ("folder.csv/README", "application/octet-stream"),
    ],
)
def test_media_types(path: str, media_type: str) -> None:
    assert media_type_of(entry(path)) == media_type
    assert media_type_of(entry(path, media_type="x/y")) == "x/y"
