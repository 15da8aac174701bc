"""Reading files: whole, in ranges, under conditions, as a zip."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from tests.integration.datasets.station import Person, Station

DATA = bytes(range(256)) * 5000  # more than one block
ETAG = f'"{hashlib.sha256(DATA).hexdigest()}"'
FILE = "/api/v1/datasets/d/versions/1/files/2021/big.bin"


@pytest.fixture
def reader(ada: Person) -> httpx.Client:
    ada.make("d")
    sent = ada.send("d", {"2021/big.bin": DATA, "empty.txt": b"", "täg & x.html": b"<script>", "a.csv": b"1,2\n"})
    assert sent.status_code == 201, sent.text
    return ada.client


def test_whole_file(reader: httpx.Client) -> None:
    answer = reader.get(FILE)
    assert answer.status_code == 200
    assert answer.content == DATA
    assert answer.headers["etag"] == ETAG
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-length"] == str(len(DATA))
    digest = base64.b64encode(hashlib.sha256(DATA).digest()).decode()
    assert answer.headers["repr-digest"] == f"sha-256=:{digest}:"


def test_head_describes_without_sending(reader: httpx.Client) -> None:
    answer = reader.head(FILE)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(DATA))
    ranged = reader.head(FILE, headers={"Range": "bytes=0-9"})
    assert (ranged.status_code, ranged.headers["content-length"]) == (206, "10")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=10-19", (10, 20)),
        ("bytes=1000-", (1000, len(DATA))),
        ("bytes=-5", (len(DATA) - 5, len(DATA))),
        (f"bytes=-{len(DATA) * 2}", (0, len(DATA))),
        (f"bytes=5-{len(DATA) * 2}", (5, len(DATA))),
        (f"bytes={len(DATA) - 1}-", (len(DATA) - 1, len(DATA))),
    ],
)
def test_range(reader: httpx.Client, asked: str, expected: tuple[int, int]) -> None:
    answer = reader.get(FILE, headers={"Range": asked})
    first, end = expected
    assert answer.status_code == 206
    assert answer.content == DATA[first:end]
    assert answer.headers["content-range"] == f"bytes {first}-{end - 1}/{len(DATA)}"
    assert answer.headers["etag"] == ETAG


@pytest.mark.parametrize("asked", ["bytes=9-3", "bytes=x", "lines=1-2", "bytes=0-1,5-6", "bytes=-", "bytes=--3"])
def test_what_is_no_single_range_means_the_whole(reader: httpx.Client, asked: str) -> None:
    answer = reader.get(FILE, headers={"Range": asked})
    assert (answer.status_code, len(answer.content)) == (200, len(DATA))


@pytest.mark.parametrize("asked", [f"bytes={len(DATA)}-", "bytes=99999999-100000000", "bytes=-0"])
def test_range_behind_the_end(reader: httpx.Client, asked: str) -> None:
    answer = reader.get(FILE, headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(DATA)}"
    assert answer.json()["reason"] == "range"


CONDITIONS: list[tuple[dict[str, str], int]] = [
    ({"If-None-Match": ETAG}, 304),
    ({"If-None-Match": f'"x", W/{ETAG}'}, 304),
    ({"If-None-Match": "*"}, 304),
    ({"If-None-Match": '"x"'}, 200),
    ({"If-Match": ETAG}, 200),
    ({"If-Match": "*"}, 200),
    ({"If-Match": '"x"'}, 412),
    ({"If-Match": f"W/{ETAG}"}, 412),
    ({"If-Range": ETAG, "Range": "bytes=0-3"}, 206),
    ({"If-Range": '"x"', "Range": "bytes=0-3"}, 200),
    ({"If-Range": "Wed, 21 Oct 2015 07:28:00 GMT", "Range": "bytes=0-3"}, 200),
    ({"If-None-Match": ETAG, "Range": "bytes=0-3"}, 304),
    ({"If-Match": '"x"', "Range": f"bytes={len(DATA)}-"}, 412),
]


@pytest.mark.parametrize(("headers", "status"), CONDITIONS)
def test_conditions(reader: httpx.Client, headers: Mapping[str, str], status: int) -> None:
    assert reader.get(FILE, headers=dict(headers)).status_code == status
    assert reader.head(FILE, headers=dict(headers)).status_code == status


def test_empty_file(reader: httpx.Client) -> None:
    address = "/api/v1/datasets/d/versions/1/files/empty.txt"
    assert reader.get(address).content == b""
    assert reader.get(address, headers={"Range": "bytes=0-"}).status_code == 416
    assert reader.get(address, headers={"Range": "bytes=-5"}).status_code == 416


def test_stored_bytes_cannot_act_in_a_browser(reader: httpx.Client) -> None:
    answer = reader.get("/api/v1/datasets/d/versions/1/files/täg & x.html")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"t_g & x.html\"; filename*=UTF-8''t%C3%A4g%20%26%20x.html"
    )
    table = reader.get("/api/v1/datasets/d/versions/1/files/a.csv")
    assert table.headers["content-disposition"] == 'inline; filename="a.csv"'
    assert table.headers["content-type"] == "text/csv; charset=utf-8"


def test_no_such_file(reader: httpx.Client) -> None:
    answer = reader.get("/api/v1/datasets/d/versions/1/files/2021")
    assert (answer.status_code, answer.json()["reason"]) == (404, "no_file")
    assert reader.get("/api/v1/datasets/d/versions/2/files/a.csv").json()["reason"] == "no_version"


def test_zip_of_a_version(reader: httpx.Client) -> None:
    answer = reader.get("/api/v1/datasets/d/versions/1/archive.zip")
    assert answer.status_code == 200
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["content-disposition"] == 'attachment; filename="d-1.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in opened.namelist()} == {
            "2021/big.bin": DATA,
            "a.csv": b"1,2\n",
            "empty.txt": b"",
            "täg & x.html": b"<script>",
        }


def test_strangers_find_nothing(reader: httpx.Client, bob: Person, station: Station) -> None:
    dataset = reader.get("/api/v1/datasets/d").json()["id"]
    hidden = bob.client.get(f"/api/v1/datasets/{dataset}").json()
    absent = bob.client.get("/api/v1/datasets/dataset-00000000-0000-7000-8000-000000000000").json()
    assert _told(hidden) == _told(absent)
    for address in ("versions/1/files/a.csv", "versions/1/files", "versions/1/archive.zip", "versions"):
        assert bob.client.get(f"/api/v1/datasets/{dataset}/{address}").status_code == 404


def _told(problem: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in problem.items() if key != "instance"}
