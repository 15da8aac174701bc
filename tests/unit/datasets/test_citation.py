"""How versions are cited."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fieldstation.core.datasets.model import Citation, Dataset, Version, cite
from fieldstation.kernel.canonical import Json

AT = datetime(2026, 5, 4, tzinfo=UTC)
ADDRESS = "https://station.example/data/dataset-1?version=2"


def cited(title: str = "Rain", /, **metadata: Json) -> Citation:
    nothing: dict[str, Any] = {"trashed": None, "purge_after": None, "purged": None, "schema": None}
    dataset = Dataset(
        id="dataset-1", name="rain-2", space="", owner="", title=title, description="", labels={}, created=AT,
        changed=AT, latest=2, size=1, **nothing,
    )  # fmt: skip
    version = Version(
        id="version-1", dataset_id="dataset-1", number=2, manifest_digest="d" * 64, file_count=1, size=1,
        metadata=metadata, author="", run_id=None, in_place=False, created=AT,
    )  # fmt: skip
    return cite(dataset, version, "Ada Lovelace", ADDRESS)


def test_the_owner_is_the_author_where_no_other_is_named() -> None:
    assert cited().text == (
        f"Ada Lovelace (2026). Rain (version 2) [Data set]. Fieldstation. {ADDRESS}. SHA-256 of its files: {'d' * 64}"
    )
    assert cited("").csl["title"] == "rain-2"


@pytest.mark.parametrize(
    ("metadata", "authors"),
    [
        ({"author": "A. Person"}, ["A. Person"]),
        ({"authors": ["A", {"name": " B  C "}, 3, {}]}, ["A", "B C"]),
        ({"creator": {"name": "The Gauge Group"}}, ["The Gauge Group"]),
        ({"creators": [], "author": "A"}, ["A"]),
        ({"creators": [1, None]}, ["Ada Lovelace"]),
    ],
)
def test_authors_are_those_of_the_metadata(metadata: dict[str, Json], authors: list[str]) -> None:
    assert cited(**metadata).csl["author"] == [{"literal": author} for author in authors]


def test_a_doi_is_where_it_is_found() -> None:
    found = cited(doi="https://doi.org/10.1234/rain.5")
    assert found.csl["DOI"] == "10.1234/rain.5"
    assert "https://doi.org/10.1234/rain.5. SHA" in found.text
    assert "  doi = {10.1234/rain.5},\n" in found.bibtex
    assert "DOI" not in cited(doi="none yet").csl


def test_signs_of_bibtex_in_titles_mean_themselves() -> None:
    entry = cited("100% {rain} & \\snow_").bibtex
    assert "title = {{100\\% \\{rain\\} \\& \\textbackslash{}snow\\_}}" in entry
    assert entry.startswith("@misc{rain_2_2,\n")
    assert entry.count("{") - entry.count("\\{") == entry.count("}") - entry.count("\\}")
