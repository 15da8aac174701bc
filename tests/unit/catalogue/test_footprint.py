"""Places are read into one canonical form: valid, wound and cut as RFC 7946 has it, and laid out for the index."""

import contextlib
import math
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry import shape

from fieldstation.core.catalogue.model.footprint import Footprint, probes, read_footprint
from fieldstation.kernel.errors import Invalid
from tests.unit.catalogue.geometries import covered, footprints, meet, polygon, square

CALM = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
ACROSS = read_footprint([170, 0, -170, 10])
BOW = polygon([(0, 0), (10, 10), (10, 0), (0, 10), (0, 0)])


def collection(depth: int) -> dict[str, Any]:
    inner: dict[str, Any] = {"type": "Point", "coordinates": [0, 0]}
    for _ in range(depth):
        inner = {"type": "GeometryCollection", "geometries": [inner]}
    return inner


def test_a_polygon_stays_as_it_is_written() -> None:
    ring = [[-71.1234567, 42.7654321], [-70.5, 42.1], [-70.25, 43.0000001], [-71.1234567, 42.7654321]]
    read = read_footprint({"type": "Polygon", "coordinates": [ring]})
    assert read.geojson == {"type": "Polygon", "coordinates": [ring]}
    assert read.bbox == read.box == (-71.1234567, 42.1, -70.25, 43.0000001)
    assert read.parts == ((*map(tuple, ring[:-1]),) ,)  # fmt: skip
    assert not read.is_box and not read.crosses_antimeridian and not read.warnings


@pytest.mark.parametrize(
    "value",
    [
        [170, 0, -170, 10],
        [170, 0, 190, 10],
        [170, 0, -5.5, -170, 10, 100],
        [-190, 0, -170, 10],
        [530, 0, 540 - 350, 10],
        polygon([(170, 0), (190, 0), (190, 10), (170, 10), (170, 0)]),
        polygon([(170, 0), (-170, 0), (-170, 10), (170, 10), (170, 0)]),
        polygon([(170, 0), (170, 10), (-170, 10), (-170, 0), (170, 0)]),
        polygon([(-170, 0, 7), (-190, 0, 7), (-190, 10, 7), (-170, 10, 7)]),
        polygon([(170, 0), (170, 10), (180, 10), (-180, 10), (-170, 10), (-170, 0), (-180, 0), (180, 0), (170, 0)]),
        {"type": "multipolygon", "coordinates": [[square(170, 0)], [square(-180, 0)]]},
        {"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates": [[square(-180, 0)], [square(170, 0)]]}},
    ],
)
def test_every_way_to_cross_the_antimeridian_is_one(value: Mapping[str, Any] | Sequence[float]) -> None:
    read = read_footprint(value)
    assert shape(read.geojson).normalize() == shape(ACROSS.geojson).normalize()
    assert (read.bbox, read.box) == ((170, 0, -170, 10), (170, 0, 190, 10))
    assert read.is_box and read.crosses_antimeridian and read.centroid == (180, 5)


@pytest.mark.parametrize(
    ("value", "kind", "box"),
    [
        ([10, 20, 10, 20], "Point", (10, 20, 10, 20)),
        ([10, 20, 15, 20], "LineString", (10, 20, 15, 20)),
        ([180, 0, -180, 5], "LineString", (-180, 0, -180, 5)),
        ([-180, -90, 180, 90], "Polygon", (-180, -90, 180, 90)),
        ([0, -90, 360, 90], "Polygon", (-180, -90, 180, 90)),
        ([350, 0, 10, 5], "Polygon", (-10, 0, 10, 5)),
        ([-170, -80, 170, 80], "Polygon", (-170, -80, 170, 80)),
    ],
)
def test_boxes_of_every_width(value: list[float], kind: str, box: tuple[float, ...]) -> None:
    read = read_footprint(value)
    assert (read.geojson["type"], read.box, read.is_box) == (kind, box, True)


@pytest.mark.parametrize(
    ("ring", "box"),
    [
        ([(0, 80), (90, 80), (180, 80), (-90, 80), (0, 80)], (-180, 80, 180, 90)),
        ([(0, 80), (-90, 80), (180, 80), (90, 80), (0, 80)], (-180, 80, 180, 90)),
        ([(-180, -80), (-90, -80), (0, -80), (90, -80), (180, -80), (-180, -80)], (-180, -90, 180, -80)),
        ([(-179, 80), (0, 80), (179, 80), (179, 90), (-179, 90), (-179, 80)], (-179, 80, 179, 90)),
        ([(100, 80), (100, 90), (-100, 90), (-100, 80), (100, 80)], (100, 80, 260, 90)),
    ],
)
def test_around_a_pole(ring: list[tuple[float, float]], box: tuple[float, ...]) -> None:
    read = read_footprint(polygon(ring))
    assert (read.box, read.is_box) == (box, True)


