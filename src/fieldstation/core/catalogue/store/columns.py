"""How queryables are named in SQL, on `catalogue c`."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from fieldstation.core.catalogue.model.cql2.nodes import Literal, fault
from fieldstation.core.catalogue.model.fields import Kind
from fieldstation.core.catalogue.model.footprint import Layout, probes, read_footprint

_EVERYWHERE = (-180.0, -90.0, 180.0, 90.0)
_MOST_EDGES = 1_000  # of a place that is sought: comparing those of many entries with it takes long
_LARGEST = 300  # digits before or behind the point of a number that is asked for

COLUMNS: Mapping[str, str] = {
    "id": "c.version_id",
    "dataset": "c.dataset_id",
    "name": "c.name",
    "number": "c.number",
    "type": "c.type",
    "level": "c.level",
    "release": "c.release",
    "footprint": "c.extent",
    "time": "c.span",
    "start": "c.starts",
    "end": "c.ends",
    "published": "c.published",
    "origin": "c.origin",
    "run": "c.run_id",
    "size": "c.size",
    "files": "c.file_count",
}


def within(document: str, kind: Kind) -> str:
    """Write the value of a JSON document as one of a kind; null where it is of another."""
    if kind is Kind.INSTANT:
        return f"catalogue_instant({document} #>> '{{}}')"
    if kind is Kind.ANY or kind in (Kind.SPAN, Kind.PLACE):
        raise fault("metadata hold texts, numbers and truth values, no stretches of time and no places")
    if kind is Kind.TEXT:
        return f"(CASE jsonb_typeof({document}) WHEN 'string' THEN {document} #>> '{{}}' END COLLATE \"C\")"
    name, cast = ("number", "numeric") if kind is Kind.NUMBER else ("boolean", "boolean")
    return f"(CASE jsonb_typeof({document}) WHEN '{name}' THEN ({document})::{cast} END)"


def span_ends() -> tuple[str, str]:
    """Write both ends of the time of a row, infinite where it is open, null where there is none."""
    return (
        "(CASE WHEN c.span IS NOT NULL THEN coalesce(c.starts, '-infinity') END)",
        "(CASE WHEN c.span IS NOT NULL THEN coalesce(c.ends, 'infinity') END)",
    )


def place_sql(geometry: Mapping[str, Any], bind: Callable[[Any, str], str]) -> str:
    """Write that the footprint of a row and a geometry share a point; false or null where it has none."""
    wanted = read_footprint(geometry.get("bbox", geometry))
    if len(wanted.layout.edges) > _MOST_EDGES * 4:
        raise fault(f"the geometry has more than {_MOST_EDGES} edges: simplify it, or search by its box")
    if wanted.is_box and wanted.box == _EVERYWHERE:
        return "(c.extent IS NOT NULL)"
    return "(" + " OR ".join(_met(probe, bind) for probe in probes(wanted)) + ")"


def _met(probe: Layout, bind: Callable[[Any, str], str]) -> str:
    """Write that the footprint of a row meets a place; the operator of boxes finds a little more, but by the index.

    Boxes are compared in place: as a function it would take ten times as long.
    """
    exact = f"catalogue_edges_meet(c.edges, {bind(list(probe.edges), 'float8[]')})"
    if probe.is_box:
        west, south, east, north = (bind(one, "float8") for one in probe.box)
        left, bottom, right, top = "(c.extent[1])[0]", "(c.extent[1])[1]", "(c.extent[0])[0]", "(c.extent[0])[1]"
        meets = f"{left} <= {east} AND {right} >= {west} AND {bottom} <= {north} AND {top} >= {south}"
        lies_within = f"{left} >= {west} AND {right} <= {east} AND {bottom} >= {south} AND {top} <= {north}"
        exact = f"CASE WHEN c.boxed THEN {meets} WHEN {lies_within} THEN true ELSE {exact} END"
    return f"(c.extent && {bind(box_text(probe.box), 'box')} AND {exact})"


def box_text(box: tuple[float, float, float, float]) -> str:
    """Write a box as PostgreSQL reads it."""
    west, south, east, north = box
    return f"(({east!r},{north!r}),({west!r},{south!r}))"


def plain(literal: Literal) -> Any:
    """Return a value that PostgreSQL can hold; Invalid for one that it cannot."""
    value = literal.value
    if isinstance(value, str) and ("\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value)):
        raise fault("a text holds a letter that cannot be stored: U+0000 or half a surrogate pair")
    if isinstance(value, int | Decimal) and value and abs(Decimal(value).adjusted()) > _LARGEST:
        raise fault(f"a number has more than {_LARGEST} digits")
    return value
