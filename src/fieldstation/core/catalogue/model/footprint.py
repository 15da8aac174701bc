"""Footprints: where on Earth data are, in the form in which GeoJSON tells it and in the one in which it is searched.

A footprint lies on a map of longitude and latitude (plate carrée), its edges are straight there, and the meridians
180 and -180 are one. For the index it has one box that crosses the antimeridian without a break: `box` begins in
[-180, 180) and may end beyond 180. `parts` lie in the same layout.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import shapely
from shapely import Geometry, LineString, Point, Polygon

from fieldstation.core.catalogue.model.geometries import (
    Line,
    Position,
    RawPolygon,
    Shapes,
    read_box,
    read_geometry,
    refusal,
)
from fieldstation.core.catalogue.model.rings import read_area, united, without_holes
from fieldstation.core.catalogue.model.seam import (
    HALF,
    MOST_TURNS,
    TURN,
    brought_home,
    cut_line,
    jumps,
    laid_out,
    moved,
    moved_line,
    moved_polygon,
    narrow_edges,
    too_far,
)
from fieldstation.kernel.canonical import Json

Box = tuple[float, float, float, float]
Ring = tuple[Position, ...]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A footprint as it is compared: a box (west, south, east, north) with west ≤ east, and what of it is covered.

    `parts` are rings without holes, not closed; a line is one there and back, a point is one of one position. Their
    union is the footprint, and areas overlap in edges at most. `is_box`: it is its box exactly, so no part is needed.
    """

    box: Box
    parts: Sequence[Ring]
    is_box: bool

    @property
    def edges(self) -> Sequence[float]:
        """The edges of all parts, four numbers each: x and y of one end, x and y of the other."""
        closed = (zip(part, (*part[1:], part[0]), strict=True) for part in self.parts)
        return [number for ends in chain.from_iterable(closed) for end in ends for number in end]

    def moved(self, degrees: float) -> "Layout":
        """Return the same, whole turns further east."""
        west, south, east, north = self.box
        parts = [tuple(moved_line(part, degrees)) for part in self.parts]
        return Layout(box=(moved(west, degrees), south, moved(east, degrees), north), parts=parts, is_box=self.is_box)


@dataclass(frozen=True, kw_only=True)
class Footprint:
    """A place that was read: valid, its outer rings counterclockwise, cut at the antimeridian.

    `geojson` is a geometry of RFC 7946 without heights; `bbox` is (west, south, east, north) with west above east
    where it crosses the antimeridian; `centroid` is (longitude, latitude). `warnings` say what was taken for granted.
    Reading `geojson` again gives an equal footprint without warnings.
    """

    geojson: Mapping[str, Json]
    bbox: Box
    layout: Layout
    centroid: Position
    warnings: Sequence[str] = ()

    @property
    def box(self) -> Box:
        """The one box of the index: from x0 in [-180, 180) to x1 below 540."""
        return self.layout.box

    @property
    def parts(self) -> Sequence[Ring]:
        """Rings without holes whose union is the footprint, in the layout of `box`."""
        return self.layout.parts

    @property
    def is_box(self) -> bool:
        """Whether the footprint is its box exactly."""
        return self.layout.is_box

    @property
    def crosses_antimeridian(self) -> bool:
        """Whether it is on both sides of the antimeridian, so that `bbox` has its west above its east."""
        return self.bbox[0] > self.bbox[2]


def read_footprint(value: Mapping[str, object] | Sequence[object], *, repair: bool = False) -> Footprint:
    """Return the footprint that a GeoJSON geometry or Feature, or a box of 4 or 6 numbers, describes.

    Polygons that cross themselves are refused with the place where they do, or with `repair` made valid with a
    warning. Raises Invalid `footprint_invalid`.
    """
    try:
        shapes = _from_geometry(value, repair=repair) if isinstance(value, Mapping) else _from_box(read_box(value))
        return _assembled(shapes)
    except shapely.GEOSException as error:
        raise refusal("", "its rings lie too close together to be told apart") from error


