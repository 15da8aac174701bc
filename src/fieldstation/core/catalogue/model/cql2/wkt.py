"""Geometries in well-known text, read as CQL2 writes them."""

from collections.abc import Mapping
from typing import Any

from fieldstation.core.catalogue.model.cql2.tokens import Stream

_COLLECTION = "GEOMETRYCOLLECTION"
_MOST_WITHIN = 1_000  # geometries of a collection
GEOMETRIES: Mapping[str, str] = {
    "POINT": "Point",
    "LINESTRING": "LineString",
    "POLYGON": "Polygon",
    "MULTIPOINT": "MultiPoint",
    "MULTILINESTRING": "MultiLineString",
    "MULTIPOLYGON": "MultiPolygon",
    _COLLECTION: "GeometryCollection",
}
_LISTS = {"LINESTRING": 1, "POLYGON": 2, "MULTIPOINT": 1, "MULTILINESTRING": 2, "MULTIPOLYGON": 3}  # around positions


def read_geometry(stream: Stream, word: str) -> Mapping[str, Any]:
    """Read what follows the name of a geometry, or of BBOX."""
    stream.take("Z")
    if word == "BBOX":
        return {"bbox": _box(stream)}
    if word == _COLLECTION:
        return {"type": GEOMETRIES[word], "geometries": _within(stream)}
    if word == "POINT":
        return {"type": "Point", "coordinates": _enclosed(stream)}
    return {"type": GEOMETRIES[word], "coordinates": _nested(stream, _LISTS[word])}


def _within(stream: Stream) -> list[Mapping[str, Any]]:
    stream.expect("(")
    found: list[Mapping[str, Any]] = []
    while not found or stream.take(","):
        word = stream.token.word()
        if word not in GEOMETRIES or word == _COLLECTION or len(found) == _MOST_WITHIN:
            stream.unexpected("a geometry that is no collection")
        stream.next()
        found.append(read_geometry(stream, word))
    stream.expect(")")
    return found


def _nested(stream: Stream, lists: int) -> list[Any]:
    """Read `(…, …)` down to positions, each of which may have parentheses of its own."""
    stream.expect("(")
    found: list[Any] = []
    while not found or stream.take(","):
        if lists > 1:
            found.append(_nested(stream, lists - 1))
        else:
            found.append(_enclosed(stream) if stream.sees("(") else _position(stream))
    stream.expect(")")
    return found


def _enclosed(stream: Stream) -> list[float]:
    stream.expect("(")
    found = _position(stream)
    stream.expect(")")
    return found


def _position(stream: Stream) -> list[float]:
    found = [stream.number(), stream.number()]
    while not stream.sees(",", ")"):
        found.append(stream.number())
    return found


def _box(stream: Stream) -> list[float]:
    stream.expect("(")
    found = [stream.number()]
    while stream.take(","):
        found.append(stream.number())
    stream.expect(")")
    return found
