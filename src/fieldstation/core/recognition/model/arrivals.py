"""A product directory: `X/X.dataset.json` and what stands beside it, read into all that a catalogue keeps of it."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fieldstation.core.catalogue.model.footprint import Footprint
from fieldstation.core.recognition.model.document import read_object
from fieldstation.core.recognition.model.entries import Configuration, Outlet
from fieldstation.core.recognition.model.findings import Fields, Findings, escaped, shown
from fieldstation.core.recognition.model.footprints import read_place
from fieldstation.core.recognition.model.moments import read_moment
from fieldstation.core.recognition.model.recognise import Match, Recognised, Sayings, in_order, match, nearly
from fieldstation.kernel.canonical import Json

ABOUT, METADATA, CONTEXT = ".dataset.json", ".met.json", ".context.json"
PROVENANCE, PRODUCTION = ".prov_es.json", ".prod_prov.json"
DOCUMENTS = (ABOUT, METADATA, CONTEXT, PROVENANCE, PRODUCTION)
LOCALIZED = ".localized"
_KNOWN = ("version", "label", "location", "starttime", "endtime", "creation_timestamp", "index")
_DERIVED = (
    "dataset", "ipath", "system_version", "dataset_level", "dataset_type", "urls", "browse_urls", "images", "prov",
    "metadata",
)  # fmt: skip
_OWN = ("id", "objectid")
_UNFINISHED = re.compile(
    r"(\.(part|partial|filepart|crdownload|download|incomplete|tmp)|\.osaka\.locked\.json|_publish\.context\.json)\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Given:
    """A directory as it was found: its absolute path, the files in it, and the bytes of those that are documents.

    `names` are relative, with `/` between folders; `documents` are keyed by the part of the name behind the id.
    """

    path: str
    names: Sequence[str]
    documents: Mapping[str, bytes]

    @property
    def id(self) -> str:
        """The name of the directory, which is the id of the product."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, kw_only=True)
class Browse:
    """One image to look at, and its small form where there is one; names in the directory."""

    image: str
    small: str | None


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """One product, checked and read. `recognised` is None where no `datasets.json` was given.

    Times are aware, and both ends belong to the product. `metadata` and `context` are free; `production` tells how it
    came about, for latencies. `localized`: it is an input that was brought here, so not to be published.
    `overwrite`: its context allows to replace a product of the same id. `further` are the keys of `.dataset.json` that
    the document of a catalogue takes as they stand.
    """

    id: str
    path: str
    version: str
    recognised: Recognised | None
    label: str | None
    footprint: Footprint | None
    start: datetime | None
    end: datetime | None
    created: datetime | None
    metadata: Mapping[str, Json]
    context: Mapping[str, Json] | None
    production: Mapping[str, Json] | None
    browse: tuple[Browse, ...]
    localized: bool
    overwrite: bool
    further: Mapping[str, Json]


def is_unfinished(name: str) -> bool:
    """Tell whether a file is the mark of a transfer that has not ended, by its name."""
    return _UNFINISHED.search(name) is not None


def read_arrival(
    given: Given, configuration: Configuration | None, hostname: str, findings: Findings
) -> Arrival | None:
    """Read a product directory and recognise it; None when a fault was noted that leaves nothing to keep."""
    return _Reader(given, configuration, hostname, findings).arrival()


