"""The database finds by box and edges what shapely finds on the globe."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from fieldstation.core.catalogue.model.footprint import Footprint, Layout, probes, read_footprint
from fieldstation.db import Database
from tests.unit.catalogue.geometries import footprints, meet, polygon

CALM = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking ten places takes minutes
)
GROUPS = st.lists(footprints(), min_size=5, max_size=5) | st.lists(footprints(grid=False), min_size=5, max_size=5)
FIND = text("""
    SELECT i, bool_or(cast(kept AS box) && cast(sought AS box) AND CASE
                 WHEN kept_is_box AND sought_is_box THEN catalogue_boxes_meet(cast(kept AS box), cast(sought AS box))
                 WHEN sought_is_box AND catalogue_box_within(cast(kept AS box), cast(sought AS box)) THEN true
                 ELSE catalogue_edges_meet(cast(mine AS float8[]), cast(theirs AS float8[])) END) AS quick,
           bool_or(catalogue_edges_meet(cast(mine AS float8[]), cast(theirs AS float8[]))) AS plain
      FROM unnest(cast(:i AS int[]), cast(:kept AS text[]), cast(:sought AS text[]), cast(:kept_is_box AS boolean[]),
                  cast(:sought_is_box AS boolean[]), cast(:mine AS text[]), cast(:theirs AS text[]))
        AS one (i, kept, sought, kept_is_box, sought_is_box, mine, theirs)
     GROUP BY i ORDER BY i
""")


def box(layout: Layout) -> str:
    west, south, east, north = layout.box
    return f"(({east!r},{north!r}),({west!r},{south!r}))"


def edges(layout: Layout) -> str:
    return "{" + ",".join(map(repr, layout.edges)) + "}"


def found(database: Database, pairs: Sequence[tuple[Footprint, Footprint]]) -> list[bool]:
    """Return for each pair whether the database finds one by the other, which boxes may only make quicker."""
    rows = [(i, kept.layout, probe) for i, (kept, sought) in enumerate(pairs) for probe in probes(sought)]
    values = {
        "i": [i for i, _, _ in rows],
        "kept": [box(kept) for _, kept, _ in rows],
        "sought": [box(sought) for _, _, sought in rows],
        "kept_is_box": [kept.is_box for _, kept, _ in rows],
        "sought_is_box": [sought.is_box for _, _, sought in rows],
        "mine": [edges(kept) for _, kept, _ in rows],
        "theirs": [edges(sought) for _, _, sought in rows],
    }
    with database.begin() as tx:
        told = tx.all(FIND, values)
    assert all(one.quick == one.plain for one in told)
    return [one.quick for one in told]


@pytest.mark.filterwarnings("ignore:Do not use the `random` module")  # the pool's threads do, beside any strategy
def test_what_is_found_is_what_meets(database: Database) -> None:
    @CALM
    @given(GROUPS, GROUPS)
    def judged(kept: list[Footprint], sought: list[Footprint]) -> None:
        pairs = [(one, other) for one in kept for other in sought]
        assert found(database, pairs) == [meet(one, other) for one, other in pairs]

    judged()


def test_where_shapes_of_postgresql_are_wrong(database: Database) -> None:
    small = polygon([(10, 0.002), (10.0002, 0.0006), (10.0006, 0.0012), (10, 0.002)])
    flat = {"type": "LineString", "coordinates": [[0, 0], [100, 0]]}
    cases: list[tuple[Any, Any, bool]] = [
        (small, {"type": "Point", "coordinates": [10.00015, 0.0008]}, False),
        (flat, {"type": "LineString", "coordinates": [[0, -0.00002], [100, 0.00002]]}, True),
        (
            {"type": "LineString", "coordinates": [[0, 0], [5, 0]]},
            {"type": "LineString", "coordinates": [[7, 0], [3, 0]]},
            True,
        ),
        ([0, 0, 1, 1], [1.0000001, 0, 2, 1], False),
    ]
    pairs = [(read_footprint(one), read_footprint(other)) for one, other, _ in cases]
    wanted = [met for _, _, met in cases]
    assert found(database, pairs) == wanted == [meet(one, other) for one, other in pairs]
    assert found(database, [(other, one) for one, other in pairs]) == wanted
    with database.begin() as tx:
        theirs = [tx.scalar(POLYGONS, {"one": shape(one), "other": shape(other)}) for one, other in pairs]
    assert not any(by_polygon == met for by_polygon, met in zip(theirs, wanted, strict=True)), theirs


POLYGONS = text("SELECT cast(:one AS polygon) && cast(:other AS polygon)")


def shape(footprint: Footprint) -> str:
    return "(" + ",".join(f"({x!r},{y!r})" for x, y in footprint.parts[0]) + ")"
