"""The database finds by box and edges what shapely finds on the globe."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from fieldstation.core.catalogue.model.footprint import Footprint, read_footprint
from fieldstation.core.catalogue.store.columns import box_text, place_sql
from fieldstation.db import Database, Tx
from tests.unit.catalogue.geometries import footprints, meet, polygon

CALM = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking ten places takes minutes
)
GROUPS = st.lists(footprints(), min_size=5, max_size=5) | st.lists(footprints(grid=False), min_size=5, max_size=5)
KEPT = text("CREATE TEMPORARY TABLE kept (i integer, extent box, boxed boolean, edges float8[]) ON COMMIT DROP")
KEEP = text("INSERT INTO kept VALUES (:i, cast(:extent AS box), :boxed, cast(:edges AS float8[]))")


def found(database: Database, kept: Sequence[Footprint], sought: Sequence[Footprint]) -> list[list[bool]]:
    """Return for each that is sought which of the kept ones the condition of a search finds."""
    with database.begin() as tx:
        tx.execute(KEPT)
        for i, one in enumerate(kept):
            values = {"extent": box_text(one.box), "boxed": one.is_box, "edges": list(one.layout.edges)}
            tx.execute(KEEP, {"i": i, **values})
        return [_found(tx, len(kept), one) for one in sought]


def _found(tx: Tx, count: int, sought: Footprint) -> list[bool]:
    values: dict[str, Any] = {}

    def bind(value: Any, cast: str) -> str:
        values[f"v{len(values)}"] = value
        return f"cast(:v{len(values) - 1} AS {cast})"

    met = {row.i for row in tx.all(text(f"SELECT i FROM kept c WHERE {place_sql(sought.geojson, bind)}"), values)}
    return [i in met for i in range(count)]


@pytest.mark.filterwarnings("ignore:Do not use the `random` module")  # the pool's threads do, beside any strategy
def test_what_is_found_is_what_meets(database: Database) -> None:
    @CALM
    @given(GROUPS, GROUPS)
    def judged(kept: list[Footprint], sought: list[Footprint]) -> None:
        assert found(database, kept, sought) == [[meet(one, other) for one in kept] for other in sought]

    judged()


def test_what_is_anywhere_is_found_by_the_whole_earth(database: Database) -> None:
    places = [read_footprint(one) for one in ([180, 90, 180, 90], [170, 0, -170, 10], [0, 0, 1, 1])]
    assert found(database, places, [read_footprint([-180, -90, 180, 90])]) == [[True, True, True]]


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
    assert [found(database, [one], [other])[0][0] for one, other in pairs] == wanted
    assert [found(database, [other], [one])[0][0] for one, other in pairs] == wanted
    assert [meet(one, other) for one, other in pairs] == wanted
    with database.begin() as tx:
        theirs = [tx.scalar(POLYGONS, {"one": shape(one), "other": shape(other)}) for one, other in pairs]
    assert not any(by_polygon == met for by_polygon, met in zip(theirs, wanted, strict=True)), theirs


POLYGONS = text("SELECT cast(:one AS polygon) && cast(:other AS polygon)")


def shape(footprint: Footprint) -> str:
    return "(" + ",".join(f"({x!r},{y!r})" for x, y in footprint.parts[0]) + ")"
