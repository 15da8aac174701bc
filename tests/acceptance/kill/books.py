"""What the station wrote down, read from its database by the test, and every contradiction in it."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

FINAL = ("succeeded", "failed", "canceled")
_RUNS = "SELECT id, name, state, reason, attempts, ended_at FROM run"
_ATTEMPTS = """
    SELECT id, run_id, number, state, outcome, reason, uid, released_at, claimed_at, running_at, exited_at, ended_at
      FROM attempt ORDER BY run_id, number
"""
_VERSIONS = """
    SELECT v.id, v.run_id, v.dataset_id, v.number, v.file_count, v.size, count(f.path) AS files,
           coalesce(sum(f.size), 0) AS bytes
      FROM version v LEFT JOIN version_file f ON f.version_key = v.key GROUP BY v.key
"""
_OUTPUTS = "SELECT run_id, version_id FROM run_output"
_FILES = "SELECT f.sha256, f.size, b.sha256 IS NOT NULL AS known FROM version_file f LEFT JOIN blob b USING (sha256)"
_LATEST = "SELECT id, latest FROM dataset"
_STATES = """
    SELECT thing, array_agg(substr(kind, 5) ORDER BY id) AS states FROM event
     WHERE kind IN ('run.queued', 'run.staging', 'run.running', 'run.collecting', 'run.succeeded', 'run.failed',
                    'run.canceled') GROUP BY thing
"""


@dataclass(frozen=True, kw_only=True)
class Books:
    """All runs by id, all attempts by run, all versions, at one moment."""

    runs: Mapping[str, Any]
    attempts: Mapping[str, Sequence[Any]]
    versions: Sequence[Any]
    outputs: Sequence[Any]
    files: Sequence[Any]
    latest: Mapping[str, int]
    states: Mapping[str, Sequence[str]]


def read_books(database_url: str) -> Books:
    """Read everything in one snapshot."""
    with psycopg.connect(database_url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        asked: dict[str, list[Any]] = {
            name: connection.cursor(row_factory=namedtuple_row).execute(query).fetchall()
            for name, query in (
                ("runs", _RUNS), ("attempts", _ATTEMPTS), ("versions", _VERSIONS), ("outputs", _OUTPUTS),
                ("files", _FILES), ("latest", _LATEST), ("states", _STATES),
            )
        }  # fmt: skip
    attempts: dict[str, list[Any]] = {run.id: [] for run in asked["runs"]}
    for attempt in asked["attempts"]:
        attempts[attempt.run_id].append(attempt)
    return Books(
        runs={run.id: run for run in asked["runs"]},
        attempts=attempts,
        versions=asked["versions"],
        outputs=asked["outputs"],
        files=asked["files"],
        latest={row.id: row.latest for row in asked["latest"]},
        states={row.thing: row.states for row in asked["states"]},
    )


def contradictions(books: Books, data: Path) -> Iterator[str]:
    """Say everything in the books that cannot be, once all runs are final."""
    for run in books.runs.values():
        yield from _of_run(run, books.attempts[run.id], books.states.get(run.id, ()))
    yield from _of_outputs(books)
    yield from _of_versions(books)
    yield from _of_blobs(books, data)


def _of_run(run: Any, attempts: Sequence[Any], states: Sequence[str]) -> Iterator[str]:
    if run.state not in FINAL or run.ended_at is None:
        yield f"{run.id} is {run.state}"
    if [attempt.number for attempt in attempts] != list(range(1, run.attempts + 1)):
        yield f"{run.id} counts {run.attempts} attempts and has {len(attempts)}"
    for attempt in attempts:
        if attempt.state != "ended" or attempt.outcome is None or attempt.ended_at is None:
            yield f"{attempt.id} of {run.id} is {attempt.state} with outcome {attempt.outcome}"
        elif attempt.number < run.attempts and attempt.outcome not in ("lost", "unstarted"):
            yield f"{attempt.id} ended as {attempt.outcome}, and yet there was another attempt"
        if attempt.outcome == "unstarted" and attempt.running_at is not None:
            yield f"{attempt.id} is unstarted and ran"
    if run.state == "succeeded" and (not attempts or attempts[-1].outcome != "succeeded"):
        yield f"{run.id} succeeded and its last attempt did not"
    if not states or states[0] != "queued" or states[-1] != run.state or sum(state in FINAL for state in states) != 1:
        yield f"{run.id} is {run.state}, and its events say {', '.join(states)}"
    if Counter(states)["staging"] != run.attempts:
        yield f"{run.id} has {run.attempts} attempts, and its events say {', '.join(states)}"


def _of_outputs(books: Books) -> Iterator[str]:
    made = Counter(version.run_id for version in books.versions if version.run_id)
    named = Counter(output.run_id for output in books.outputs)
    of_version = {version.id: version.run_id for version in books.versions}
    for run in books.runs.values():
        wanted = 1 if run.state == "succeeded" else 0
        if (made[run.id], named[run.id]) != (wanted, wanted):
            yield f"{run.id} is {run.state}, made {made[run.id]} versions and names {named[run.id]}"
    for output in books.outputs:
        if of_version.get(output.version_id) != output.run_id:
            yield f"{output.run_id} names {output.version_id}, which it did not make"


def _of_versions(books: Books) -> Iterator[str]:
    numbers: dict[str, list[int]] = {dataset: [] for dataset in books.latest}
    for version in books.versions:
        numbers[version.dataset_id].append(version.number)
        if (version.file_count, version.size) != (version.files, version.bytes):
            yield f"{version.id} counts {version.file_count} files of {version.size} bytes and has others"
    for dataset, found in numbers.items():
        if sorted(found) != list(range(1, books.latest[dataset] + 1)):
            yield f"{dataset} counts {books.latest[dataset]} versions and has the numbers {sorted(found)}"


def _of_blobs(books: Books, data: Path) -> Iterator[str]:
    for file in {(row.sha256, row.size, row.known) for row in books.files}:
        digest, size, known = file[0].hex(), file[1], file[2]
        blob = data / "blobs" / "sha256" / digest[:2] / digest[2:]
        if not known:
            yield f"blob {digest} has no row"
        if not blob.exists():
            yield f"blob {digest} is not there"
        elif (found := blob.read_bytes()) and (hashlib.sha256(found).hexdigest(), len(found)) != (digest, size):
            yield f"blob {digest} holds other bytes"