def probes(footprint: Footprint) -> Sequence[Layout]:
    """Return the layouts of a place to search for at which kept footprints may meet it.

    Kept ones lie from -180 to below 540, so it is looked for where it is and a turn further east; and a turn further
    west if it reaches 180, where kept ones that begin at -180 are.
    """
    turns = [0.0, TURN] if footprint.box[2] < HALF else [0.0, TURN, -TURN]
    return [footprint.layout.moved(turn) for turn in turns]


def _from_geometry(value: Mapping[str, object], *, repair: bool) -> Shapes:
    """Return the shapes of a geometry: valid, and each from -180 to 180."""
    raw = read_geometry(value)
    out = Shapes(warnings=list(raw.warnings), points=[(brought_home(x), y) for x, y in raw.points])
    areas = [read_area(polygon, repair=repair) for polygon in raw.polygons]
    for area in areas:
        out.points += area.points
        out.warnings += area.warnings
    polygons = [_polygon(one) for area in areas for one in area.polygons]
    joined = united(polygons)
    out.polygons = [_as_raw(one) for one in joined]
    if joined is not polygons:
        out.warnings.append("areas that overlap or lie side by side were joined")
    for line in chain(raw.lines, *(area.lines for area in areas)):
        out.lines += _home_pieces(line, out.warnings)
    return out


def _home_pieces(line: Line, warnings: list[str]) -> Iterator[Line]:
    if jumps(line):
        warnings.append("an edge of a line spans more than 180 degrees; it was read as crossing 180")
    flat = laid_out(line)
    if len(flat) < 2:
        raise refusal("", "a line has no length, only whole turns around the globe")
    if too_far(flat):
        raise refusal("", f"a line goes around the globe more than {MOST_TURNS} times")
    yield from cut_line(flat)


def _from_box(box: Box) -> Shapes:
    """Return the shapes of a box, whose west may be above its east; without width or height it is a line or a point."""
    west, south, east, north = box
    if east - west >= TURN:
        west, east = -HALF, HALF
    left, right = brought_home(west), brought_home(east)
    spans = [(left, right)]
    if left > right:
        spans = [span for span in ((left, HALF), (-HALF, right)) if span[0] < span[1]] or [(HALF, HALF)]
    shapes = Shapes()
    for first, last in spans:
        _add_box(shapes, (first, south, last, north))
    return shapes


def _add_box(shapes: Shapes, box: Box) -> None:
    west, south, east, north = box
    if west == east and south == north:
        shapes.points.append((west, south))
    elif west == east or south == north:
        shapes.lines.append([(west, south), (east, north)])
    else:
        ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
        shapes.polygons.append(RawPolygon(where="", rings=[ring]))


def _assembled(shapes: Shapes) -> Footprint:
    """Return the footprint of shapes that are valid and lie from -180 to 180."""
    points, lines = [Point(one) for one in shapes.points], [LineString(narrow_edges(one)) for one in shapes.lines]
    polygons = [_narrowed(_polygon(one)) for one in shapes.polygons]
    placed = _placed([*points, *lines, *polygons])
    bounds = [one.bounds for one in placed]
    west, east = min(one[0] for one in bounds), max(one[2] for one in bounds)
    box = (west, min(one[1] for one in bounds), east, max(one[3] for one in bounds))
    centre = shapely.GeometryCollection(placed).centroid
    return Footprint(
        geojson=_geojson(points, lines, polygons),
        bbox=(west, box[1], east if east <= HALF else moved(east, -TURN), box[3]),
        layout=Layout(box=box, parts=tuple(chain.from_iterable(map(_parts, placed))), is_box=_is_box(placed, box)),
        centroid=(round(brought_home(centre.x), 7) + 0.0, round(centre.y, 7) + 0.0),
        warnings=tuple(dict.fromkeys(shapes.warnings)),
    )


