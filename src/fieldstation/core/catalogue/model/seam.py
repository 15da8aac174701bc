"""Longitudes around the globe: lines laid out without jumps, and cut where they cross the antimeridian.

A place has many longitudes, 360 degrees apart. Whoever draws a line across the antimeridian either counts on (179, 181)
or jumps (179, -179); both are first laid out so that x runs on, and then cut into windows 360 degrees wide, of
which RFC 7946 (3.1.9) wants the one from -180 to 180. What is moved by whole turns keeps its decimals.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil, floor

import shapely
from shapely import Polygon

from fieldstation.core.catalogue.model.geometries import DECIMALS, Line, Position, rounded, without_repeats

TURN, HALF = 360.0, 180.0
POLE = 90.0
GRID = 10.0**-DECIMALS  # on which what is computed of polygons lies, as all that is read does
MOST_TURNS = 64  # that one line may go around the globe


def moved(x: float, degrees: float) -> float:
    """Return a longitude moved by whole turns, with the digits it was written with."""
    return rounded(x + degrees) if degrees else x


def moved_line(line: Line, degrees: float) -> Line:
    """Return a line moved by whole turns."""
    return [(moved(x, degrees), y) for x, y in line] if degrees else line


def brought_home(x: float) -> float:
    """Return the longitude from -180 to 180 of the same meridian; 180 stays 180."""
    return x if -HALF <= x <= HALF else moved(x, -TURN * floor((x + HALF) / TURN))


def jumps(line: Line) -> bool:
    """Return whether a line jumps from one side of the antimeridian to the other, elsewhere than on a pole."""
    far = (one for one in pairwise(line) if HALF < abs(one[1][0] - one[0][0]) != TURN)
    return any(abs(before[1]) != POLE or abs(after[1]) != POLE for before, after in far)


def turns_whole(line: Line) -> bool:
    """Return whether an edge of a line is one whole turn: along a parallel, or from a place to itself."""
    return any(abs(after[0] - before[0]) == TURN for before, after in pairwise(line))


def laid_out(line: Line, *, seams: bool = False) -> Line:
    """Return a line without jumps: an edge of more than 180 degrees is the shorter way round.

    An edge of exactly 360 goes around the globe, unless `seams` takes its ends for two names of one place.
    """
    out, turn = [line[0]], 0.0
    for (before, _), (after, y) in pairwise(line):
        jump = after - before
        if abs(jump) > HALF and (seams or abs(jump) != TURN):
            turn -= TURN * round(jump / TURN)
        out.append((moved(after, turn), y))
    return without_repeats(out)


def wound(ring: Line) -> float:
    """Return the degrees by which a ring that is laid out ends east of where it began: 0 unless it rounds a pole."""
    return rounded(ring[-1][0] - ring[0][0])


def unwound(ring: Line) -> Line:
    """Return a ring with what it winds taken back on its last edge along a pole, if it has one.

    Along a pole every longitude is the same place.
    """
    winds = wound(ring)
    along = [
        place for place, (one, other) in enumerate(pairwise(ring), 1) if abs(one[1]) == POLE and other[1] == one[1]
    ]
    if not winds or not along:
        return ring
    return [*ring[: along[-1]], *moved_line(ring[along[-1] :], -winds)]


def over_pole(ring: Line) -> tuple[Line, bool]:
    """Return a ring around a pole as one that takes in that pole, and whether the pole was a guess.

    It is the pole of its hemisphere. Of a ring that crosses the equator it is the one to its left, as RFC 7946 winds.
    """
    latitudes = [y for _, y in ring]
    guessed = min(latitudes) < 0 < max(latitudes)
    north = wound(ring) > 0 if guessed else max(latitudes) > 0
    pole = POLE if north else -POLE
    return [*ring, (ring[-1][0], pole), (ring[0][0], pole), ring[0]], guessed


def cut_line(line: Line) -> Iterator[Line]:
    """Yield the pieces of a line that is laid out, each from -180 to 180."""
    if _is_home(min(x for x, _ in line), max(x for x, _ in line)):
        yield line
        return
    piece: list[Position] = []
    window = None
    for before, after in pairwise(_with_seams(line)):
        now = floor(((before[0] + after[0]) / 2 + HALF) / TURN)
        if now != window:
            if window is not None:
                yield moved_line(piece, -TURN * window)
            piece, window = [before], now
        piece.append(after)
    assert window is not None
    yield moved_line(piece, -TURN * window)


def cut_polygon(polygon: Polygon) -> Iterator[Polygon]:
    """Yield the pieces of a valid polygon that is laid out, each from -180 to 180."""
    west, _, east, _ = polygon.bounds
    if _is_home(west, east):
        yield polygon
        return
    first, last = floor((west + HALF) / TURN), ceil((east + HALF) / TURN) - 1
    seamed = Polygon(_with_seams(polygon.exterior.coords), [_with_seams(ring.coords) for ring in polygon.interiors])
    for window in range(first, max(first, last) + 1):
        inside = seamed
        if first < last:
            inside = shapely.intersection(seamed, _window(window), grid_size=GRID)
        for piece in polygons_of(inside):
            yield moved_polygon(piece, -TURN * window)


def moved_polygon(polygon: Polygon, degrees: float) -> Polygon:
    """Return a polygon moved by whole turns."""
    if not degrees:
        return polygon
    holes = [moved_line(list(ring.coords), degrees) for ring in polygon.interiors]
    return Polygon(moved_line(list(polygon.exterior.coords), degrees), holes)


def polygons_of(geometry: shapely.Geometry) -> Sequence[Polygon]:
    """Return the areas of a geometry; lines and points at which an operation left it touching are no part of it."""
    flat = shapely.get_parts(shapely.get_parts(geometry))  # collections of collections too
    return [part for part in flat if isinstance(part, Polygon) and not part.is_empty]


def narrow_edges(ring: Line) -> Line:
    """Return a ring with a position put into each edge of more than 180 degrees, so that it reads as it is meant."""
    out = [ring[0]]
    for (x, y), (right, top) in pairwise(ring):
        if HALF < abs(right - x) < TURN:
            out.append((rounded(x + (right - x) / 2), rounded(y + (top - y) / 2)))
        out.append((right, top))
    return out


def too_far(line: Line) -> bool:
    """Return whether a line that is laid out goes around the globe more often than we follow."""
    return max(x for x, _ in line) - min(x for x, _ in line) > TURN * MOST_TURNS


def _window(number: int) -> Polygon:
    return shapely.box(TURN * number - HALF, -POLE, TURN * number + HALF, POLE)


def _is_home(west: float, east: float) -> bool:
    return west >= -HALF and east <= HALF


def _with_seams(line: Sequence[Sequence[float]]) -> list[Position]:
    """Return a line with a position wherever it crosses an antimeridian, so that both sides are cut alike."""
    out = [(line[0][0], line[0][1])]
    for (x, y), (right, top) in pairwise((one[0], one[1]) for one in line):
        seams = range(floor((min(x, right) + HALF) / TURN) + 1, ceil((max(x, right) + HALF) / TURN))
        for seam in seams if x < right else reversed(seams):
            at = TURN * seam - HALF
            out.append((at, rounded(y + (top - y) * ((at - x) / (right - x)))))
        out.append((right, top))
    return out
