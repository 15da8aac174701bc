"""GeoJSON (RFC 7946) and boxes as people and programs write them, read into plain positions.

What is read here is only well formed: every number is finite and on Earth, every line has two places and every ring
four. Whether rings cross, and what happens at the antimeridian, is for `footprint`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fieldstation.kernel.errors import Invalid, Problem

Position = tuple[float, float]  # longitude, latitude in degrees
Line = Sequence[Position]

DECIMALS = 12  # of a coordinate, a tenth of a micrometre: with more it would not come back where it was moved
MOST_POSITIONS = 20_000
FARTHEST = 540.0  # degrees of longitude: one turn beyond the antimeridian, either way
_DEEPEST = 8  # collections inside one another
_REASON = "footprint_invalid"
_SIMPLIFY = "simplify the geometry; a footprint needs no more detail than a map shows"
_TYPES = {
    name.lower(): name
    for name in (
        "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection",
        "Feature",
    )
}  # fmt: skip
_WGS84 = ("crs84", "epsg::4326", "epsg:4326")


@dataclass(frozen=True, kw_only=True)
class RawPolygon:
    """An area by its outer ring and its holes; rings end where they begin. `where` is its JSON pointer."""

    where: str
    rings: Sequence[Line]


@dataclass(kw_only=True)
class Shapes:
    """Everything that one value holds, by kind, with what was taken for granted in reading it."""

    points: list[Position] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    polygons: list[RawPolygon] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def rounded(coordinate: float) -> float:
    """Return a coordinate with the decimals that are kept; zero has no sign."""
    return round(coordinate, DECIMALS) + 0.0


def refusal(where: str, text: str, *, next_step: str = "mend the geometry and send it again") -> Invalid:
    """Return the error for one fault at a JSON pointer (empty: the whole value)."""
    where = where or "/"
    return Invalid(
        f"not a place on Earth, at {where}: {text}",
        next_step=next_step,
        reason=_REASON,
        problems=[Problem(where=where, text=text)],
    )


def read_box(value: Sequence[object], where: str = "") -> tuple[float, float, float, float]:
    """Return (west, south, east, north) of a box of 4 numbers, or of 6 with heights; west may be above east."""
    if len(_array(value, where)) not in (4, 6):
        raise refusal(where, f"a box has 4 numbers, or 6 with heights, not {len(value)}")
    for place, one in enumerate(value):
        _finite(one, f"{where}/{place}")
    west, south, east, north = value if len(value) == 4 else (value[0], value[1], value[3], value[4])
    box = (
        _on_earth(west, latitude=False, where=where),
        _on_earth(south, latitude=True, where=where),
        _on_earth(east, latitude=False, where=where),
        _on_earth(north, latitude=True, where=where),
    )
    if box[1] > box[3]:
        raise refusal(where, f"the box's south ({box[1]:g}) is above its north ({box[3]:g})")
    return box


def read_geometry(value: Mapping[str, object]) -> Shapes:
    """Return what a GeoJSON geometry, or the geometry of a Feature, holds. Raises Invalid `footprint_invalid`."""
    shapes = Shapes()
    reading = _Reading(shapes=shapes)
    reading.geometry(value, "", 0)
    if not (shapes.points or shapes.lines or shapes.polygons):
        raise refusal("", "the geometry is empty", next_step="leave the place out where there is none")
    return shapes


@dataclass(kw_only=True)
class _Reading:
    """One pass over a value, which counts what it meets."""

    shapes: Shapes
    positions: int = 0
    members: int = 0

    def geometry(self, value: object, where: str, depth: int) -> None:
        """Read a geometry of any type; a Feature may stand at the top only."""
        if not isinstance(value, Mapping):
            raise refusal(where, f"a geometry is an object, not {_kind(value)}")
        written = value.get("type")
        kind = _TYPES.get(written.lower()) if isinstance(written, str) else None
        if kind is None:
            raise refusal(f"{where}/type", f"{_short(written)} is no type of geometry: {', '.join(_TYPES.values())}")
        if kind != written:
            self.shapes.warnings.append(f"the type {written} was read as {kind}")
        _check_reference(value.get("crs"), where)
        if kind == "Feature":
            if depth:
                raise refusal(where, "a Feature stands inside another geometry")
            self.geometry(value.get("geometry"), f"{where}/geometry", depth + 1)
        elif kind == "GeometryCollection":
            self._collection(value.get("geometries"), f"{where}/geometries", depth)
        else:
            self._coordinates(kind, value.get("coordinates"), f"{where}/coordinates")

    def _collection(self, value: object, where: str, depth: int) -> None:
        if depth >= _DEEPEST:
            raise refusal(where, f"collections lie more than {_DEEPEST} deep in one another")
        for place, member in enumerate(_array(value, where)):
            self._count_member(where)
            self.geometry(member, f"{where}/{place}", depth + 1)

    def _coordinates(self, kind: str, value: object, where: str) -> None:
        if kind == "Point":
            self.shapes.points += [self._position(value, where)] if value != [] else []
        elif kind == "MultiPoint":
            self.shapes.points += self._line(value, where)
        elif kind == "LineString":
            self._add_line(value, where)
        elif kind == "Polygon":
            self._add_polygon(value, where)
        else:
            add = self._add_line if kind == "MultiLineString" else self._add_polygon
            for place, member in enumerate(_array(value, where)):
                add(member, f"{where}/{place}")

    def _add_line(self, value: object, where: str) -> None:
        line = self._line(value, where)
        if line and len(without_repeats(line)) < 2:
            raise refusal(where, "a line needs two different positions")
        if line:
            self.shapes.lines.append(without_repeats(line))

    def _add_polygon(self, value: object, where: str) -> None:
        rings = [self._ring(ring, f"{where}/{place}") for place, ring in enumerate(_array(value, where))]
        if rings and not rings[0] and any(rings):
            raise refusal(f"{where}/0", "the outer ring is empty, but there are holes")
        if any(rings):
            self.shapes.polygons.append(RawPolygon(where=where, rings=[ring for ring in rings if ring]))

    def _ring(self, value: object, where: str) -> Line:
        self._count_member(where)
        ring = without_repeats(self._line(value, where))
        if ring and ring[0] != ring[-1]:
            self.shapes.warnings.append(f"the ring at {where} did not end where it began; it was closed")
            ring = [*ring, ring[0]]
        if ring and len(ring) < 4:
            raise refusal(where, f"a ring needs three different positions, this has {max(1, len(ring) - 1)}")
        return ring

    def _line(self, value: object, where: str) -> list[Position]:
        return [self._position(one, f"{where}/{place}") for place, one in enumerate(_array(value, where))]

    def _position(self, value: object, where: str) -> Position:
        self.positions += 1
        if self.positions > MOST_POSITIONS:
            raise refusal(where, f"there are more than {MOST_POSITIONS} positions", next_step=_SIMPLIFY)
        numbers = _array(value, where)
        if not 2 <= len(numbers) <= 4:
            raise refusal(where, f"a position has longitude, latitude and perhaps a height, not {len(numbers)} numbers")
        for number in numbers:
            _finite(number, where)
        return _on_earth(numbers[0], latitude=False, where=where), _on_earth(numbers[1], latitude=True, where=where)

    def _count_member(self, where: str) -> None:
        self.members += 1
        if self.members > MOST_POSITIONS:
            raise refusal(where, f"there are more than {MOST_POSITIONS} parts", next_step=_SIMPLIFY)


def _check_reference(value: object, where: str) -> None:
    """Refuse coordinates of another reference system, which GeoJSON of 2008 could name."""
    if value is None:
        return
    properties = value.get("properties") if isinstance(value, Mapping) else None
    name = properties.get("name") if isinstance(properties, Mapping) else None
    if not (isinstance(name, str) and name.lower().endswith(_WGS84)):
        step = "transform the coordinates to longitude and latitude of WGS 84, and leave `crs` out"
        raise refusal(f"{where}/crs", f"{_short(name or value)} is not WGS 84", next_step=step)


def _array(value: object, where: str) -> Sequence[object]:
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
        return value
    raise refusal(where, f"an array was expected, not {_kind(value)}")


def _finite(value: object, where: str) -> None:
    """Refuse what is no number; truth values are none, and NaN and the infinities are no place."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refusal(where, f"{_short(value)} is no number")
    if value != value or value in (float("inf"), float("-inf")):
        raise refusal(where, f"{value} is no finite number")


def _on_earth(value: object, *, latitude: bool, where: str) -> float:
    """Return a longitude or latitude as a float."""
    assert isinstance(value, int | float)
    limit = 90.0 if latitude else FARTHEST
    if not -limit <= value <= limit:
        name, step = ("longitude", "write longitudes from -180 to 180")
        if latitude:
            name, step = "latitude", "write longitude first, then latitude"
        raise refusal(where, f"the {name} {_short(value)} is beyond {limit:g}", next_step=step)
    return rounded(float(value))


def without_repeats(line: Line) -> list[Position]:
    """Return a line without positions that only repeat the one before."""
    return [one for place, one in enumerate(line) if place == 0 or one != line[place - 1]]


def _kind(value: object) -> str:
    names = {dict: "an object", list: "an array", str: "a text", bool: "a truth value", type(None): "null"}
    return names.get(type(value), "a number")


def _short(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 10**30:
        return "a number of very many digits"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
