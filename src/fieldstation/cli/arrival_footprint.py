"""`fieldstation arrival footprint`: how place and time of a product are read, with no station."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from fieldstation.cli.output import count, details, write_json
from fieldstation.core.catalogue.model.footprint import Footprint, read_footprint
from fieldstation.core.catalogue.model.moments import Interval, read_datetime_parameter, read_interval
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Invalid

_MOST_BYTES = 16 << 20
_SENT = "give a GeoJSON geometry or Feature, a STAC item, a dataset.json, or an array of 4 or 6 numbers"


@dataclass(frozen=True, kw_only=True)
class _Said:
    """What a document says about place and time, as it is written there."""

    place: Mapping[str, object] | Sequence[object] | None = None
    start: object = None
    end: object = None
    lenient: bool = False  # times without a zone are UTC, as in the systems that write such documents


@dataclass(frozen=True, kw_only=True)
class _Read:
    """What was understood; faults are those that kept the rest from it."""

    footprint: Footprint | None = None
    interval: Interval | None = None
    found: bool | None = None  # by a search for a time
    faults: Sequence[Invalid] = ()

    @property
    def warnings(self) -> Sequence[str]:
        """What was taken for granted."""
        return [text for one in (self.footprint, self.interval) if one is not None for text in one.warnings]


def arrival_footprint(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="GeoJSON, a STAC item, a dataset.json or a box; - reads standard input."),
    ],
    repair: Annotated[bool, typer.Option("--repair", help="Make polygons valid that cross themselves.")] = False,
    during: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Tell whether a search with this `datetime` finds it: A, A/B, A/.. or ../B."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output, nothing else.")
    ] = False,
) -> None:
    """Show how the place and time of a product are read; needs no station."""
    read = _sought(_read(file, repair=repair), during)
    if as_json:
        write_json(_document(read))
    else:
        _show(read)
    if read.faults:
        if not as_json:
            print(f"next: {read.faults[0].next_step}", file=sys.stderr)
        raise typer.Exit(1)


def _read(file: str, *, repair: bool) -> _Read:
    faults: list[Invalid] = []
    footprint, interval = None, None
    try:
        said = _said(_load(file))
    except Invalid as error:
        return _Read(faults=[error])
    try:
        footprint = read_footprint(said.place, repair=repair) if said.place is not None else None
    except Invalid as error:
        faults.append(error)
    try:
        found = read_interval(said.start, said.end, lenient=said.lenient)
        interval = found if found.start or found.end else None
    except Invalid as error:
        faults.append(error)
    return _Read(footprint=footprint, interval=interval, faults=faults)


def _sought(read: _Read, during: str | None) -> _Read:
    if during is None or read.interval is None:
        return read
    try:
        return replace(read, found=read.interval.meets(read_datetime_parameter(during, days=True)))
    except Invalid as error:
        return replace(read, faults=[*read.faults, error])


def _load(file: str) -> object:
    try:
        with sys.stdin.buffer if file == "-" else Path(file).open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror or error}", next_step="name a file") from None
    if len(data) > _MOST_BYTES:
        raise Invalid(f"{file} has more than {_MOST_BYTES >> 20} MiB", next_step="simplify the geometry")
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"{file} is no JSON: {error}", next_step=_SENT) from None


def _said(found: object) -> _Said:
    if isinstance(found, list):
        return _Said(place=found)
    if not isinstance(found, Mapping):
        raise Invalid("the document is neither an object nor an array", next_step=_SENT)
    if str(found.get("type")).lower() == "feature":
        return _said_by_item(found)
    if "coordinates" in found or "geometries" in found:
        return _Said(place=found)
    if found.keys() & {"location", "starttime", "endtime"}:
        start, end = found.get("starttime"), found.get("endtime")
        return _Said(place=found.get("location") or None, start=start, end=end, lenient=True)
    raise Invalid("the document says neither where nor when", next_step=_SENT)


def _said_by_item(item: Mapping[str, Any]) -> _Said:
    """Return what a GeoJSON Feature says, which may be a STAC item."""
    properties = item.get("properties")
    told = properties if isinstance(properties, Mapping) else {}
    moment = told.get("datetime")
    place = item if item.get("geometry") is not None else item.get("bbox")
    return _Said(place=place, start=told.get("start_datetime") or moment, end=told.get("end_datetime") or moment)


def _document(read: _Read) -> Mapping[str, object]:
    told: dict[str, object] = {}
    if (place := read.footprint) is not None:
        told |= {
            "footprint": place.geojson,
            "bbox": place.bbox,
            "centroid": place.centroid,
            "crosses_antimeridian": place.crosses_antimeridian,
            "is_box": place.is_box,
            "parts": len(place.parts),
        }
    if read.interval is not None:
        told["interval"] = {"start": read.interval.start or "..", "end": read.interval.end or ".."}
    if read.found is not None:
        told["found"] = read.found
    return told | {
        "warnings": read.warnings,
        "faults": [
            {"reason": fault.reason, "text": fault.text, "where": [one.where for one in fault.problems]}
            for fault in read.faults
        ],
    }


def _show(read: _Read) -> None:
    place, times = read.footprint, read.interval
    pairs: list[tuple[str, str | None]] = []
    if place is not None:
        west, south, east, north = place.bbox
        pairs = [
            ("place", _shortened(json.dumps(place.geojson))),
            ("box", f"west {west:g}, south {south:g}, east {east:g}, north {north:g}"),
            ("antimeridian", "crossed" if place.crosses_antimeridian else "not crossed"),
            ("searched as", "its box" if place.is_box else f"its box and {count(len(place.parts), 'ring')}"),
        ]
    if times is not None:
        ends = [".." if one is None else wire_time(one) for one in (times.start, times.end)]
        pairs.append(("time", ends[0] if ends[0] == ends[1] else " to ".join(ends)))
    if read.found is not None:
        pairs.append(("found then", "yes" if read.found else "no"))
    if pairs:
        print(details(pairs))
    for warning in read.warnings:
        print(f"warning: {warning}")
    for fault in read.faults:
        print(f"fault: {fault.text}")


def _shortened(text: str) -> str:
    return text if len(text) <= 2000 else f"{text[:2000]}… (--json shows all of it)"
