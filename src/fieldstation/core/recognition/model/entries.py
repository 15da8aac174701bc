"""`datasets.json`: which paths are products of which data set, entry by entry, the first that matches deciding."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldstation.core.recognition.model.document import read_object
from fieldstation.core.recognition.model.findings import Fields, Findings, shown
from fieldstation.core.recognition.model.patterns import BadPattern, Pattern, compile_pattern
from fieldstation.core.recognition.model.templates import BadTemplate, Template, read_template, with_placeholders
from fieldstation.kernel.canonical import Json

MAX_ENTRIES = 2_000
_CREDENTIALS = re.compile(r"\A([A-Za-z][A-Za-z0-9+.-]*://)([^/]*)@")
_SECRETS = ("s3-api-key", "s3-secret-key", "azure-key", "gs-key")
_PROFILES = ("s3-profile-name", "davs-profile-name", "azure-profile-name", "gs-profile-name")
_OUTLET = ("location", "urls", *_PROFILES, "s3-acl", "sort_order")
# What an entry may hold. The key `priority` was never used by anyone.
ENTRY_KEYS = (
    "ipath", "match_pattern", "alt_match_pattern", "version", "level", "type", "extractor", "publish", "browse",
    "index", "priority",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Outlet:
    """Where files would be published elsewhere: `urls` are told to people, `location` is written to.

    `sort_order` says which browse image comes first.
    """

    location: Template | None = None
    urls: tuple[Template, ...] = ()
    profile: str | None = None
    acl: str | None = None
    sort_order: tuple[Pattern, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Index:
    """The names under which a catalogue elsewhere would keep the document."""

    suffix: Template | None = None
    aliases: tuple[Template, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry; `number` counts from 1 in its file, faulty ones included.

    `extractor` is the command that would read metadata where there is no `.met.json`; recognition never runs it.
    """

    number: int
    ipath: Template
    match: Pattern
    alternative: Pattern | None
    version: Template | None
    level: Template
    type: Template
    extractor: str | None
    publish: Outlet
    browse: Outlet
    index: Index


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """All entries of a file that can be used, in order; `skipped` are the numbers of those that cannot."""

    file: str
    entries: tuple[Entry, ...]
    skipped: tuple[int, ...]


def read_configuration(data: bytes, file: str, settings: Mapping[str, str], findings: Findings) -> Configuration | None:
    """Read a `datasets.json`; None when it is none at all. An entry with a fault is left out and the others go on.

    `settings` are the values of placeholders `{{ NAME }}`.
    """
    document = read_object(data, file, findings)
    if document is None:
        return None
    root = Fields(findings, file, "", document)
    root.ignored(("datasets",), "is not known in a datasets.json and was not read")
    if isinstance(document.get("datasets"), Mapping):
        root.fault(
            "datasets", "is an object: this lists how many products are expected (--expect), and recognises none"
        )
        return None
    if "datasets" not in document:
        root.fault("datasets", "is missing: a list of entries, each with match_pattern, ipath, level and type")
        return None
    count = len(root.list("datasets"))
    if count > MAX_ENTRIES:
        root.fault("datasets", f"has {count} entries; at most {MAX_ENTRIES} are read")
        return None
    read = [_Reader(fields, settings).entry() for fields in root.objects("datasets")] if count else []
    entries = [entry for entry in read if entry is not None]
    skipped = tuple(sorted(set(range(1, count + 1)) - {entry.number for entry in entries}))
    _warn_of_unfilled(findings, file, entries)
    return Configuration(file=file, entries=tuple(entries), skipped=skipped)


def _warn_of_unfilled(findings: Findings, file: str, entries: Sequence[Entry]) -> None:
    names: dict[str, None] = {}
    for entry in entries:
        for template in (*_templates(entry.publish), *_templates(entry.browse)):
            names.update(dict.fromkeys(template.unfilled))
    if names:
        findings.warn(
            file, "/datasets", f"nobody said what {', '.join(names)} stand for; addresses keep them as {{{{ }}}}"
        )


def _templates(outlet: Outlet) -> Sequence[Template]:
    return outlet.urls if outlet.location is None else (outlet.location, *outlet.urls)


