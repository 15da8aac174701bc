"""Which entry of a `datasets.json` a product belongs to, and what the entry says of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fieldstation.core.recognition.model.entries import Configuration, Entry, Outlet, without_credentials
from fieldstation.core.recognition.model.findings import Findings
from fieldstation.core.recognition.model.templates import BadTemplate, Template
from fieldstation.kernel.canonical import Json


@dataclass(frozen=True, kw_only=True)
class Match:
    """The first entry that a path matches, with the named groups of its patterns.

    `skipped` are the numbers of faulty entries before it, any of which might have been meant.
    """

    entry: Entry
    groups: Mapping[str, str]
    skipped: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """What an entry says of one product; addresses are those of elsewhere, without names and passwords in them."""

    number: int
    ipath: str
    dataset: str
    version: str
    level: str
    type: str
    extractor: str | None
    location: str | None
    urls: tuple[str, ...]
    browse_urls: tuple[str, ...]
    index: str
    aliases: tuple[str, ...]


def match(configuration: Configuration, path: str, names: Sequence[str]) -> Match | None:
    """Find the first entry whose pattern is found in `path` (absolute, as its author saw it); None when none is.

    An entry with an alternative pattern also needs that found: in the path, or in that of one of its files, `names`.
    """
    for entry in configuration.entries:
        groups = entry.match.search(path)
        if groups is None:
            continue
        if entry.alternative is not None:
            files = (f"{path}/{name}" for name in names)
            found = next((got for one in (path, *files) if (got := entry.alternative.search(one)) is not None), None)
            if found is None:
                continue
            groups = {**groups, **found}
        skipped = tuple(number for number in configuration.skipped if number < entry.number)
        return Match(entry=entry, groups=groups, skipped=skipped)
    return None


def nearly(configuration: Configuration, path: str) -> Sequence[int]:
    """Return the numbers of entries that a path matches but for their alternative patterns."""
    return [one.number for one in configuration.entries if one.match.search(path) is not None]


class Sayings:
    """Fills what an entry says with the values of one product, and notes at the product what cannot be said."""

    def __init__(self, found: Match, path: str, findings: Findings, values: Mapping[str, Json]) -> None:
        self._entry = found.entry
        self._groups = found.groups
        self._path = path
        self._findings = findings
        self._values = {**values, **found.groups}

    def recognised(self, version: str | None) -> Recognised | None:
        """Return what the entry says; None without version, level, type and data set. `version` is the product's own.

        A group of the patterns named `version`, `level` or `type` goes before what is written elsewhere. An address
        or index of elsewhere that cannot be said is left out with a doubt.
        """
        before, entry = len(self._findings.faults), self._entry
        told = self._groups.get("version") or version or self._said("version", entry.version)
        if not told:
            self._fault("version", "neither the product nor this entry says a version")
        self._values["version"] = told or ""
        self._values["level"] = self._groups.get("level") or self._said("level", entry.level)
        self._values["type"] = self._groups.get("type") or self._said("type", entry.type)
        ipath = self._said("ipath", entry.ipath)
        dataset = ipath.partition("/")[2]
        if ipath and (not dataset or not dataset.isprintable()):
            self._fault("ipath", f"{ipath[:80]!r} names no data set")
        if len(self._findings.faults) > before:
            return None
        suffix = self._perhaps("index/suffix", entry.index.suffix) or f"{told}_{dataset}"
        return Recognised(
            number=entry.number, ipath=ipath, dataset=dataset, version=told or "", level=str(self._values["level"]),
            type=str(self._values["type"]), extractor=entry.extractor,
            location=self._perhaps("publish/location", entry.publish.location),
            urls=self._all("publish/urls", entry.publish.urls), browse_urls=self._all("browse/urls", entry.browse.urls),
            index=f"grq_{suffix}".lower(), aliases=self._all("index/aliases", entry.index.aliases),
        )  # fmt: skip

    def _all(self, key: str, templates: Sequence[Template]) -> tuple[str, ...]:
        return tuple(told for one in templates if (told := self._perhaps(key, one)) is not None)

    def _perhaps(self, key: str, template: Template | None) -> str | None:
        """Return what a template makes, without name and password; None, with a doubt, where it makes nothing."""
        try:
            return None if template is None else without_credentials(template.fill(self._values))
        except BadTemplate as error:
            self._findings.warn(self._path, "/", f"{self._named(key)} was left out: {error}")
            return None

    def _said(self, key: str, template: Template | None) -> str:
        try:
            return "" if template is None else template.fill(self._values)
        except BadTemplate as error:
            self._fault(key, str(error))
            return ""

    def _fault(self, key: str, text: str) -> None:
        self._findings.fault(self._path, "/", f"{self._named(key)}: {text}")

    def _named(self, key: str) -> str:
        return f"{key} of entry {self._entry.number}"


def in_order(names: Iterable[str], outlet: Outlet) -> Sequence[str]:
    """Return browse images as the entry sorts them: by the first of its patterns that is found, then by name."""
    patterns = outlet.sort_order

    def place(name: str) -> tuple[int, str]:
        return next((at for at, one in enumerate(patterns) if one.search(name) is not None), len(patterns)), name

    return sorted(names, key=place)
