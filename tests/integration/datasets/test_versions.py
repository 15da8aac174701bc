"""Versions sent as forms and as tar, and all that is refused of them."""

import base64
import hashlib
import io
import socket
import tarfile
from collections.abc import Mapping

import httpx
import pytest

from tests.integration.datasets.station import QUOTA, Person, Station, form
from tests.integration.datasets.test_garbage import blobs

TAR = {"Content-Type": "application/x-tar"}
VERSIONS = "/api/v1/datasets/rain/versions"


@pytest.fixture
def rain(ada: Person) -> str:
    return ada.make("rain")


def archive(files: Mapping[str, bytes], *others: tarfile.TarInfo) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for path, data in files.items():
            info = tarfile.TarInfo(path)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for info in others:
            tar.addfile(info)
    return made.getvalue()


def listed(person: Person, number: int = 1, dataset: str = "rain") -> dict[str, int]:
    answer = person.client.get(f"/api/v1/datasets/{dataset}/versions/{number}/files?limit=1000")
    return {file["path"]: file["size"] for file in answer.json()["items"]}


def nothing_is_left(person: Person) -> None:
    assert person.client.get("/api/v1/datasets/rain").json()["latest"] == 0
    assert reserved(person) == 0


def reserved(person: Person) -> int:
    size: int = person.client.get("/api/v1/storage").json()["reserved"]
    return size


def test_files_become_a_version(ada: Person) -> None:
    ada.make("rainfall", title="Rain", labels={"site": "north"})
    answer = ada.send("rainfall", {"2021/may.csv": b"a,b\n", "readme.md": b"# x"}, '{"year": 2021}')
    assert answer.status_code == 201, answer.text
    version = answer.json()
    assert (version["number"], version["file_count"], version["size"]) == (1, 2, 7)
    assert version["metadata"] == {"year": 2021}
    assert version["author"] == "ada"
    files = ada.client.get("/api/v1/datasets/rainfall/versions/1/files").json()["items"]
    assert files[0] == {
        "path": "2021/may.csv",
        "size": 4,
        "sha256": hashlib.sha256(b"a,b\n").hexdigest(),
        "media_type": "text/csv",
    }
    assert ada.client.get("/api/v1/datasets/rainfall").json()["latest"] == 1


def test_the_same_files_have_the_same_digest_and_are_kept_once(ada: Person, rain: str, station: Station) -> None:
    first = ada.send("rain", {"a": b"1", "b/c": b"22"}).json()
    second = ada.send("rain", {"b/c": b"22", "a": b"1"}).json()
    assert (first["number"], second["number"]) == (1, 2)
    assert first["manifest_digest"] == second["manifest_digest"]
    assert blobs(station) == 2
    versions = ada.client.get(VERSIONS).json()["items"]
    assert [version["number"] for version in versions] == [2, 1]


def test_a_tar_becomes_a_version(ada: Person, rain: str, station: Station) -> None:
    linked = tarfile.TarInfo("same")
    linked.type, linked.linkname = tarfile.LNKTYPE, "./a/b.txt"
    folder = tarfile.TarInfo("a")
    folder.type = tarfile.DIRTYPE
    big = bytes(range(256)) * 8000
    body = archive({"./a/b.txt": b"1", "big.bin": big, "empty": b""}, linked, folder)
    answer = ada.client.post(VERSIONS + '?metadata={"year":2021}', content=body, headers=TAR)
    assert answer.status_code == 201, answer.text
    assert answer.json()["metadata"] == {"year": 2021}
    assert listed(ada) == {"a/b.txt": 1, "big.bin": len(big), "empty": 0, "same": 1}
    assert ada.client.get(f"{VERSIONS}/1/files/big.bin").content == big


BAD_NAMES = ["../../etc/passwd", "/etc/passwd", "a\nb", "n" * 300, "a//b", "a\\..\\b", "\x01"]