class _Reader:
    def __init__(self, given: Given, configuration: Configuration | None, hostname: str, findings: Findings) -> None:
        self._given = given
        self._configuration = configuration
        self._hostname = hostname
        self._findings = findings
        self._before = len(findings.faults)

    def arrival(self) -> Arrival | None:
        """Return the product."""
        if not self._given.id.isprintable():
            self._findings.fault(self._given.path, "/", "has a name with signs that cannot be shown: give it another")
        raw = {kind: self._object(kind) for kind in DOCUMENTS}
        found = None if self._configuration is None else self._match(self._configuration)
        about = raw[ABOUT]
        if about is None:
            return None
        fields = Fields(self._findings, self._file(ABOUT), "", about)
        self._doubt(fields, about)
        version = fields.text("version", most=200)
        metadata, context = raw[METADATA] or {}, raw[CONTEXT]
        recognised = self._indexed(fields, self._recognised(found, about, metadata, version) if found else None)
        if version is None and found is None:
            fields.fault("version", "is missing: the version of the product, such as v1.0")
        start, end = self._times(fields)
        footprint, label = read_place(fields, "location"), fields.text("label")
        created = read_moment(fields, "creation_timestamp")
        browse = _browse(self._given.names, found.entry.browse if found else Outlet())
        if len(self._findings.faults) > self._before:
            return None
        return Arrival(
            id=self._given.id, path=self._given.path, version=recognised.version if recognised else version or "",
            recognised=recognised, label=label, footprint=footprint, start=start, end=end, created=created,
            metadata=metadata, context=context, production=raw[PRODUCTION], browse=browse,
            localized=LOCALIZED in self._given.names, overwrite=bool((context or {}).get("_force_ingest")),
            further={key: value for key, value in about.items() if key not in (*_OWN, "index", "location")},
        )  # fmt: skip

    def _file(self, kind: str) -> str:
        return f"{self._given.path}/{self._given.id}{kind}"

    def _object(self, kind: str) -> Mapping[str, Json] | None:
        data = self._given.documents.get(kind)
        return None if data is None else read_object(data, self._file(kind), self._findings)

    def _match(self, configuration: Configuration) -> Match | None:
        found = match(configuration, self._given.path, self._given.names)
        if found is None:
            text = f"no entry of {configuration.file} matches {self._given.path}"
            if near := nearly(configuration, self._given.path):
                text += f"; entry {', '.join(map(str, near))} would, if its alt_match_pattern were found here"
            self._findings.fault(self._given.path, "/", text)
        elif found.skipped:
            numbers = ", ".join(map(str, found.skipped))
            text = f"entry {found.entry.number} matches, but before it are faulty ones that might have: {numbers}"
            self._findings.warn(self._given.path, "/", text)
        return found

    def _recognised(
        self, found: Match, about: Mapping[str, Json], metadata: Mapping[str, Json], version: str | None
    ) -> Recognised | None:
        values: Mapping[str, Json] = {
            "id": self._given.id,
            "hostname": self._hostname,
            "dataset": about,
            "met": metadata,
        }
        return Sayings(found, self._given.path, self._findings, values).recognised(version)

    def _indexed(self, fields: Fields, told: Recognised | None) -> Recognised | None:
        """Put the names of an index that the product itself asks for in place of those of its entry."""
        index = fields.object("index")
        if index is None or told is None:
            return told
        index.ignored(("suffix", "aliases"), "is not known there and was not read")
        suffix = index.text("suffix")
        listed = index.list("aliases")
        aliases = tuple(one for one in listed if isinstance(one, str))
        if len(aliases) < len(listed):
            index.warn("aliases", "must be texts; what is none was not read")
        return replace(
            told, index=told.index if suffix is None else f"grq_{suffix}".lower(), aliases=aliases or told.aliases
        )

    def _doubt(self, fields: Fields, about: Mapping[str, Json]) -> None:
        """Note keys that are close to one we know, and those that mean something else elsewhere."""
        for key in about:
            if key in _OWN and about[key] != self._given.id:
                fields.warn(escaped(key), "was not read: the id is the name of the directory")
            elif key in _DERIVED:
                fields.warn(escaped(key), "stands in the document in place of what was recognised")
            elif key not in _KNOWN and (meant := difflib.get_close_matches(key, _KNOWN, 1, 0.8)):
                fields.warn(escaped(key), f"is kept, but means nothing here: was {meant[0]} meant?")

    def _times(self, fields: Fields) -> tuple[datetime | None, datetime | None]:
        start, end = read_moment(fields, "starttime"), read_moment(fields, "endtime", last=True)
        if start is not None and end is not None and end < start:
            fields.fault("endtime", f"{shown(str(fields.get('endtime')))} lies before starttime: are they exchanged?")
        return start, end


def _browse(names: Iterable[str], outlet: Outlet) -> tuple[Browse, ...]:
    """Pair the images at the top of the directory with their small forms."""
    top = {name for name in names if "/" not in name}
    images = in_order((name for name in top if name.endswith("browse.png")), outlet)
    small = {name: f"{name.removesuffix('.png')}_small.png" for name in images}
    return tuple(Browse(image=name, small=small[name] if small[name] in top else None) for name in images)