class _Reader:
    """Reads one entry; every fault of it is noted, and any one leaves it out."""

    def __init__(self, fields: Fields, settings: Mapping[str, str]) -> None:
        self._fields = fields
        self._settings = settings
        self._before = len(fields.findings.faults)

    def entry(self) -> Entry | None:
        """Return the entry, None when it has a fault."""
        fields = self._fields
        fields.ignored(ENTRY_KEYS, "is not known in an entry and was not read")
        ipath = self._needed("ipath", "the name space and the data set, such as project::data/NAME")
        match = self._pattern("match_pattern", fields.required("match_pattern", "what the paths of products match"))
        alternative = self._pattern("alt_match_pattern", fields.text("alt_match_pattern", most=4_000))
        level = self._needed("level", "the level of processing, such as L2")
        type_ = self._needed("type", "the type of the data set")
        version, extractor = self._template(fields, "version"), fields.text("extractor")
        publish, browse, index = self._outlet("publish"), self._outlet("browse"), self._index()
        if ipath is not None and not ipath.text.partition("/")[2]:
            fields.fault("ipath", f"{shown(ipath.text)} names no data set behind a slash")
        if (
            len(fields.findings.faults) > self._before
            or ipath is None
            or match is None
            or level is None
            or type_ is None
        ):
            return None
        return Entry(
            number=int(fields.where.rpartition("/")[2]) + 1,
            ipath=ipath, match=match, alternative=alternative, version=version, level=level, type=type_,
            extractor=extractor, publish=publish, browse=browse, index=index,
        )  # fmt: skip

    def _needed(self, key: str, what: str) -> Template | None:
        """Read a template that recognition cannot do without, so none of its placeholders may be open."""
        if self._fields.required(key, what) is None:
            return None
        template = self._template(self._fields, key)
        if template is not None and template.unfilled:
            self._fields.fault(key, _open(template.unfilled))
        return template

    def _template(self, fields: Fields, key: str) -> Template | None:
        text = fields.text(key, most=4_000)
        return None if text is None else self._as_template(fields, key, text)

    def _as_template(self, fields: Fields, key: str, text: str) -> Template | None:
        try:
            return read_template(text, self._settings)
        except BadTemplate as error:
            fields.fault(key, str(error))
            return None

    def _pattern(self, key: str, text: str | None) -> Pattern | None:
        if text is None:
            return None
        text, unknown = with_placeholders(text, self._settings)
        if unknown:
            self._fields.fault(key, _open(unknown))
            return None
        try:
            return compile_pattern(text)
        except BadPattern as error:
            self._fields.fault(key, str(error))
            return None

    def _outlet(self, key: str) -> Outlet:
        fields = self._fields.object(key)
        if fields is None:
            return Outlet()
        fields.ignored((*_OUTLET, *_SECRETS), "is not known there and was not read")
        if any(fields.get(secret) for secret in _SECRETS):
            fields.warn("", "holds keys of a store, which are not kept: take them out of the file")
        location = self._template(fields, "location")
        urls = [self._as_template(fields, "urls", url) for url in self._texts(fields, "urls")]
        written = [one for one in (location, *urls) if one is not None]
        if any(_holds_credentials(one.text) for one in written):
            fields.warn("", "holds a name and password in an address, which are not shown: take them out of the file")
        order = [self._pattern(f"{key}/sort_order", text) for text in self._texts(fields, "sort_order")]
        return Outlet(
            location=location,
            urls=tuple(one for one in urls if one is not None),
            profile=next((name for key in _PROFILES if (name := fields.text(key)) is not None), None),
            acl=fields.text("s3-acl"),
            sort_order=tuple(one for one in order if one is not None),
        )

    def _texts(self, fields: Fields, key: str) -> Sequence[str]:
        found: Sequence[Json] = fields.list(key)
        texts = [one for one in found if isinstance(one, str)]
        if len(texts) < len(found):
            fields.fault(key, "must be a list of texts")
        return texts

    def _index(self) -> Index:
        fields = self._fields.object("index")
        if fields is None:
            return Index()
        fields.ignored(("suffix", "aliases"), "is not known there and was not read")
        aliases = [self._as_template(fields, "aliases", text) for text in self._texts(fields, "aliases")]
        return Index(suffix=self._template(fields, "suffix"), aliases=tuple(one for one in aliases if one is not None))


def without_credentials(address: str) -> str:
    """Return an address without the name and password before its host."""
    return _CREDENTIALS.sub(r"\1", address)


def _holds_credentials(address: str) -> bool:
    """Tell whether a name or password is written out in an address; placeholders for them are as it should be."""
    found = _CREDENTIALS.match(address)
    return found is not None and re.sub(r"\{\{[^{}]*\}\}|:", "", found[2]) != ""


def _open(names: Sequence[str]) -> str:
    return f"nobody said what {', '.join(names)} stands for, and it is needed to recognise: say NAME=VALUE"
