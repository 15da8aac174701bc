"""What a station finds out about data, as frozen values: counts, uses, citations, results of a search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many data sets have a value."""

    value: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Facets:
    """How many data sets there are of which kind; with `more` there are more, and the newest were counted."""

    total: int
    owners: Sequence[Count]
    origins: Sequence[Count]
    labels: Sequence[Count]
    more: bool = False


@dataclass(frozen=True, kw_only=True)
class Made:
    """The version that a run made."""

    dataset: str
    name: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Use:
    """A run that took a version, as the inputs `slots`; `made` is its result, where the caller may see that."""

    run: str
    state: str
    tool: str
    tool_version: str
    submitted_by: str
    created_at: datetime
    slots: Sequence[str]
    name: str | None = None
    made: Made | None = None


@dataclass(frozen=True, kw_only=True)
class Citation:
    """A version, cited: as a sentence, as BibTeX, as an item of CSL-JSON; `url` is where it is found."""

    text: str
    bibtex: str
    csl: Mapping[str, Any]
    url: str


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a search found of each kind, newest first."""

    datasets: Sequence["FoundDataset"]
    tools: Sequence["FoundTool"]
    runs: Sequence["FoundRun"]


@dataclass(frozen=True, kw_only=True)
class FoundDataset:
    """A data set that a search found."""

    id: str
    name: str
    title: str
    owner: str
    latest: int


@dataclass(frozen=True, kw_only=True)
class FoundTool:
    """A tool that a search found, in its newest version."""

    id: str
    name: str
    version: str
    title: str


@dataclass(frozen=True, kw_only=True)
class FoundRun:
    """A run that a search found."""

    id: str
    tool: str
    state: str
    submitted_by: str
    created_at: datetime
    name: str | None = None
