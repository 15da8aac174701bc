"""`dataset search|count|describe`: the catalogue."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from fieldstation.cli.output import ago, count, details, size, table
from fieldstation.cli.user.verb import Limit, Session, some
from fieldstation.client.catalogue import Counts, Entry
from fieldstation.client.things import Json

_WAYS = ("terms", "ranges", "histogram", "grid")


@dataclass(frozen=True, kw_only=True)
class Sought:
    """What is searched for; all that is given must hold."""

    filter: Annotated[
        str | None, typer.Option("--filter", "-f", metavar="CQL2", help="Such as: type = 'L2' AND metadata.cloud < 20")
    ] = None
    words: Annotated[str | None, typer.Option(help="Words of names, texts, labels and metadata.")] = None
    box: Annotated[
        str | None, typer.Option(metavar="W,S,E,N", help="Observed within this box; W above E crosses 180 degrees.")
    ] = None
    time: Annotated[
        str | None, typer.Option(metavar="TIME", help="Observed at a moment, or within START/END; .. is open.")
    ] = None
    versions: Annotated[bool, typer.Option("--versions", help="Also versions that are not the newest.")] = False

    def query(self) -> dict[str, Json]:
        """Return it as the station reads it."""
        given: Mapping[str, Json | None] = {
            "filter": self.filter,
            "q": self.words,
            "bbox": None if self.box is None else _numbers(self.box),
            "time": self.time,
            "versions": self.versions or None,
        }
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a version is said to be; an empty text takes away what there is."""

    type: Annotated[str | None, typer.Option(help="Kind of product.")] = None
    level: Annotated[str | None, typer.Option(help="Level of processing.")] = None
    release: Annotated[str | None, typer.Option(help="Version as the maker of the product counts it.")] = None
    place: Annotated[
        str | None, typer.Option(metavar="W,S,E,N|FILE", help="Where: a box, or a file with a GeoJSON geometry.")
    ] = None
    start: Annotated[str | None, typer.Option(metavar="TIME", help="When observing began.")] = None
    end: Annotated[str | None, typer.Option(metavar="TIME", help="When observing ended.")] = None

    def given(self) -> dict[str, Json]:
        """Return what is given, as the station reads it."""
        said: Mapping[str, Json | None] = {
            "type": self.type,
            "level": self.level,
            "release": self.release,
            "footprint": None if self.place is None else _place(self.place),
            "start": self.start,
            "end": self.end,
        }
        return {name: value for name, value in said.items() if value is not None}


def search(
    session: Session,
    wanted: Sought,
    sort: Annotated[
        list[str] | None, typer.Option(metavar="[-]NAME", help="Order by this, - for the greatest first; may repeat.")
    ] = None,
    limit: Limit = 30,
) -> None:
    """Find versions by place, time, properties and words, the newest first."""
    found = some(session.station.catalogue.search(sort=sort or [], **wanted.query()), limit)
    session.answer({"items": found}, lambda: _listed(found))


def counted(
    session: Session,
    wanted: Sought,
    by: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME[:WAY]", help="A facet: its terms, or :histogram or :grid; may repeat."),
    ] = None,
) -> None:
    """Count what a search finds, and how it falls into facets."""
    facets = {name: _facet(name) for name in by or []}
    found = session.station.catalogue.count(facets, **wanted.query())
    session.answer(found, lambda: _facets(found))


counted.__name__ = "count"


def describe(
    session: Session,
    version: Annotated[str, typer.Argument(metavar="DATASET[@N]", help="A data set; its newest version without @N.")],
    said: Said,
) -> None:
    """Say what a version is: its kind, and where and when it was observed."""
    given = said.given()
    if not given:
        raise typer.BadParameter("say something, such as --type L2", param_hint="OPTIONS")
    found = session.station.catalogue.describe(version, **given)
    session.answer(found, lambda: _facts(found))


def _listed(found: Sequence[Entry]) -> str:
    rows = [
        [f"{one.name}@{one.version}", one.type or "", _when(one), _where(one), size(one.size), ago(one.published)]
        for one in found
    ]
    return table(["version", "type", "observed", "where", ">size", "published"], rows)


def _when(one: Entry) -> str:
    if one.start is None and one.end is None:
        return ""
    ends = ["" if end is None else end.strftime("%Y-%m-%d %H:%M") for end in (one.start, one.end)]
    return ends[0] if ends[0] == ends[1] else f"{ends[0] or '..'} to {ends[1] or '..'}"


def _where(one: Entry) -> str:
    return "" if one.footprint is None else str(one.footprint.get("type", ""))


def _facets(found: Counts) -> str:
    rows = [
        [name, bucket.value if bucket.end is None else f"{bucket.start} to {bucket.end}", str(bucket.count)]
        for name, buckets in found.facets.items()
        for bucket in buckets
    ]
    total = count(found.total, "version")
    return f"{total}\n\n{table(['facet', 'value', '>versions'], rows)}" if rows else total


def _facts(one: Entry) -> str:
    facts = [
        ("version", f"{one.name}@{one.version}"),
        ("type", one.type),
        ("level", one.level),
        ("release", one.release),
        ("observed", _when(one)),
        ("where", None if one.footprint is None else json.dumps(one.footprint)),
        ("remarks", "; ".join(one.remarks)),
    ]
    return details(facts)


def _facet(text: str) -> dict[str, Json]:
    name, _, way = text.rpartition(":") if text.rpartition(":")[2] in _WAYS else (text, "", "terms")
    if way == "ranges":
        raise typer.BadParameter("ranges want bounds: ask the REST API for them", param_hint="--by")
    return {"of": name, "way": way}


def _place(text: str) -> Json:
    path = Path(text)
    if not path.is_file():
        return _numbers(text)
    try:
        read: Json = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{text} holds no JSON: {error}", param_hint="--place") from None
    return read


def _numbers(text: str) -> list[Json]:
    try:
        numbers: list[Json] = [float(one) for one in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (4, 6):
        raise typer.BadParameter(f"{text!r} is neither a file nor a box of four numbers such as 5,45,11,48")
    return numbers