def test_of_a_ring_around_the_equator_the_winding_says_which_pole() -> None:
    ring = [(0, 5), (90, -5), (180, 5), (-90, -5), (0, 5)]
    north, south = read_footprint(polygon(ring)), read_footprint(polygon(ring[::-1]))
    assert (north.bbox[3], south.bbox[1]) == (90, -90)
    assert any("by its winding" in one for one in north.warnings)


def test_holes_are_found_wherever_they_are_counted_from() -> None:
    hole = [(-178, 2), (-176, 2), (-176, 4), (-178, 4), (-178, 2)]
    shifted = read_footprint(polygon([(170, 0), (190, 0), (190, 10), (170, 10), (170, 0)], hole))
    assert covered(shifted).area == pytest.approx(196) and covered(shifted).bounds == (170, 0, 190, 10)
    all_around = polygon([(-180, -90), (180, -90), (180, 90), (-180, 90), (-180, -90)], [*square(175, 0)[:4], (175, 0)])
    assert covered(read_footprint(all_around)).area == pytest.approx(360 * 180 - 100)
    ring = read_footprint(
        polygon([(0, 60), (90, 60), (180, 60), (-90, 60)], [(10, 80), (100, 80), (-170, 80), (-80, 80)])
    )
    assert ring.is_box
    assert ring.box == (-180, 60, 180, 80)


def test_what_is_close_lies_together() -> None:
    islands = read_footprint({"type": "MultiPoint", "coordinates": [[179, 0], [-178, 1], [120, 5], [180, 2]]})
    assert (islands.box, islands.bbox) == ((120, 0, 182, 5), (120, 0, -178, 5))
    assert read_footprint({"type": "MultiPoint", "coordinates": [[-90, 0], [90, 0]]}).box == (-90, 0, 90, 0)


