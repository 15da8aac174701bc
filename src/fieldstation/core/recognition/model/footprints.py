"""The `location` of a product: GeoJSON in the manner of search engines, types in any case and boxes as envelopes."""

from collections.abc import Mapping, Sequence

from fieldstation.core.catalogue.model.footprint import Footprint, read_footprint
from fieldstation.core.recognition.model.findings import Fields, kind_of
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Invalid

_TYPES = (
    "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection", "Feature",
)  # fmt: skip
_BY_CASE = {name.lower(): name for name in _TYPES}


def read_place(fields: Fields, key: str) -> Footprint | None:
    """Return where a product is; None when nothing is said, or nothing that makes a place (noted)."""
    value = fields.get(key)
    if value is None:
        return None
    if not isinstance(value, Mapping):
        fields.fault(key, f"must be a GeoJSON geometry, not {kind_of(value)}")
        return None
    type_ = str(value.get("type")).lower()
    if type_ == "feature":
        fields.warn(f"{key}/type", "is a Feature, of which the geometry was read")
    if type_ == "envelope":
        fields.warn(f"{key}/type", "is an envelope, which GeoJSON does not know; it was read as a box")
        return _read(fields, key, _box(value.get("coordinates")))
    return _read(fields, key, _cased(value))


def _read(fields: Fields, key: str, value: Mapping[str, Json] | Sequence[Json]) -> Footprint | None:
    try:
        found = read_footprint(value)
    except Invalid as error:
        for problem in error.problems:
            fields.fault(key + problem.where.rstrip("/"), f"{problem.text}; {error.next_step}")
        return None
    for warning in found.warnings:
        fields.warn(key, warning)
    return found


def _cased(value: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return a geometry with its types as the standard writes them."""
    type_, members, inner = value.get("type"), value.get("geometries"), value.get("geometry")
    named = {"type": _BY_CASE.get(type_.lower(), type_)} if isinstance(type_, str) else {}
    below: dict[str, Json] = {"geometry": _cased(inner)} if isinstance(inner, Mapping) else {}
    if isinstance(members, Sequence) and not isinstance(members, str):
        below["geometries"] = [_cased(one) if isinstance(one, Mapping) else one for one in members]
    return {**value, **named, **below}


def _box(corners: Json) -> Sequence[Json]:
    """Return west, south, east, north of two corners, north-west and south-east; what is none is refused later."""
    numbers = [
        number
        for corner in (corners if isinstance(corners, Sequence) else ())
        for number in (corner if isinstance(corner, Sequence) and not isinstance(corner, str) else ())
    ]
    return [numbers[0], numbers[3], numbers[2], numbers[1]] if len(numbers) == 4 else numbers