def test_every_bad_name_of_a_form_is_named(ada: Person, rain: str, station: Station) -> None:
    bad = [name for name in BAD_NAMES if name != "\x01"]  # the client writes it in another way
    files = [("files", (name, b"x")) for name in [*bad, "good", "Good", "é", "e\u0301", "same", "same"]]
    answer = ada.client.post(VERSIONS, files=files)
    assert (answer.status_code, answer.json()["reason"]) == (422, "file_names")
    problems = answer.json()["problems"]
    assert len(problems) == len(bad) + 3
    assert problems[0]["where"] == "/files/0"
    assert "'..'" in problems[0]["text"]
    nothing_is_left(ada)


def test_every_bad_member_of_a_tar_is_named(ada: Person, rain: str) -> None:
    link = tarfile.TarInfo("soft")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    pipe = tarfile.TarInfo("pipe")
    pipe.type = tarfile.FIFOTYPE
    names = [name for name in BAD_NAMES if name != "/etc/passwd"]
    answer = ada.client.post(VERSIONS, content=archive(dict.fromkeys(names, b"x"), link, pipe), headers=TAR)
    assert answer.status_code == 422
    text = answer.text
    assert len(answer.json()["problems"]) == len(names) + 2
    assert "symbolic link" in text
    assert "FIFO" in text
    nothing_is_left(ada)


@pytest.mark.parametrize(
    ("content", "headers", "reason"),
    [
        (b"", {"Content-Type": "multipart/form-data; boundary=x"}, "truncated"),
        (b"--x\r\nbroken", {"Content-Type": "multipart/form-data; boundary=x"}, "truncated"),
        (b"no form", {"Content-Type": "multipart/form-data; boundary=x"}, "form"),
        (b"--x--\r\n", {"Content-Type": "multipart/form-data; boundary=x"}, "no_files"),
        (b"x", {"Content-Type": "multipart/form-data"}, "invalid"),
        (b"x", {"Content-Type": "text/plain"}, "media_type"),
        (b"", TAR, "truncated"),
        (b"\0" * 1024, TAR, "no_files"),
        (b"{}", {"Content-Type": "application/json"}, "invalid"),
        (b"{", {"Content-Type": "application/json"}, "invalid"),
    ],
)
def test_requests_that_bring_nothing(
    ada: Person, rain: str, content: bytes, headers: Mapping[str, str], reason: str
) -> None:
    answer = ada.client.post(VERSIONS, content=content, headers=dict(headers))
    assert (answer.status_code, answer.json()["reason"]) == (422, reason)
    assert answer.json()["next_step"]
    nothing_is_left(ada)


def test_a_request_without_length_is_refused(ada: Person, rain: str) -> None:
    answer = ada.client.post(VERSIONS, content=iter([b"x"]), headers=TAR)
    assert (answer.status_code, answer.json()["reason"]) == (422, "length_required")


