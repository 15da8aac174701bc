"""The files of a version as a tree: what it lists, to whom, and at which cost."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from fieldstation.core.datasets.store import folders
from tests.integration.datasets.station import Person, Station
from tests.integration.runs.counting import statements

FILES = {
    "a!b.txt": b"12",
    "a": b"1",
    "b/x.csv": b"123",
    "b/deep/y.csv": b"1234",
    "b/deep/z.csv": b"",
    "b.txt": b"1",
    "b0": b"1",
    "ü/é": b"12345",
}


def walk(person: Person, address: str, folder: str = "", limit: int = 2) -> Iterator[Mapping[str, Any]]:
    """Yield all entries of a folder, page by page."""
    query: dict[str, str | int] = {"folder": folder, "limit": limit}
    while True:
        answer = person.client.get(address, params=query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= limit
        yield from page["items"]
        if "next" not in page:
            return
        query["after"] = page["next"]


@pytest.fixture
def tree(ada: Person) -> str:
    ada.make("trees")
    assert ada.send("trees", FILES).status_code == 201
    return "/api/v1/datasets/trees/versions/1/tree"


def test_a_folder_lists_its_folders_with_what_is_below_and_its_files(ada: Person, tree: str) -> None:
    top = list(walk(ada, tree))
    assert [one["path"] for one in top] == ["a", "a!b.txt", "b.txt", "b/", "b0", "ü/"]
    folders = {one["path"]: (one["files"], one["size"]) for one in top if one["kind"] == "folder"}
    assert folders == {"b/": (3, 7), "ü/": (1, 5)}
    assert not any("more" in one for one in top)
    inner = list(walk(ada, tree, "b"))
    assert [(one["path"], one["size"]) for one in inner] == [("b/deep/", 4), ("b/x.csv", 3)]
    assert inner[1]["media_type"] == "text/csv"
    assert len(inner[1]["sha256"]) == 64
    assert [one["path"] for one in walk(ada, tree, "b/deep/")] == ["b/deep/y.csv", "b/deep/z.csv"]


def test_a_folder_that_is_not_there_is_told(ada: Person, tree: str) -> None:
    answer = ada.client.get(tree, params={"folder": "b/nothing"})
    assert (answer.status_code, answer.json()["reason"]) == (404, "no_folder")
    assert ada.client.get(tree, params={"folder": "a"}).status_code == 404, "a file is no folder"


def test_nobody_lists_what_they_may_not_read(bob: Person, tree: str) -> None:
    assert bob.client.get(tree).status_code == 404


def test_a_page_reads_as_little_whatever_is_below(ada: Person, station: Station) -> None:
    read, asked = set(), set()
    for below in (10, 2000):
        ada.make(f"below-{below}")
        ada.send(f"below-{below}", {f"f{at % 5}/{at:06}": b"1" for at in range(below)})
        with statements(station.database) as seen:
            found = list(walk(ada, f"/api/v1/datasets/below-{below}/versions/1/tree", limit=50))
        assert [(one["path"], one["files"]) for one in found] == [(f"f{at}/", below // 5) for at in range(5)]
        asked.add(len(seen))
        read.add(rows_read(station, ada, f"below-{below}"))
    assert len(asked) == 1
    assert read in ({5}, {6}), "one row for each entry; servers before 18 tell whole rows for each look, so one more"


def rows_read(station: Station, person: Person, name: str) -> int:
    """Count the rows of files that PostgreSQL reads for the entries of the top, without what is counted below them."""
    version = person.client.get(f"/api/v1/datasets/{name}/versions/1").json()["id"]
    values = {"version_id": version, "folder": "", "inside": 1, "start": "", "end": "\U0010ffff" * 2, "limit": 51}
    with station.database.begin() as tx:
        tx.execute(text("SET LOCAL enable_seqscan = off"))
        tx.execute(text("SET LOCAL enable_bitmapscan = off"))
        plan = tx.scalar(text("EXPLAIN (ANALYZE, FORMAT JSON) " + folders._ENTRIES.text), values)
    return sum(node["Actual Rows"] * node["Actual Loops"] for node in nodes(plan[0]["Plan"]) if _of_files(node))


def _of_files(node: Mapping[str, Any]) -> bool:
    return node.get("Relation Name") == "version_file"


def nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


_NAMES = st.text(alphabet="ab.0!-ü", min_size=1, max_size=3).filter(lambda name: name not in (".", ".."))
_PATHS = st.sets(st.lists(_NAMES, min_size=1, max_size=3).map("/".join), min_size=1, max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(paths=_PATHS, limit=st.integers(min_value=1, max_value=4))
def test_walking_all_folders_finds_every_file_once(ada: Person, paths: set[str], limit: int) -> None:
    kept = {path for path in paths if not any(f"{path}/" == other[: len(path) + 1] for other in paths)}
    name = f"w{len(ada.client.get('/api/v1/datasets', params={'limit': 1000}).json()['items'])}"
    ada.make(name)
    sent = ada.send(name, dict.fromkeys(kept, b"1"))
    assert sent.status_code == 201, sent.text
    address = f"/api/v1/datasets/{name}/versions/1/tree"
    found, open_folders = list[str](), [""]
    while open_folders:
        for entry in walk(ada, address, open_folders.pop(), limit):
            if entry["kind"] == "folder":
                assert entry["files"] == sum(path.startswith(entry["path"]) for path in kept)
                open_folders.append(entry["path"])
            else:
                found.append(entry["path"])
    assert sorted(found) == sorted(kept)
