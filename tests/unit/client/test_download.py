import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldstation.client.download import Received, receive
from fieldstation.client.errors import ClientError
from fieldstation.client.things import FileEntry
from tests.unit.client.loopback import Asked, Loopback, Reply, loopback

BYTES = bytes(range(256)) * 20_000


def entry(path: str = "d/f", content: bytes = BYTES) -> FileEntry:
    return FileEntry(path=path, size=len(content), sha256=hashlib.sha256(content).hexdigest())


def fetch(server: Loopback, folder: Path, *entries: FileEntry) -> list[Received]:
    return list(receive(server.transport(), entries, lambda one: f"/{one.path}", folder, lambda _: None))


def ranged(asked: Asked, cut: int | None = None) -> Reply:
    wanted = asked.headers.get("Range")
    if wanted is None:
        return Reply(body=BYTES, cut=cut)
    start = int(wanted.removeprefix("bytes=").removesuffix("-"))
    return Reply(status=206, body=BYTES[start:], cut=cut)


def test_a_download_that_breaks_off_goes_on_where_it_was(tmp_path: Path) -> None:
    cuts: Iterator[int | None] = iter([1_000_000, 2_000_000, None])
    with loopback(lambda asked: ranged(asked, next(cuts))) as server:
        [received] = fetch(server, tmp_path, entry())
    assert received.file == tmp_path / "d" / "f"
    assert received.file.read_bytes() == BYTES
    starts = [asked.headers.get("Range") for asked in server.asked]
    assert starts == [None, "bytes=1000000-", "bytes=3000000-"]
    assert [file.name for file in (tmp_path / "d").iterdir()] == ["f"]


def test_a_later_call_goes_on_where_an_earlier_one_gave_up(tmp_path: Path) -> None:
    with loopback(lambda asked: ranged(asked, 100)) as server, pytest.raises(ClientError, match="no station answers"):
        fetch(server, tmp_path, entry())
    with loopback(ranged) as server:
        fetch(server, tmp_path, entry())
    assert (tmp_path / "d" / "f").read_bytes() == BYTES
    assert [asked.headers.get("Range") for asked in server.asked] == ["bytes=500-"]


def test_a_server_without_ranges_is_read_from_the_start(tmp_path: Path) -> None:
    cuts: Iterator[int | None] = iter([1000, None])
    with loopback(lambda _: Reply(body=BYTES, cut=next(cuts))) as server:
        fetch(server, tmp_path, entry())
    assert (tmp_path / "d" / "f").read_bytes() == BYTES


def test_wrong_bytes_are_refused_and_not_kept(tmp_path: Path) -> None:
    with loopback(lambda _: Reply(body=BYTES[:-1] + b"!")) as server, pytest.raises(ClientError) as caught:
        fetch(server, tmp_path, entry())
    assert caught.value.reason == "checksum_mismatch"
    assert list((tmp_path / "d").iterdir()) == []


def test_what_is_here_already_is_not_fetched(tmp_path: Path) -> None:
    with loopback(ranged) as server:
        fetch(server, tmp_path, entry())
        [again] = fetch(server, tmp_path, entry())
    assert not again.sent
    assert len(server.asked) == 1


def test_an_empty_file_arrives(tmp_path: Path) -> None:
    with loopback(lambda _: Reply()) as server:
        fetch(server, tmp_path, entry(content=b""))
    assert (tmp_path / "d" / "f").read_bytes() == b""


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", ""])
def test_a_path_that_leaves_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    with loopback(ranged) as server, pytest.raises(ClientError, match="outside of"):
        fetch(server, tmp_path, entry(path))
