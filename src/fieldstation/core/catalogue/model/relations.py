"""Relations of places that no index decides: by DE-9IM, as GEOS computes it, on canonical geometries.

On the meridian of 180 degrees a geometry has an edge of its own, so what only touches another there does not touch it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import shapely

from fieldstation.core.catalogue.model.footprint import read_footprint

# What holds between a footprint and a place, and what then holds between the place and the footprint.
TURNED: Mapping[str, str] = {"s_within": "s_contains", "s_contains": "s_within"}
_RELATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "s_within": shapely.within,
    "s_contains": shapely.contains,
    "s_equals": shapely.equals,
    "s_touches": shapely.touches,
    "s_crosses": shapely.crosses,
    "s_overlaps": shapely.overlaps,
}


def related(op: str, footprints: Sequence[str], place: Mapping[str, Any]) -> Sequence[bool]:
    """Tell of each canonical footprint, a text of GeoJSON, whether it stands in a relation to a place that was read.

    The place is GeoJSON, or a `bbox`; Invalid `footprint_invalid` when it is none.
    """
    wanted = shapely.geometry.shape(read_footprint(place.get("bbox", place)).geojson)
    shapely.prepare(wanted)
    found: Sequence[bool] = _RELATIONS[op](shapely.from_geojson(list(footprints)), wanted).tolist()
    return found
