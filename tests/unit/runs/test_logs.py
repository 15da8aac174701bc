"""Logs as they are kept and read again: offsets count what the program wrote, the hole is never taken for bytes."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstation.core.people.service import People
from fieldstation.core.runs.model.states import AttemptState
from fieldstation.core.runs.model.values import Attempt
from fieldstation.core.runs.service.given import NO_VEIL
from fieldstation.core.runs.service.logs import LogPlace, Logs
from fieldstation.core.runs.service.show import Runs
from fieldstation.engines.local import logs as files
from fieldstation.facades.rest.runs.follow_log import Position, position_of, whole
from fieldstation.kernel.sealing import Sealer
from fieldstation.ports.engine import LogChunk, Stream
from fieldstation.storage.filesystem import FilesystemStore
from fieldstation.workers.logs import keep_logs

LIMIT = 8192  # of which 4096 are kept at each end
_NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
ATTEMPT = Attempt(
    id="attempt-1", run_id="run-1", number=1, engine="e", state=AttemptState.ENDED, outcome=None, reason=None,
    exit_code=0, claimed_at=_NOON, running_at=None, exited_at=None, ended_at=None, usage={}, logs={},
)  # fmt: skip

Read = Callable[[int, int], LogChunk]


@dataclass(frozen=True)
class Folder:
    """The log files of one attempt, read as engines of this machine read them."""

    path: Path

    def logs(self, attempt_id: str, stream: Stream, offset: int, limit: int) -> LogChunk:
        return files.read(self.path / stream.value, offset, limit)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> FilesystemStore:
    return FilesystemStore(tmp_path_factory.mktemp("store"))


def kept(store: FilesystemStore, folder: Folder) -> dict[str, Any]:
    return {name: dict(facts) for name, facts in keep_logs(folder, store, "attempt-1").items()}


def reader(store: FilesystemStore, facts: dict[str, Any]) -> Read:
    service = Logs(Runs(People(Sealer(bytes(32)))), {}, store, lambda *_: NO_VEIL)
    place = LogPlace(attempt=replace(ATTEMPT, logs=facts), over=True)
    return lambda offset, limit: service.read(place, Stream.STDOUT, offset, limit)


def read_all(read: Read, limits: Callable[[], int]) -> tuple[bytes, int, list[LogChunk]]:
    """Read to the end in chunks; returns the bytes, what was skipped, and the chunks."""
    offset, data, skipped = 0, b"", 0
    chunks: list[LogChunk] = []
    while True:
        chunk = read(offset, limits())
        if not chunk.data:
            return data, skipped, chunks
        assert chunk.offset == offset + chunk.skipped
        data, skipped = data + chunk.data, skipped + chunk.skipped
        offset = chunk.offset + len(chunk.data)
        chunks.append(chunk)


sizes = st.integers(0, 3 * LIMIT) | st.sampled_from([0, 1, 4096, LIMIT, LIMIT + 1, 3 * 4096])
seeds = st.integers(0, 2**32)


@settings(max_examples=60, deadline=None)
@given(size=sizes, seed=seeds, dull=st.booleans())
def test_in_any_pieces_it_is_what_the_program_wrote_but_the_hole(
    store: FilesystemStore, tmp_path_factory: pytest.TempPathFactory, size: int, seed: int, dull: bool
) -> None:
    chance = random.Random(seed)
    data = b"dull line\n" * (size // 10) if dull else chance.randbytes(size)
    folder = Folder(tmp_path_factory.mktemp("logs"))
    log = folder.path / "stdout"
    log.write_bytes(data)
    was_over = files.trim(log, LIMIT)
    hole = files.dropped(log)
    expected = data[: hole.start] + data[hole.end :]
    assert was_over == (len(data) > LIMIT)
    live: Read = lambda offset, limit: folder.logs("", Stream.STDOUT, offset, limit)  # noqa: E731
    for read in (live, reader(store, kept(store, folder))):
        got, skipped, chunks = read_all(read, lambda: chance.randint(1, 5000))
        assert got == expected
        assert skipped == hole.end - hole.start
        for chunk in chunks:
            assert chunk.data == data[chunk.offset : chunk.offset + len(chunk.data)]


@settings(max_examples=60, deadline=None)
@given(size=st.integers(LIMIT + 4096, 3 * LIMIT), offset=st.integers(0, 4 * LIMIT), limit=st.integers(1, 3 * LIMIT))
def test_from_any_offset_come_the_bytes_of_that_offset_or_the_next_kept_ones(
    store: FilesystemStore, tmp_path_factory: pytest.TempPathFactory, size: int, offset: int, limit: int
) -> None:
    data = random.Random(size).randbytes(size)
    folder = Folder(tmp_path_factory.mktemp("logs"))
    (folder.path / "stdout").write_bytes(data)
    files.trim(folder.path / "stdout", LIMIT)
    hole = files.dropped(folder.path / "stdout")
    live = folder.logs("", Stream.STDOUT, offset, limit)
    later = reader(store, kept(store, folder))(offset, limit)
    for chunk in (live, later):
        assert chunk.offset == (hole.end if hole.start <= offset < hole.end else offset)
        assert chunk.skipped == chunk.offset - offset
        end = hole.start if offset < hole.start else size
        assert chunk.data == data[chunk.offset : min(chunk.offset + limit, end)]
    assert live == later


def test_facts_say_how_much_there_was_and_what_was_dropped(store: FilesystemStore, tmp_path: Path) -> None:
    (tmp_path / "stdout").write_bytes(b"x" * 5 * LIMIT)
    (tmp_path / "stderr").write_bytes(b"")
    files.trim(tmp_path / "stdout", LIMIT)
    facts = kept(store, Folder(tmp_path))
    assert facts["stdout"]["bytes"] == 5 * LIMIT
    assert facts["stdout"]["dropped_at"] == 4096
    assert facts["stdout"]["dropped_bytes"] == 5 * LIMIT - 2 * 4096
    assert facts["stderr"] == {"bytes": 0}


def test_logs_that_never_were_are_empty(store: FilesystemStore, tmp_path: Path) -> None:
    facts = kept(store, Folder(tmp_path))
    assert facts == {"stdout": {"bytes": 0}, "stderr": {"bytes": 0}}
    assert reader(store, facts)(0, 10) == LogChunk(offset=0, data=b"")
    assert reader(store, facts)(7, 10) == LogChunk(offset=7, data=b"")
    assert reader(store, {})(0, 10) == LogChunk(offset=0, data=b"")


def test_small_logs_lie_in_the_row_and_big_ones_in_the_store(store: FilesystemStore, tmp_path: Path) -> None:
    (tmp_path / "stdout").write_bytes(random.Random(1).randbytes(200_000))
    (tmp_path / "stderr").write_bytes(b"all is well\n" * 100_000)
    facts = kept(store, Folder(tmp_path))
    assert "gzip" not in facts["stdout"]
    assert store.readable(facts["stdout"]["sha256"]).size == facts["stdout"]["size"]
    assert "sha256" not in facts["stderr"]
    assert len(facts["stderr"]["gzip"]) < 24_000


def test_a_log_whose_blob_is_gone_is_empty_and_no_error(store: FilesystemStore) -> None:
    facts = {"stdout": {"bytes": 9, "sha256": "0" * 64, "size": 5}}
    assert reader(store, facts)(0, 10).data == b""


def test_where_the_store_is_full_big_logs_are_given_up_and_small_ones_kept(tmp_path: Path) -> None:
    store = FilesystemStore(tmp_path / "store", reserve_bytes=1 << 60)
    (tmp_path / "stdout").write_bytes(random.Random(1).randbytes(200_000))
    (tmp_path / "stderr").write_bytes(b"why it failed")
    facts = kept(store, Folder(tmp_path))
    assert "full" in facts["stdout"]["lost"]
    assert reader(store, facts)(0, 10).data == b""
    assert reader(store, {"stdout": facts["stderr"]})(0, 100).data == b"why it failed"
    assert not list((tmp_path / "store" / "incoming").iterdir())


class _Broken(Folder):
    """A log that cannot be read to its end."""

    def logs(self, attempt_id: str, stream: Stream, offset: int, limit: int) -> LogChunk:
        if offset:
            raise OSError("the disk is broken")
        return super().logs(attempt_id, stream, offset, limit)


def test_a_log_that_cannot_be_read_leaves_nothing_half_written(tmp_path: Path) -> None:
    store = FilesystemStore(tmp_path / "store")
    (tmp_path / "stdout").write_bytes(random.Random(1).randbytes(2 << 20))
    with pytest.raises(OSError, match="broken"):
        keep_logs(_Broken(tmp_path), store, "attempt-1")
    assert not list((tmp_path / "store" / "incoming").iterdir())


@given(st.text(max_size=12), st.integers(0, 40))
def test_text_is_cut_only_between_characters(text: str, place: int) -> None:
    data = text.encode(errors="replace")[:place]
    end = whole(data)
    assert 0 <= len(data) - end < 4
    assert text.encode(errors="replace").decode().startswith(data[:end].decode())


@given(st.binary(max_size=12))
def test_of_bytes_that_are_no_text_all_come_in_the_end(data: bytes) -> None:
    end = whole(data)
    assert len(data) - end < 4
    assert whole(data + b"x") == len(data) + 1


@given(st.integers(1, 500), st.integers(0, 2**47))
def test_the_id_of_an_event_says_where_to_go_on(attempt: int, offset: int) -> None:
    position = Position(attempt=attempt, offset=offset)
    assert position_of(position.event_id) == position
    assert attempt > 1 or position.event_id == offset
    assert len(str(position.event_id)) < 19
