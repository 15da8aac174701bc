"""Uploads in pieces, and the quota that they reserve."""

import base64
import hashlib
from collections.abc import Mapping

import httpx
import pytest

from tests.integration.datasets.station import QUOTA, Person, Station

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}
DATA = bytes(range(256)) * 8000


def create(person: Person, size: int, **headers: str) -> str:
    answer = person.client.post("/api/v1/uploads", headers={**TUS, "Upload-Length": str(size), **headers})
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


def send(person: Person, address: str, offset: int, data: bytes, **headers: str) -> httpx.Response:
    return person.client.patch(address, content=data, headers={**PIECE, "Upload-Offset": str(offset), **headers})


def offset_of(person: Person, address: str) -> int:
    answer = person.client.head(address, headers=TUS)
    assert answer.status_code == 200
    return int(answer.headers["upload-offset"])


def checksum(data: bytes, algorithm: str = "sha256") -> dict[str, str]:
    digest = hashlib.new(algorithm, data).digest()
    return {"Upload-Checksum": f"{algorithm} {base64.b64encode(digest).decode()}"}


def as_version(person: Person, dataset: str, *files: Mapping[str, object], **more: object) -> httpx.Response:
    return person.client.post(f"/api/v1/datasets/{dataset}/versions", json={"files": files, **more})


def test_a_file_in_pieces_becomes_a_version(ada: Person, station: Station) -> None:
    name = base64.b64encode("ä.bin".encode()).decode()
    address = create(ada, len(DATA), **{"Upload-Metadata": f"filename {name},empty"})
    assert offset_of(ada, address) == 0
    for offset in range(0, len(DATA), 700_000):
        piece = DATA[offset : offset + 700_000]
        answer = send(ada, address, offset, piece, **checksum(piece))
        assert answer.status_code == 204, answer.text
        assert int(answer.headers["upload-offset"]) == offset + len(piece)
    upload = ada.client.get(address).json()
    assert upload["sha256"] == hashlib.sha256(DATA).hexdigest()
    assert upload["metadata"] == {"filename": "ä.bin", "empty": ""}
    assert offset_of(ada, address) == len(DATA)
    ada.make("d")
    answer = as_version(ada, "d", {"path": "ä.bin", "upload": upload["id"], "sha256": upload["sha256"]})
    assert answer.status_code == 201, answer.text
    assert ada.client.get("/api/v1/datasets/d/versions/1/files/ä.bin").content == DATA
    assert ada.client.get(address).status_code == 404
    assert list(station.store.growing()) == []
    again = as_version(ada, "d", {"path": "b.bin", "upload": upload["id"]})
    assert again.status_code == 422
    assert "there is no upload" in again.json()["problems"][0]["text"]


def test_the_first_piece_may_come_along(ada: Person) -> None:
    answer = ada.client.post("/api/v1/uploads", content=DATA[:100], headers={**PIECE, "Upload-Length": "200"})
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, "100")
    assert send(ada, answer.headers["location"], 100, DATA[100:200]).status_code == 204


def test_an_empty_file_is_whole_at_once(ada: Person) -> None:
    address = create(ada, 0)
    assert ada.client.get(address).json()["sha256"] == hashlib.sha256(b"").hexdigest()


def test_an_empty_upload_whose_piece_was_refused_is_whole_when_asked(ada: Person, station: Station) -> None:
    headers = {**PIECE, "Upload-Length": "0", **checksum(b"other")}
    assert ada.client.post("/api/v1/uploads", headers=headers).status_code == 460
    [upload] = ada.client.get("/api/v1/uploads").json()["items"]
    assert offset_of(ada, f"/api/v1/uploads/{upload['id']}") == 0
    assert ada.client.get(f"/api/v1/uploads/{upload['id']}").json()["sha256"] == hashlib.sha256(b"").hexdigest()
    assert list(station.store.growing()) == []


@pytest.mark.parametrize("header", [{"Upload-Checksum": "md5 AAAA"}, {"Upload-Metadata": "a !"}])
def test_a_header_that_cannot_be_read_reserves_nothing(ada: Person, header: Mapping[str, str]) -> None:
    answer = ada.client.post("/api/v1/uploads", headers={**PIECE, "Upload-Length": "9", **header})
    assert answer.status_code == 400
    assert ada.client.get("/api/v1/uploads").json()["items"] == []


@pytest.mark.parametrize("length", [b"\xb2", b"9" * 30, str(2**53).encode()])
def test_a_length_that_is_no_number_of_bytes(ada: Person, length: bytes) -> None:
    headers = [(b"Tus-Resumable", b"1.0.0"), (b"Upload-Length", length)]
    assert ada.client.post("/api/v1/uploads", headers=headers).status_code == 400


def test_a_piece_with_a_wrong_checksum_leaves_no_trace(ada: Person) -> None:
    address = create(ada, 300)
    assert send(ada, address, 0, DATA[:100]).status_code == 204
    answer = send(ada, address, 100, DATA[100:200], **checksum(b"something else"))
    assert (answer.status_code, answer.json()["reason"]) == (460, "checksum_mismatch")
    assert offset_of(ada, address) == 100
    assert send(ada, address, 100, DATA[100:300], **checksum(DATA[100:300], "sha1")).status_code == 204
    assert ada.client.get(address).json()["sha256"] == hashlib.sha256(DATA[:300]).hexdigest()