@pytest.mark.parametrize("kind", ["form", "tar"])
def test_a_connection_cut_short_leaves_nothing(ada: Person, rain: str, station: Station, kind: str) -> None:
    files = {"a": b"x" * 3_000_000, "b": b"y" * 100}
    made = ada.client.build_request("POST", VERSIONS, files=form(files))
    body, content_type = made.read(), made.headers["content-type"]
    if kind == "tar":
        body, content_type = archive(files), TAR["Content-Type"]
    head = (
        f"POST {VERSIONS} HTTP/1.1\r\nHost: x\r\nAuthorization: {ada.client.headers['authorization']}\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    address = httpx.URL(ada.client.base_url)
    with socket.create_connection((address.host, address.port)) as connection:
        connection.sendall(head.encode() + body[: len(body) // 2])
        while not reserved(ada):
            pass
    while reserved(ada):
        pass
    nothing_is_left(ada)
    assert ada.send("rain", {"a": b"1"}).json()["number"] == 1


def digest_header(data: bytes) -> dict[str, str]:
    return {"Content-Digest": f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"}


def test_announced_digests_are_checked(ada: Person, rain: str) -> None:
    right = ("files", ("right", b"abc", "text/plain", digest_header(b"abc")))
    wrong = ("files", ("wrong", b"abc", "text/plain", digest_header(b"abd")))
    answer = ada.client.post(VERSIONS, files=[right, wrong])
    assert (answer.status_code, answer.json()["reason"]) == (422, "checksum_mismatch")
    assert [problem["where"] for problem in answer.json()["problems"]] == ["/files/1"]
    nothing_is_left(ada)
    assert ada.client.post(VERSIONS, files=[right]).status_code == 201


def test_over_quota(ada: Person, rain: str, station: Station) -> None:
    small = station.person("tim", quota=2000)
    small.make("rain")
    assert small.send("rain", {"a": b"x" * 1000}).status_code == 201
    answer = small.send("rain", {"b": b"y" * 1000})
    assert (answer.status_code, answer.json()["reason"]) == (413, "over_quota")
    detail = answer.json()["detail"]
    for number in ("of a quota of 2000 bytes", "1000 are used", "0 reserved", "1000 are free"):
        assert number in detail
    assert small.client.get("/api/v1/storage").json() == {"used": 1000, "reserved": 0, "quota": 2000, "free": 1000}
    assert ada.client.get("/api/v1/storage").json()["quota"] == QUOTA


def test_who_owns_the_data_set_pays(ada: Person, bob: Person, rain: str) -> None:
    ada.client.put(f"/api/v1/datasets/{rain}/members/bob", json={"role": "editor"})
    answer = bob.send(rain, {"a": b"12345"})
    assert answer.json()["author"] == "bob"
    assert ada.client.get("/api/v1/storage").json()["used"] == 5
    assert bob.client.get("/api/v1/storage").json()["used"] == 0


def test_readers_and_strangers_send_nothing(ada: Person, bob: Person, rain: str) -> None:
    assert bob.send(rain, {"a": b"1"}).status_code == 404
    ada.client.put(f"/api/v1/datasets/{rain}/members/bob", json={"role": "reader"})
    assert bob.send(rain, {"a": b"1"}).status_code == 403
    assert bob.client.patch(f"/api/v1/datasets/{rain}", json={"title": "mine"}).status_code == 403


def test_metadata_must_satisfy_the_schema(ada: Person) -> None:
    ada.make("typed", metadata_schema={"type": "object", "required": ["year"], "properties": {"year": {"minimum": 1}}})
    for metadata, faults in ((None, 1), ('{"year": 0}', 1), ("[]", 0), ("{", 0), ("NaN", 0)):
        answer = ada.send("typed", {"a": b"1"}, metadata)
        assert (answer.status_code, answer.json()["reason"]) == (422, "metadata"), answer.text
        assert len(answer.json()["problems"]) == faults
    assert ada.send("typed", {"a": b"1"}, '{"year": 2021}').status_code == 201
    assert ada.client.patch("/api/v1/datasets/typed", json={"metadata_schema": {}}).status_code == 200
    assert ada.send("typed", {"a": b"1"}).status_code == 201


def test_a_station_without_room_says_so(ada: Person, rain: str, station: Station) -> None:
    full = type(station.store)(station.outside.parent / "station", 1 << 60)
    station.uploads._blobs = full
    answer = ada.send("rain", {"a": b"1"})
    assert (answer.status_code, answer.json()["reason"]) == (503, "disk_full")
    assert answer.json()["fault"] == "ours"


def test_pages_of_files(ada: Person, rain: str) -> None:
    ada.send("rain", {f"{folder}/{number:02}": b"x" for folder in "ab" for number in range(25)})
    seen, query = [], "?limit=10&prefix=b/"
    while True:
        page = ada.client.get(f"{VERSIONS}/1/files{query}").json()
        seen += [file["path"] for file in page["items"]]
        if "next" not in page:
            break
        query = f"?limit=10&prefix=b/&after={page['next']}"
    assert seen == [f"b/{number:02}" for number in range(25)]
