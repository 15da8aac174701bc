"""The document of a product as a HySDS catalogue shows it."""

from collections.abc import Mapping, Sequence

from fieldstation.core.recognition.model.arrivals import Arrival, Browse
from fieldstation.kernel.canonical import Json


def catalogue_document(arrival: Arrival) -> Mapping[str, Json]:
    """Return what HySDS clients are shown of a product; keys of `.dataset.json` go before what was derived.

    A catalogue adds what only it knows: centre, cities, continent, span of time, and when it took the product in.
    """
    told = arrival.recognised
    recognised: Mapping[str, Json] = {}
    if told is not None:
        recognised = {
            "dataset": told.dataset, "ipath": told.ipath, "system_version": told.version, "dataset_level": told.level,
            "dataset_type": told.type, "urls": told.urls, "browse_urls": told.browse_urls,
        }  # fmt: skip
    images: Json = [_image(one, arrival.id) for one in arrival.browse]
    place: Mapping[str, Json] = {} if arrival.footprint is None else {"location": arrival.footprint.geojson}
    return {
        "id": arrival.id, "objectid": arrival.id, "metadata": arrival.metadata, **recognised, "images": images,
        "prov": _provenance(arrival.context or {}), **arrival.further, **place,
    }  # fmt: skip


def _image(one: Browse, id_: str) -> Json:
    small: Mapping[str, Json] = {} if one.small is None else {"small_img": one.small}
    return {"img": one.image, **small, "tooltip": id_}


def _provenance(context: Mapping[str, Json]) -> Json:
    """Say which task made the product from which addresses, as its context tells."""
    told = context.get("_prov")
    prov: dict[str, Json] = dict(told) if isinstance(told, Mapping) else {}
    entries = context.get("localize_urls")
    inputs = entries if isinstance(entries, Sequence) and not isinstance(entries, str) else ()
    urls = [one["url"] for one in inputs if isinstance(one, Mapping) and isinstance(one.get("url"), str)]
    if urls and "wasDerivedFrom" not in prov:
        prov["wasDerivedFrom"] = [f"url:{url}" for url in urls]
    return prov