def test_a_track_goes_around_the_globe() -> None:
    track = [[0, 0], [100, 50], [-160, 60], [-60, 0], [40, -50], [140, -60], [-120, -20]]
    read = read_footprint({"type": "LineString", "coordinates": track})
    assert read.geojson["type"] == "MultiLineString" and len(read.parts) == 3
    assert read.box == (-180, -60, 180, 60)


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (BOW, "at longitude 5, latitude 5"),
        (polygon([(0, 0), (10, 0), (5, 0), (0, 0)]), "runs back on itself"),
        (polygon(square(0, 0), square(20, 0)), "a hole lies outside"),
        (polygon([(0, 0), (10, 0), (0, 0)]), "three different positions"),
        (polygon([], square(0, 0)), "outer ring is empty"),
        ({"type": "Point", "coordinates": [math.nan, 0]}, "no finite number"),
        ({"type": "Point", "coordinates": [0, math.inf]}, "no finite number"),
        ({"type": "Point", "coordinates": [True, 0]}, "True is no number"),
        ({"type": "Point", "coordinates": ["1", 0]}, "'1' is no number"),
        ({"type": "Point", "coordinates": [10**400, 0]}, "longitude"),
        ({"type": "Point", "coordinates": [541, 0]}, "longitude 541 is beyond 540"),
        ({"type": "Point", "coordinates": [42, 121]}, "latitude 121 is beyond 90"),
        ({"type": "Point", "coordinates": [1]}, "not 1 numbers"),
        ({"type": "Point", "coordinates": [1, 2, 3, 4, 5]}, "not 5 numbers"),
        ({"type": "Point", "coordinates": "1,2"}, "an array was expected, not a text"),
        ({"type": "LineString", "coordinates": [[1, 1], [1, 1]]}, "two different positions"),
        ({"type": "MultiPolygon", "coordinates": []}, "is empty"),
        ({"type": "Feature", "geometry": None}, "not null"),
        ({"type": "Circle", "coordinates": [0, 0]}, "'Circle' is no type of geometry"),
        ({"coordinates": [0, 0]}, "None is no type of geometry"),
        ({"type": "GeometryCollection", "geometries": [{"type": "Feature", "geometry": None}]}, "inside another"),
        ({"type": "Point", "coordinates": [1, 2], "crs": {"properties": {"name": "EPSG:3857"}}}, "not WGS 84"),
        (collection(100), "deep in one another"),
        ({"type": "MultiPoint", "coordinates": [[0, 0]] * 100_000}, "more than 20000 positions"),
        ({"type": "MultiPolygon", "coordinates": [[[]] * 30_000]}, "more than 20000 parts"),
        ({"type": "LineString", "coordinates": [[120.0 * one % 360, 0] for one in range(400)]}, "more than 64 times"),
        ([0, 10, 10, 0], "south (10) is above its north (0)"),
        ([0, 0, 10], "4 numbers, or 6"),
        ([0, 0, math.nan, 1], "no finite number"),
        ([0, -91, 1, 1], "latitude -91"),
        ("POINT (0 0)", "an array was expected"),
    ],
)
def test_what_is_no_place_is_refused_with_its_fault(value: Any, fault: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_footprint(value)
    error = caught.value
    assert fault in str(error) and len(str(error)) < 500
    assert error.reason == "footprint_invalid" and error.next_step and error.problems[0].where.startswith("/")


def test_the_fault_says_where() -> None:
    deep = {"type": "GeometryCollection", "geometries": [BOW, {"type": "MultiPolygon", "coordinates": [[[[0, "x"]]]]}]}
    with pytest.raises(Invalid) as caught:
        read_footprint(deep)
    assert caught.value.problems[0].where == "/geometries/1/coordinates/0/0/0"


def test_repair_tells_what_it_did() -> None:
    bow = read_footprint(BOW, repair=True)
    assert covered(bow).area == 50 and len(bow.parts) == 2
    assert "crosses itself" in bow.warnings[0] and "repaired" in bow.warnings[0]
    flat = read_footprint(polygon([(0, 0), (10, 0), (5, 0), (0, 0)]), repair=True)
    assert (flat.geojson["type"], flat.box) == ("LineString", (0, 0, 10, 0))
    less = read_footprint(polygon(square(0, 0), square(5, 0)), repair=True)
    assert "only what is inside was taken away" in less.warnings[0]
    assert less.box == (0, 0, 5, 10)


def test_a_tangle_is_not_resolved() -> None:
    comb = [(one / 25, 40.0 * (one % 2)) for one in range(1000)]
    back = [(40.0 * (one % 2), one / 25) for one in range(1000)]
    with pytest.raises(Invalid, match="cross too often"):
        read_footprint(polygon([*comb, *back]), repair=True)


def test_overlapping_areas_are_joined() -> None:
    read = read_footprint({"type": "MultiPolygon", "coordinates": [[square(0, 0)], [square(5, 0)]]})
    assert read.is_box and "joined" in read.warnings[0]
    assert read.box == (0, 0, 15, 10)


@CALM
@given(footprints() | footprints(grid=False))
def test_reading_again_what_was_read_changes_nothing(read: Footprint) -> None:
    again = read_footprint(read.geojson)
    assert (again.geojson, again.box, again.bbox, again.parts) == (read.geojson, read.box, read.bbox, read.parts)
    assert not again.warnings
    assert read.geojson["type"] == "GeometryCollection" or shape(read.geojson).is_valid


@CALM
@given(footprints() | footprints(grid=False))
def test_parts_and_box_are_the_place_laid_out(read: Footprint) -> None:
    parts, told = covered(read), shape(read.geojson)
    west, _, east, _ = read.box
    assert -180 <= west < 180 and west <= east < 540 and parts.bounds == read.box
    home = shapely.union_all([affinity.translate(parts, turn) for turn in (-360, 0, 360)]).intersection(
        shapely.box(-180, -90, 180, 90)
    )
    assert home.area == pytest.approx(told.area, abs=1e-9)
    assert home.distance(told.centroid) == pytest.approx(told.distance(told.centroid), abs=1e-9)
    assert read.is_box == (parts.area > 0 and parts.equals(shapely.box(*read.box))) or parts.area == 0


@CALM
@given(footprints(), footprints())
def test_probes_find_by_their_layout_what_meets_on_the_globe(kept: Footprint, sought: Footprint) -> None:
    boxes = [shapely.box(*one.box).intersects(shapely.box(*kept.box)) for one in probes(sought)]
    assert any(boxes) or not meet(kept, sought)


COORDINATES = st.sampled_from([0, 180, -180, 360, 540, 90, 5e-324, 179.9999999, -180.00000000000003]) | st.floats(
    -540, 540
)
RINGS = st.lists(st.tuples(COORDINATES, st.sampled_from([0, 90, -90, 80, 1]) | st.floats(-90, 90)), max_size=6)


@CALM
@given(st.lists(RINGS, max_size=3), st.booleans())
def test_whatever_rings_are_given_is_read_or_refused(rings: list[Any], repair: bool) -> None:
    try:
        read = read_footprint({"type": "Polygon", "coordinates": rings}, repair=repair)
    except Invalid:
        return
    assert read_footprint(read.geojson).geojson == read.geojson
    assert -180 <= read.box[0] < 180


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=3),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.sampled_from(["type", "coordinates", "crs"]), one),
    max_leaves=8,
)


@CALM
@given(st.sampled_from(["Polygon", "MultiPolygon", "GeometryCollection", "Feature", None]), JSON)
def test_whatever_json_is_given_is_read_or_refused(kind: str | None, value: Any) -> None:
    with contextlib.suppress(Invalid):
        read_footprint({"type": kind, "coordinates": value, "geometries": value, "geometry": value})
    with contextlib.suppress(Invalid):
        read_footprint(value)