def _placed(pieces: Sequence[Geometry]) -> Sequence[Geometry]:
    """Return pieces that lie from -180 to 180 each as it is or a turn further east, so that all are closest together.

    They begin after the widest gap that they leave around the globe; where none is widest, at the antimeridian.
    """
    begun = [_moved(piece, -TURN) if piece.bounds[0] == HALF else piece for piece in pieces]
    spans = sorted((piece.bounds[0], piece.bounds[2]) for piece in begun)
    reach, widest, start = spans[0][1], 0.0, spans[0][0]
    for west, east in spans[1:]:
        if west - reach > widest:
            widest, start = west - reach, west
        reach = max(reach, east)
    if spans[0][0] + TURN - reach >= widest:
        start = spans[0][0]
    return [_moved(piece, TURN) if piece.bounds[0] < start else piece for piece in begun]


def _moved(piece: Geometry, degrees: float) -> Geometry:
    if isinstance(piece, Polygon):
        return moved_polygon(piece, degrees)
    coordinates = moved_line(list(piece.coords), degrees)
    return Point(coordinates[0]) if isinstance(piece, Point) else LineString(coordinates)


def _parts(piece: Geometry) -> Iterator[Ring]:
    """Yield the rings of a piece."""
    if isinstance(piece, Polygon):
        yield from map(tuple, without_holes(piece))
    else:
        there = list(piece.coords)
        yield tuple(there + there[-2:0:-1])


def _is_box(pieces: Sequence[Geometry], box: Box) -> bool:
    west, south, east, north = box
    if west == east or south == north:
        lines = [piece for piece in pieces if isinstance(piece, LineString)]
        whole: Geometry = LineString([(west, south), (east, north)]) if box[:2] != box[2:] else Point(west, south)
        return bool(shapely.union_all(lines or pieces).equals(whole))
    areas = [piece for piece in pieces if isinstance(piece, Polygon)]
    if abs(sum(area.area for area in areas) - (east - west) * (north - south)) > 1e-6:
        return False
    return bool(shapely.union_all(areas).equals(shapely.box(*box)))


def _polygon(raw: RawPolygon) -> Polygon:
    return Polygon(raw.rings[0], raw.rings[1:])


def _as_raw(polygon: Polygon) -> RawPolygon:
    return RawPolygon(where="", rings=[_coordinates(ring.coords) for ring in (polygon.exterior, *polygon.interiors)])


def _narrowed(polygon: Polygon) -> Polygon:
    """Return a polygon wound as RFC 7946 has it, without edges that would be read the other way round."""
    wound = shapely.orient_polygons(polygon)
    outer, *holes = (narrow_edges(_coordinates(ring.coords)) for ring in (wound.exterior, *wound.interiors))
    return Polygon(outer, holes)


def _coordinates(line: Iterable[Sequence[float]]) -> list[Position]:
    return [(one[0], one[1]) for one in line]


def _geojson(points: Sequence[Point], lines: Sequence[LineString], polygons: Sequence[Polygon]) -> Mapping[str, Json]:
    """Return the plainest geometry that holds all."""
    kinds: list[tuple[str, list[Json]]] = [
        ("Point", [_lists(point.coords)[0] for point in points]),
        ("LineString", [_lists(line.coords) for line in lines]),
        ("Polygon", [[_lists(ring.coords) for ring in (one.exterior, *one.interiors)] for one in polygons]),
    ]
    told: list[dict[str, Json]] = [
        {"type": kind, "coordinates": members[0]}
        if len(members) == 1
        else {"type": f"Multi{kind}", "coordinates": members}
        for kind, members in kinds
        if members
    ]
    return told[0] if len(told) == 1 else {"type": "GeometryCollection", "geometries": list(told)}


def _lists(line: Iterable[Sequence[float]]) -> list[Json]:
    return [[x, y] for x, y in line]
