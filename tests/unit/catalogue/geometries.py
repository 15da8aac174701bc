"""Geometries as tests write them, and random ones."""

from collections.abc import Mapping, Sequence
from typing import Any

import shapely
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry import shape

from fieldstation.core.catalogue.model.footprint import Footprint, Ring, read_footprint
from fieldstation.kernel.errors import Invalid

Numbers = Sequence[tuple[float, ...]]


def polygon(*rings: Numbers) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(one) for one in ring] for ring in rings]}


def square(west: float, south: float, size: float = 10) -> list[tuple[float, float]]:
    east, north = west + size, south + size
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def covered(footprint: Footprint) -> shapely.Geometry:
    """Return what the parts of a footprint cover, each part as its kind."""
    return shapely.union_all([_part(part) for part in footprint.parts])


def meet(one: Footprint, other: Footprint) -> bool:
    """Return whether two footprints meet by what their GeoJSON says, on a globe where 180 and -180 are one."""
    first, second = shape(one.geojson), shape(other.geojson)
    return any(first.intersects(affinity.translate(second, turn)) for turn in (-360, 0, 360))


def _part(ring: Ring) -> shapely.Geometry:
    if len(ring) == 1:
        return shapely.Point(ring[0])
    there_and_back = len(ring) == 2 or (len(ring) % 2 == 0 and ring[1:] == ring[:0:-1])
    return shapely.LineString(ring[: len(ring) // 2 + 1]) if there_and_back else shapely.Polygon(ring)


@st.composite
def footprints(draw: st.DrawFn, grid: bool = True) -> Footprint:
    """Points, lines, boxes, polygons with holes and collections of them, often on both sides of the antimeridian."""
    west = draw(st.sampled_from([-190.0, -180.0, -10.0, 170.0, 175.0, 350.0]))
    step = st.integers(0, 8).map(lambda one: one * 2.5) if grid else st.floats(0, 20).map(lambda one: round(one, 5))
    positions = st.tuples(step.map(lambda one: west + one), step.map(lambda one: one - 10))
    kinds = st.one_of(_points(positions), _lines(positions), _polygons(positions), _boxes(positions), _holed(positions))
    many = st.lists(kinds, min_size=2, max_size=3).map(lambda all_: {"type": "GeometryCollection", "geometries": all_})
    read = st.one_of(kinds, many).map(_read).filter(lambda one: one is not None)
    found = draw(read)
    assert found is not None
    return found


Positions = st.SearchStrategy[tuple[float, float]]


def _points(positions: Positions) -> st.SearchStrategy[Mapping[str, Any]]:
    return positions.map(lambda one: {"type": "Point", "coordinates": one})


def _lines(positions: Positions) -> st.SearchStrategy[Mapping[str, Any]]:
    lines = st.lists(positions, min_size=2, max_size=4)
    return lines.map(lambda one: {"type": "LineString", "coordinates": one})


def _polygons(positions: Positions) -> st.SearchStrategy[Mapping[str, Any]]:
    return st.lists(positions, min_size=3, max_size=5).map(polygon)


def _boxes(positions: Positions) -> st.SearchStrategy[Mapping[str, Any]]:
    return st.tuples(positions, positions).map(lambda two: polygon(_corners(*two)))


def _holed(positions: Positions) -> st.SearchStrategy[Mapping[str, Any]]:
    """Boxes with one or two things cut out."""
    inner = st.lists(st.lists(positions, min_size=3, max_size=4), min_size=1, max_size=2)
    return st.tuples(positions, inner).map(
        lambda one: polygon(_corners((one[0][0], -10), (one[0][0] + 20, 12)), *one[1])
    )


def _corners(one: tuple[float, float], other: tuple[float, float]) -> Numbers:
    return [one, (other[0], one[1]), other, (one[0], other[1]), one]


def _read(value: Mapping[str, Any]) -> Footprint | None:
    try:
        return read_footprint(value, repair=True)
    except Invalid:
        return None
