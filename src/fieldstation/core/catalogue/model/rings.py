"""Areas made of rings: which of them are sound, how others are repaired, how they are cut into pieces without holes."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil, floor

import shapely
from shapely import Geometry, Polygon
from shapely.validation import explain_validity

from fieldstation.core.catalogue.model.geometries import Line, RawPolygon, Shapes, refusal, without_repeats
from fieldstation.core.catalogue.model.seam import (
    GRID,
    MOST_TURNS,
    TURN,
    brought_home,
    cut_polygon,
    jumps,
    laid_out,
    moved_polygon,
    over_pole,
    polygons_of,
    too_far,
    turns_whole,
    unwound,
    wound,
)
from fieldstation.kernel.errors import Invalid

_PLACE = re.compile(r"(?P<what>[^\[]*)(?:\[(?P<x>\S+) (?P<y>\S+)\])?")
_SAID = {
    "self-intersection": "the ring crosses itself or runs back on itself",
    "ring self-intersection": "the ring touches itself",
    "too few points in geometry component": "the ring has no area",
    "hole lies outside shell": "a hole lies outside its polygon",
    "holes are nested": "a hole lies inside another",
    "interior is disconnected": "holes cut the polygon apart",
}
_ASK = "mend the polygon, or ask for its repair"
_CHUNK = 64  # edges that are looked up together
_CROSSINGS = 10_000  # beyond those of neighbours, which every ring has; more would fill the memory when resolved


def read_area(raw: RawPolygon, *, repair: bool) -> Shapes:
    """Return the valid polygons of an area, each from -180 to 180; what repair left without area is lines and points.

    Raises Invalid `footprint_invalid` with the place where a ring crosses itself, unless `repair` is asked for.
    """
    if any(turns_whole(ring) for ring in raw.rings):
        try:
            return _Area(where=raw.where, seams=False, repair=False).read(raw.rings)
        except Invalid:
            return _Area(where=raw.where, seams=True, repair=repair).read(raw.rings)
    return _Area(where=raw.where, seams=False, repair=repair).read(raw.rings)


def united(polygons: Sequence[Polygon]) -> Sequence[Polygon]:
    """Return polygons from -180 to 180 that neither overlap nor share edges, from such as may."""
    if len(polygons) < 2 or shapely.MultiPolygon(polygons).is_valid:
        return polygons
    _refuse_tangles(polygons, "")
    return polygons_of(shapely.union_all(polygons, grid_size=GRID))


def without_holes(polygon: Polygon) -> Iterator[Line]:
    """Yield rings without holes, not closed, that together are a polygon and have no position that it has not."""
    if not polygon.interiors:
        yield list(polygon.exterior.coords)[:-1]
        return
    try:
        triangles = polygons_of(shapely.constrained_delaunay_triangles(polygon))
        pieces = list(_merged(sorted(triangles, key=lambda triangle: triangle.bounds)))
    except shapely.GEOSException:  # of rings that touch it may find no corner to begin with
        for half in _halves(polygon):
            yield from without_holes(half)
        return
    for piece in pieces:
        yield list(piece.exterior.coords)[:-1]


def _halves(polygon: Polygon) -> Iterator[Polygon]:
    """Yield what of a polygon with holes lies west and east of the middle of its first hole."""
    west, south, east, north = polygon.bounds
    left, _, right, _ = polygon.interiors[0].bounds
    middle = (left + right) / 2
    for half in (shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)):
        yield from polygons_of(shapely.intersection(polygon, half, grid_size=GRID))


def _merged(triangles: Sequence[Polygon]) -> Iterator[Polygon]:
    """Yield pieces as large as halving lets them be."""
    pieces = polygons_of(shapely.coverage_union_all(triangles))
    if not any(piece.interiors for piece in pieces):
        yield from pieces
        return
    middle = len(triangles) // 2
    yield from _merged(triangles[:middle])
    yield from _merged(triangles[middle:])


@dataclass(kw_only=True)
class _Area:
    """The reading of one polygon; `seams`: whether edges of 360 degrees are taken for none."""

    where: str
    seams: bool
    repair: bool
    found: Shapes = field(default_factory=Shapes)

    def read(self, rings: Sequence[Line]) -> Shapes:
        outer, *holes = [self._sound(self._ring(ring, place), place) for place, ring in enumerate(rings)]
        attached, apart = _placed(outer, holes)
        if attached:
            outer = self._sound(Polygon(outer.exterior, [hole.exterior for hole in attached]), None)
        pieces = united(_cut(outer))
        self._collapsed(outer)
        self.found.polygons += [_raw(piece, self.where) for piece in (self._less(pieces, apart) if apart else pieces)]
        if not (self.found.polygons or self.found.lines or self.found.points):
            raise refusal(self.where, "nothing is left beside the holes")
        return self.found

    def _ring(self, ring: Line, place: int) -> Polygon:
        """Return what a ring encloses, laid out."""
        where = f"{self.where}/{place}"
        line = without_repeats(unwound(laid_out(ring, seams=self.seams)))
        if too_far(line):
            raise refusal(where, f"the ring goes around the globe more than {MOST_TURNS} times")
        if jumps(ring):
            self._warn(f"an edge of the ring at {where} spans more than 180 degrees; it was read as crossing 180")
        winds = wound(line)
        if abs(winds) > TURN:
            raise refusal(where, "the ring goes around a pole more than once")
        if not winds:
            return Polygon([*line[:-1], line[0]])
        around, guessed = over_pole(line)
        pole = "north" if around[-2][1] > 0 else "south"
        self._warn(
            f"the ring at {where} goes around the {pole} pole{', by its winding' if guessed else ''}; it was taken in"
        )
        return Polygon(without_repeats(around))

    def _sound(self, polygon: Polygon, place: int | None) -> Geometry:
        """Return a polygon if it is valid, else what repair makes of it, if that is asked for."""
        if polygon.is_valid:
            return polygon
        where = self.where if place is None else f"{self.where}/{place}"
        fault = _explained(polygon)
        if not self.repair:
            raise refusal(where, fault, next_step=_ASK)
        _refuse_tangles([polygon], where)
        self._warn(f"at {where}: {fault}; it was repaired")
        mended = shapely.make_valid(polygon, method="structure", keep_collapsed=False)
        if mended.is_empty:
            mended = shapely.make_valid(polygon, method="structure", keep_collapsed=True)
        return shapely.set_precision(mended, GRID)

    def _less(self, pieces: Sequence[Polygon], holes: Sequence[Geometry]) -> Sequence[Polygon]:
        """Return pieces less holes that have another layout, as where an area is all around the globe."""
        taken = [piece for hole in holes for piece in _cut(hole)]
        _refuse_tangles([*pieces, *taken], self.where)
        whole, less = (shapely.union_all(one, grid_size=GRID) for one in (pieces, taken))
        if not whole.covers(less):
            fault = "a hole lies outside its polygon"
            if not self.repair:
                raise refusal(self.where, fault, next_step=_ASK)
            self._warn(f"at {self.where}: {fault}; only what is inside was taken away")
        return polygons_of(shapely.difference(whole, less, grid_size=GRID))

    def _collapsed(self, outer: Geometry) -> None:
        for part in shapely.get_parts(outer):
            if part.geom_type == "LineString":
                self.found.lines.append(list(part.coords))
            elif part.geom_type == "Point":
                self.found.points.append((brought_home(part.x), part.y))

    def _warn(self, text: str) -> None:
        self.found.warnings.append(text)


def _placed(outer: Geometry, holes: Sequence[Geometry]) -> tuple[Sequence[Polygon], Sequence[Geometry]]:
    """Sort holes into those that lie inside a polygon as it is laid out, moved there, and those that do not."""
    attached, apart = [], []
    shapely.prepare(outer)
    for hole in holes:
        inside = (moved_polygon(hole, turn) for turn in _turns(hole, outer)) if isinstance(outer, Polygon) else ()
        found = next((one for one in inside if outer.covers(one)), None)
        if found is None:
            apart.append(hole)
        else:
            attached.append(found)
    return attached, apart


def _turns(hole: Geometry, outer: Geometry) -> Iterable[float]:
    """Return the turns by which a hole may be moved so that it is no further west or east than a polygon."""
    if not isinstance(hole, Polygon) or hole.interiors:
        return ()
    (west, _, east, _), (left, _, right, _) = hole.bounds, outer.bounds
    return [TURN * turn for turn in range(ceil((left - west) / TURN), floor((right - east) / TURN) + 1)]


def _cut(area: Geometry) -> Sequence[Polygon]:
    return [piece for polygon in polygons_of(area) for piece in cut_polygon(polygon)]


def _raw(polygon: Polygon, where: str) -> RawPolygon:
    rings = [polygon.exterior, *polygon.interiors]
    return RawPolygon(where=where, rings=[[(x, y) for x, y in ring.coords] for ring in rings])


def _explained(polygon: Polygon) -> str:
    """Return what is wrong with a polygon, and where on Earth."""
    told = str(explain_validity(polygon))
    found = _PLACE.fullmatch(told)
    if found is None:
        return told
    fault = _SAID.get(found["what"].strip().lower(), found["what"].strip().lower())
    if found["x"] is None:
        return fault
    return f"{fault} at longitude {brought_home(float(found['x'])):.9g}, latitude {float(found['y']):.9g}"


def _refuse_tangles(polygons: Sequence[Polygon], where: str) -> None:
    """Refuse rings that cross so often that resolving it would take the memory of the station."""
    rings = [ring for polygon in polygons for ring in (polygon.exterior, *polygon.interiors)]
    edges = [shapely.LineString(edge) for ring in rings for edge in pairwise(ring.coords) if edge[0] != edge[1]]
    tree = shapely.STRtree(edges)
    met = 0
    for start in range(0, len(edges), _CHUNK):
        met += tree.query(edges[start : start + _CHUNK], predicate="intersects").shape[1]
        if met > 6 * len(edges) + _CROSSINGS:
            raise refusal(where, "its rings cross too often to be resolved", next_step="simplify the geometry")
