"""The `location` of a product: GeoJSON as it was meant, its type in any case."""

from collections.abc import Mapping, Sequence

from fieldstation.core.recognition.model.findings import Fields
from fieldstation.kernel.canonical import Json

_DEPTHS = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
_BY_CASE = {name.lower(): name for name in (*_DEPTHS, "GeometryCollection", "Feature")}
_DEEPEST = 4


def read_footprint(fields: Fields, key: str) -> Mapping[str, Json] | None:
    """Return the GeoJSON geometry of a product, its type as the standard writes it; None when there is none.

    Looked at are type and nesting of coordinates, not whether they make a sound shape. A Feature stands for its
    geometry, and an `envelope` (north-west and south-east corner, as search engines write boxes) for a Polygon.
    """
    below = fields.object(key)
    if below is None:
        return None
    geometry = _geometry(below, 0)
    if geometry is not None and _positions(geometry) == 0:
        below.fault("", "holds no position")
        return None
    return geometry


def _geometry(fields: Fields, depth: int) -> Mapping[str, Json] | None:
    written = fields.required("type", "Point, LineString, Polygon or another type of GeoJSON")
    if written is None:
        return None
    if written.lower() == "envelope":
        return _envelope(fields)
    name = _BY_CASE.get(written.lower())
    if name is None:
        fields.fault("type", f"{written[:40]!r} is no type of GeoJSON; write {', '.join(_DEPTHS)}")
        return None
    if name == "Feature":
        fields.warn("type", "is a Feature, of which the geometry was read")
        inner = fields.object("geometry")
        return None if inner is None or depth >= _DEEPEST else _geometry(inner, depth + 1)
    if name == "GeometryCollection":
        return _collection(fields, depth)
    fields.ignored(("type", "coordinates", "bbox", "crs"), "is not known in a geometry and was not read")
    coordinates = fields.get("coordinates")
    if not _fits(coordinates, _DEPTHS[name]):
        fields.fault("coordinates", f"do not make a {name}: {_expected(_DEPTHS[name])}")
        return None
    return {"type": name, "coordinates": coordinates}


def _collection(fields: Fields, depth: int) -> Mapping[str, Json] | None:
    if depth >= _DEEPEST:
        fields.fault("", f"holds collections deeper than {_DEEPEST} levels")
        return None
    found = [_geometry(one, depth + 1) for one in fields.objects("geometries")]
    there = [one for one in found if one is not None]
    return {"type": "GeometryCollection", "geometries": there} if len(there) == len(found) else None


def _envelope(fields: Fields) -> Mapping[str, Json] | None:
    corners = fields.get("coordinates")
    if not _fits(corners, 1) or not isinstance(corners, Sequence) or len(corners) != 2:
        fields.fault("coordinates", "of an envelope are two positions: [[west, north], [east, south]]")
        return None
    fields.warn("type", "is an envelope, which GeoJSON does not know; it was read as a Polygon")
    (west, north), (east, south) = ([*corner][:2] for corner in corners)  # type: ignore[misc]
    ring: Json = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _fits(value: Json, depth: int) -> bool:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return False
    if depth:
        return all(_fits(one, depth - 1) for one in value)
    return 2 <= len(value) <= 4 and all(isinstance(one, int | float) and not isinstance(one, bool) for one in value)


def _positions(geometry: Json) -> int:
    """Count the positions of a geometry."""
    if isinstance(geometry, Mapping):
        return sum(_positions(geometry[key]) for key in ("coordinates", "geometries") if key in geometry)
    if not isinstance(geometry, Sequence) or isinstance(geometry, str):
        return 0
    if geometry and isinstance(geometry[0], int | float):
        return 1
    return sum(map(_positions, geometry))


def _expected(depth: int) -> str:
    return "a position [longitude, latitude]" if not depth else f"{'a list of ' * depth}positions [longitude, latitude]"
