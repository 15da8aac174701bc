"""How a version is cited: as text, as BibTeX, as CSL-JSON (the input of citation processors, citationstyles.org)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fieldstation.core.datasets.model.values import Dataset, Version
from fieldstation.kernel.canonical import Json

PUBLISHER = "Fieldstation"
_MOST_AUTHORS = 50
_AUTHORS = ("creators", "creator", "authors", "author")  # DataCite, Dublin Core, CSL
_SPECIAL = re.compile(r"[\\{}$&#^_%~]")
_ESCAPED = {"\\": r"\textbackslash{}", "^": r"\^{}", "~": r"\~{}"}


@dataclass(frozen=True, kw_only=True)
class Citation:
    """One version, cited: a sentence, a BibTeX entry, and a CSL-JSON item."""

    text: str
    bibtex: str
    csl: Mapping[str, Json]


def cite(dataset: Dataset, version: Version, owner: str, address: str) -> Citation:
    """Cite a version that is found at `address`.

    Authors and DOI are those that the version's metadata names (`creators`, `creator`, `authors` or `author`, each a
    text, an object with `name`, or a list of them; `doi`); the author is `owner` where it names none. The year is that
    of its publishing. The digest makes the citation provable: equal files have an equal one.
    """
    authors = _authors(version.metadata) or [owner]
    doi = _doi(version.metadata)
    title = dataset.title or dataset.name
    year = version.created.year
    where = f"https://doi.org/{doi}" if doi else address
    text = (
        f"{_listed(authors)} ({year}). {title} (version {version.number}) [Data set]. {PUBLISHER}. {where}. "
        f"SHA-256 of its files: {version.manifest_digest}"
    )
    return Citation(
        text=text,
        bibtex=_bibtex(
            f"{_key(dataset.name)}_{version.number}",
            {
                "author": " and ".join(f"{{{_plain(author)}}}" for author in authors),
                "title": f"{{{_plain(title)}}}",
                "year": str(year),
                "version": str(version.number),
                "publisher": PUBLISHER,
                **({"doi": _plain(doi)} if doi else {}),
                "url": where,
                "note": f"SHA-256 of its files: {version.manifest_digest}",
            },
        ),
        csl=_csl(dataset, version, authors, where, doi),
    )


def _csl(dataset: Dataset, version: Version, authors: Sequence[str], where: str, doi: str | None) -> Mapping[str, Json]:
    day = version.created
    item: dict[str, Json] = {
        "id": version.id,
        "type": "dataset",
        "title": dataset.title or dataset.name,
        "author": [{"literal": author} for author in authors],
        "issued": {"date-parts": [[day.year, day.month, day.day]]},
        "version": str(version.number),
        "publisher": PUBLISHER,
        "URL": where,
        "note": f"SHA-256 of its files: {version.manifest_digest}",
    }
    return {**item, "DOI": doi} if doi else item


def _authors(metadata: Mapping[str, Json]) -> list[str]:
    given = next((metadata[name] for name in _AUTHORS if metadata.get(name)), None)
    found = given if isinstance(given, list) else [given]
    return [name for one in found[:_MOST_AUTHORS] if (name := _name(one))]


def _name(given: Any) -> str:
    if isinstance(given, Mapping):
        given = given.get("name")
    return " ".join(given.split()) if isinstance(given, str) else ""


def _doi(metadata: Mapping[str, Json]) -> str | None:
    given = metadata.get("doi")
    found = re.search(r"10\.\d{4,9}/[^\s\"<>]+", given) if isinstance(given, str) else None
    return found[0] if found else None


def _listed(authors: Sequence[str]) -> str:
    return authors[0] if len(authors) == 1 else f"{', '.join(authors[:-1])} and {authors[-1]}"


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name).strip("_") or "data"


def _plain(text: str) -> str:
    """Return a text as BibTeX shows it letter by letter."""
    return _SPECIAL.sub(lambda sign: _ESCAPED.get(sign[0], f"\\{sign[0]}"), " ".join(text.split()))


def _bibtex(key: str, fields: Mapping[str, str]) -> str:
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@misc{{{key},\n{lines}}}\n"