@pytest.mark.parametrize("offset", [0, 99, 101])
def test_a_piece_sent_twice_or_too_early(ada: Person, offset: int) -> None:
    address = create(ada, 300)
    send(ada, address, 0, DATA[:100])
    answer = send(ada, address, offset, DATA[:100])
    assert (answer.status_code, answer.json()["reason"]) == (409, "upload_offset")
    assert "100 bytes came so far" in answer.json()["detail"]
    assert offset_of(ada, address) == 100


def test_more_bytes_than_announced(ada: Person) -> None:
    address = create(ada, 150)
    send(ada, address, 0, DATA[:100])
    answer = send(ada, address, 100, DATA[:100])
    assert (answer.status_code, answer.json()["reason"]) == (413, "upload_too_long")
    streamed = ada.client.patch(
        address, content=iter([DATA[:40], DATA[:40]]), headers={**PIECE, "Upload-Offset": "100"}
    )
    assert (streamed.status_code, streamed.json()["reason"]) == (413, "upload_too_long")
    assert offset_of(ada, address) == 100


def test_a_complete_upload_takes_no_more(ada: Person) -> None:
    address = create(ada, 100)
    assert send(ada, address, 0, DATA[:100]).status_code == 204
    assert send(ada, address, 0, DATA[:100]).status_code == 409
    assert send(ada, address, 100, DATA[:10]).status_code == 409
    assert send(ada, address, 100, b"").status_code == 204


def test_termination_frees_the_reservation(ada: Person, station: Station) -> None:
    address = create(ada, QUOTA)
    refused = ada.client.post("/api/v1/uploads", headers={**TUS, "Upload-Length": "1"})
    assert (refused.status_code, refused.json()["reason"]) == (413, "over_quota")
    assert f"{QUOTA} reserved" in refused.json()["detail"]
    assert ada.client.delete(address, headers=TUS).status_code == 204
    assert ada.client.head(address, headers=TUS).status_code == 404
    create(ada, QUOTA)


def test_uploads_of_others_are_not_seen(ada: Person, bob: Person) -> None:
    address = create(ada, 100)
    assert bob.client.get(address).status_code == 404
    assert send(bob, address, 0, b"x").status_code == 404
    assert bob.client.delete(address, headers=TUS).status_code == 404
    assert [upload["offset"] for upload in ada.client.get("/api/v1/uploads").json()["items"]] == [0]
    assert bob.client.get("/api/v1/uploads").json() == {"items": []}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Length": "1"}, 412),
        ({**TUS}, 400),
        ({**TUS, "Upload-Length": "-1"}, 400),
        ({**TUS, "Upload-Defer-Length": "1"}, 400),
        ({**TUS, "Upload-Length": "1", "Upload-Metadata": "name %%%"}, 400),
        ({**TUS, "Upload-Length": str(QUOTA + 1)}, 413),
    ],
)
def test_creation_is_refused(ada: Person, headers: Mapping[str, str], status: int) -> None:
    answer = ada.client.post("/api/v1/uploads", headers=dict(headers))
    assert answer.status_code == status
    assert answer.json()["next_step"]
    if status == 412:
        assert answer.headers["tus-version"] == "1.0.0"


def test_what_is_spoken(ada: Person) -> None:
    answer = ada.client.options("/api/v1/uploads")
    assert answer.status_code == 204
    assert "checksum" in answer.headers["tus-extension"]


def test_a_piece_needs_its_media_type(ada: Person) -> None:
    answer = ada.client.patch(create(ada, 5), content=b"x", headers={**TUS, "Upload-Offset": "0"})
    assert answer.status_code == 415


def test_an_unfinished_upload_is_no_file(ada: Person) -> None:
    ada.make("d")
    address = create(ada, 100)
    upload = address.rpartition("/")[2]
    answer = as_version(ada, "d", {"path": "a", "upload": upload}, {"path": "b", "upload": "upload-none"})
    assert (answer.status_code, answer.json()["reason"]) == (422, "pieces")
    texts = [problem["text"] for problem in answer.json()["problems"]]
    assert len(texts) == 2
    assert "is not complete" in texts[0]


def test_a_wrong_digest_is_refused(ada: Person) -> None:
    ada.make("d")
    address = create(ada, 3)
    send(ada, address, 0, b"abc")
    upload = address.rpartition("/")[2]
    answer = as_version(ada, "d", {"path": "a", "upload": upload, "sha256": "0" * 64})
    assert answer.status_code == 422
    assert hashlib.sha256(b"abc").hexdigest() in answer.json()["problems"][0]["text"]
    assert as_version(ada, "d", {"path": "a", "upload": upload}).status_code == 201


def test_a_broken_connection_keeps_what_came(ada: Person, station: Station) -> None:
    address = create(ada, len(DATA))
    upload = address.rpartition("/")[2]

    def broken() -> object:
        yield DATA[:500_000]
        raise ConnectionError("the cable was cut")

    with pytest.raises(ConnectionError):
        ada.client.patch(address, content=broken(), headers={**PIECE, "Upload-Offset": "0"})  # type: ignore[arg-type]
    for _ in range(100):
        came = offset_of(ada, address)
        answer = send(ada, address, came, DATA[came:])
        if answer.status_code == 204:
            break
        assert answer.json()["reason"] in ("upload_busy", "upload_offset")
    assert ada.client.get(address).json()["sha256"] == hashlib.sha256(DATA).hexdigest()
    assert upload.startswith("upload-")
