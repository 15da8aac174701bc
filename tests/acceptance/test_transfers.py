"""Bytes on their way, with the Python client: many files, big ones, broken connections, lies about digests."""

import os
from pathlib import Path

import pytest

from fieldstation.client import ClientError, Station
from fieldstation.client.transport import at
from fieldstation.client.uploads import Upload
from tests.acceptance.cutting import relay
from tests.acceptance.person import Person
from tests.closing import Scale


@pytest.fixture
def remote(ada: Person) -> Station:
    return ada.station()


def test_many_small_files_go_and_come_back(remote: Station, scale: Scale, tmp_path: Path) -> None:
    count = scale.of("transfers.small_files", 2_000, 100_000)
    for number in range(count):
        place = tmp_path / "out" / f"{number % 100:02d}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number:06d}.txt").write_text(str(number))
    moved: list[int] = []
    with remote:
        remote.datasets.create("many")
        version = remote.datasets.add_version("many", [tmp_path / "out"], progress=moved.append)
        assert (version.file_count, version.size) == (count, sum(moved))
        names = [file.path for file in remote.datasets.files("many", 1)]
        assert names == sorted(names)
        assert len(names) == count
        assert len([*remote.datasets.files("many", 1, prefix="07/")]) == count // 100
        received = [*remote.datasets.fetch("many:07", tmp_path / "in")]
    assert len(received) == count // 100
    assert all((tmp_path / "out" / one.entry.path).read_bytes() == one.file.read_bytes() for one in received)


def test_a_big_file_is_never_held_in_memory_and_resumes(remote: Station, scale: Scale, tmp_path: Path) -> None:
    mebibytes = scale.of("transfers.mebibytes", 64, 1024)
    block = os.urandom(1 << 20)
    big = tmp_path / "big.bin"
    with big.open("wb") as file:
        for _ in range(mebibytes):
            file.write(block)
    with remote:
        remote.datasets.create("big")
        remote.datasets.add_version("big", [big])
        [entry] = remote.datasets.files("big", 1)
        here = tmp_path / "in"
        here.mkdir()
        part = here / f".big.bin.{entry.sha256[:16]}.part"
        part.write_bytes(block * (mebibytes // 2) + block[:1000])
        moved: list[int] = []
        [received] = remote.datasets.fetch("big", here, moved.append)
    assert received.file.stat().st_size == mebibytes << 20
    assert moved[0] == (mebibytes // 2 << 20) + 1000
    assert sum(moved) == mebibytes << 20
    assert [one.name for one in here.iterdir()] == ["big.bin"]


def test_a_wire_that_breaks_costs_neither_an_upload_nor_a_download(
    ada: Person, remote: Station, tmp_path: Path
) -> None:
    big = tmp_path / "big.bin"
    big.write_bytes(os.urandom(70 << 20))
    token = remote.tokens.create("through the relay").token
    remote.close()
    with relay(remote.url, [10 << 20, 30 << 20, 1 << 20]) as wire, Station(wire.url, token) as cut:
        cut.datasets.create("cut")
        version = cut.datasets.add_version("cut", [big])
        assert wire.cuts == []
        wire.cuts += [20 << 20, 5 << 20]
        cut.close()
        with Station(wire.url, token) as again:
            [received] = again.datasets.fetch("cut", tmp_path / "in")
        assert wire.cuts == []
    assert version.size == 70 << 20
    assert received.file.read_bytes() == big.read_bytes()


def test_an_upload_that_was_given_up_is_gone_on_with_later(remote: Station, tmp_path: Path) -> None:
    big = tmp_path / "big.bin"
    big.write_bytes(os.urandom(70 << 20))

    def give_up(count: int) -> None:
        moved.append(count)
        if sum(moved) > 40 << 20:
            raise KeyboardInterrupt

    with remote:
        remote.datasets.create("late")
        moved: list[int] = []
        with pytest.raises(KeyboardInterrupt):
            remote.datasets.add_version("late", [big], progress=give_up)
        [waiting] = remote.transport.pages(Upload, at("uploads"))
        assert 0 < waiting.offset < 70 << 20
        again: list[int] = []
        assert remote.datasets.add_version("late", [big], progress=again.append).size == 70 << 20
        assert list(remote.transport.pages(Upload, at("uploads"))) == []
    assert sum(again) == 70 << 20


def test_half_a_file_that_was_spoilt_is_refused_and_then_fetched_anew(remote: Station, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abcdefgh" * 1000)
    with remote:
        remote.datasets.create("spoilt")
        remote.datasets.add_version("spoilt", [tmp_path / "x"])
        [entry] = remote.datasets.files("spoilt", 1)
        here = tmp_path / "in"
        here.mkdir()
        (here / f".x.{entry.sha256[:16]}.part").write_bytes(b"!" * 100)
        with pytest.raises(ClientError) as caught:
            [*remote.datasets.fetch("spoilt", here)]
        assert caught.value.reason == "checksum_mismatch"
        [received] = remote.datasets.fetch("spoilt", here)
    assert received.file.read_bytes() == (tmp_path / "x").read_bytes()


def test_an_empty_file_and_a_small_one_by_reference(remote: Station, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "word").write_text("grün")
    with remote:
        remote.datasets.create("tiny")
        remote.datasets.add_version("tiny", [tmp_path / "empty", tmp_path / "word"])
        assert remote.datasets.content("tiny@1:word").decode() == "grün"
        assert remote.datasets.content("tiny:empty") == b""
