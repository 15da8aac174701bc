"""What `arrival check` found, as one JSON document and as lines for people."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fieldstation.cli.output import count, printable
from fieldstation.core.catalogue.model.footprint import Footprint
from fieldstation.core.recognition.model.arrivals import Arrival
from fieldstation.core.recognition.model.catalogue import catalogue_document
from fieldstation.core.recognition.model.entries import Configuration
from fieldstation.core.recognition.model.expectations import Expectation
from fieldstation.core.recognition.model.findings import Findings, Remark
from fieldstation.core.recognition.model.notices import Notice
from fieldstation.core.recognition.model.recognise import Recognised
from fieldstation.core.recognition.service import Checksums, Inspection
from fieldstation.kernel.clock import wire_time


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was found in all that was named; `checksums` are of files that a manifest, a sidecar or a notice names."""

    arrivals: list[Inspection] = field(default_factory=list)
    notices: list[tuple[str, Notice]] = field(default_factory=list)
    configurations: list[Configuration] = field(default_factory=list)
    expectations: list[tuple[str, Sequence[Expectation]]] = field(default_factory=list)
    checksums: list[tuple[str, Checksums]] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)


def document(report: Report) -> Mapping[str, object]:
    """Return the JSON document; what is absent is left out."""
    return {
        "arrivals": [_arrival(one.arrival, one.checksums) for one in report.arrivals if one.arrival is not None],
        "notices": [_notice(file, one) for file, one in report.notices],
        "configurations": [_configuration(one) for one in report.configurations],
        "expectations": [{"file": file, "expected": one} for file, one in report.expectations],
        "checksums": [{"file": file, "checksums": one} for file, one in report.checksums],
        "faults": [_remark(one) for one in report.findings.faults],
        "warnings": [_remark(one) for one in report.findings.warnings],
    }


def lines(report: Report) -> Iterator[str]:
    """Yield what a person reads: what came first, then what is doubtful, then what is wrong."""
    for one in report.arrivals:
        if one.arrival is not None:
            yield f"{printable(one.path)}: {printable(_told(one.arrival))}; {_compared(one.checksums)}"
    for file, notice in report.notices:
        yield f"{printable(file)}: {printable(_said(notice))}"
    for configuration in report.configurations:
        yield f"{printable(configuration.file)}: entries that can be used: {len(configuration.entries)}"
    for file, expected in report.expectations:
        kinds = len({(one.dataset, one.version) for one in expected})
        yield f"{printable(file)}: expects {count(sum(one.count for one in expected), 'product')} of {kinds} kinds"
    for file, checksums in report.checksums:
        yield f"{printable(file)}: {_compared(checksums)}"
    for kind, remarks in (("warning", report.findings.warnings), ("fault", report.findings.faults)):
        for remark in remarks:
            where = "" if remark.problem.where == "/" else f"{remark.problem.where} "
            yield printable(f"{remark.file}: {kind}: {where}{remark.problem.text}")


def _remark(one: Remark) -> Mapping[str, str]:
    return {"file": one.file, "where": one.problem.where, "text": one.problem.text}


def _arrival(one: Arrival, checksums: Checksums) -> Mapping[str, object]:
    told = {
        "path": one.path, "id": one.id, "version": one.version, "label": one.label,
        "location": None if one.footprint is None else one.footprint.geojson,
        "bbox": None if one.footprint is None else one.footprint.bbox,
        "starttime": one.start, "endtime": one.end, "creation_timestamp": one.created, "browse": one.browse,
        "localized": one.localized, "overwrite": one.overwrite, "recognised": one.recognised,
        "checksums": checksums, "document": catalogue_document(one),
    }  # fmt: skip
    return {key: value for key, value in told.items() if value is not None}


def _notice(file: str, one: Notice) -> Mapping[str, object]:
    told = {
        "file": file, "kind": "notification" if one.response is None else "reply", "version": one.version,
        "identifier": one.identifier, "collection": one.collection, "collection_version": one.collection_version,
        "submitted": one.submitted, "provider": one.provider, "trace": one.trace, "product": one.sent,
        "received": one.received, "completed": one.completed, "response": one.response,
    }  # fmt: skip
    return {key: value for key, value in told.items() if value is not None}


def _configuration(one: Configuration) -> Mapping[str, object]:
    entries = [
        {"entry": entry.number, "ipath": entry.ipath.text, "match_pattern": entry.match.text} for entry in one.entries
    ]
    return {"file": one.file, "entries": entries, "skipped": one.skipped}


def _told(one: Arrival) -> str:
    facts = [_as(one.recognised, one.version)]
    if one.start is not None or one.end is not None:
        facts.append(" to ".join(wire_time(at) for at in (one.start, one.end) if at is not None))
    if one.footprint is not None:
        facts.append(_bounds(one.footprint))
    if one.localized:
        facts.append("an input that was brought here, not to be published")
    return ", ".join(facts)


def _bounds(place: Footprint) -> str:
    west, south, east, north = (f"{degrees:.4g}" for degrees in place.bbox)
    return f"a {place.geojson['type']} from {west} to {east} longitude, {south} to {north} latitude"


def _as(told: Recognised | None, version: str) -> str:
    if told is None:
        return f"version {version}, recognised by nothing (name the file: --datasets FILE)"
    return f"{told.dataset} {told.version}, level {told.level}, type {told.type}, by entry {told.number}"


def _said(one: Notice) -> str:
    if one.response is not None:
        because = ": ".join(part for part in (one.response.code, one.response.message) if part)
        return f"reply to {one.identifier}, {one.response.status}" + (f" ({because})" if because else "")
    assert one.sent is not None
    amount = sum(file.size for file in one.sent.files)
    return f"notice {one.identifier} of {one.sent.name}, {count(len(one.sent.files), 'file')} of {amount} bytes"


def _compared(one: Checksums) -> str:
    if not one.matched and not one.differing and not one.without:
        return "no file beside its documents"
    if not one.matched and not one.differing:
        return f"no checksum for {count(len(one.without), 'file')}"
    return f"checksums: {len(one.matched)} agree, {len(one.differing)} differ, {len(one.without)} files have none"
