"""What a version is said to be as a product: its kind, where and when it was observed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from fieldstation.core.catalogue.model.footprint import Footprint, read_footprint
from fieldstation.core.catalogue.model.moments import Interval, read_interval
from fieldstation.core.catalogue.model.values import Entry
from fieldstation.kernel.errors import Invalid

# Where metadata may say it, the first that is there counts: our words, those of HySDS, those of STAC.
_KEYS: Mapping[str, Sequence[str]] = {
    "type": ("product_type", "dataset_type"),
    "level": ("level", "dataset_level", "processing:level"),
    "release": ("release", "system_version"),
    "footprint": ("footprint", "location", "geometry", "bbox"),
    "start": ("start", "starttime", "start_datetime", "datetime"),
    "end": ("end", "endtime", "end_datetime", "datetime"),
}
_MOST_LETTERS = 200


@dataclass(frozen=True, kw_only=True)
class Product:
    """What is known; `remarks` say what of the metadata could not be read, and what was mended in reading."""

    type: str | None = None
    level: str | None = None
    release: str | None = None
    footprint: Footprint | None = None
    time: Interval | None = None
    remarks: Sequence[str] = field(default=())


@dataclass(frozen=True, kw_only=True)
class Given:
    """What somebody says of a version; None: it stays as it is. An empty text or mapping takes away what there is."""

    type: str | None = None
    level: str | None = None
    release: str | None = None
    footprint: Mapping[str, Any] | Sequence[float] | None = None
    start: str | None = None
    end: str | None = None


def said_of(entry: Entry) -> Product:
    """Return what an entry of the catalogue is said to be."""
    timed = entry.start is not None or entry.end is not None
    return Product(
        type=entry.type,
        level=entry.level,
        release=entry.release,
        footprint=None if entry.footprint is None else read_footprint(entry.footprint),
        time=Interval(start=entry.start, end=entry.end) if timed else None,
        remarks=entry.remarks,
    )


def given_over(product: Product, given: Given) -> Product:
    """Return a product as it is when something was said of it; Invalid for a place or time that is none."""
    changed = replace(
        product,
        type=product.type if given.type is None else _checked("type", given.type),
        level=product.level if given.level is None else _checked("level", given.level),
        release=product.release if given.release is None else _checked("release", given.release),
    )
    if given.footprint is not None:
        changed = replace(changed, footprint=read_footprint(given.footprint) if given.footprint else None)
    if given.start is not None or given.end is not None:
        changed = replace(changed, time=_time(product.time, given))
    return replace(changed, remarks=changed.footprint.warnings if changed.footprint and given.footprint else ())


def _time(known: Interval | None, given: Given) -> Interval | None:
    start = given.start if given.start is not None else _written(known.start if known else None)
    end = given.end if given.end is not None else _written(known.end if known else None)
    return read_interval(start, end) if start or end else None


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _checked(name: str, value: str) -> str | None:
    if len(value) > _MOST_LETTERS or not value.isprintable():
        raise Invalid(
            f"a {name} has at most {_MOST_LETTERS} letters, all of them printable",
            next_step="use a short name, such as L2",
            reason="described",
        )
    return value or None


def product_of(metadata: Mapping[str, Any]) -> Product:
    """Read a product from the metadata of its version, as far as they say; a fault is a remark, never an error."""
    texts = {name: _text(metadata, name) for name in ("type", "level", "release")}
    made = Product(type=texts["type"], level=texts["level"], release=texts["release"])
    return _timed(_placed(made, metadata), metadata)


def _placed(product: Product, metadata: Mapping[str, Any]) -> Product:
    given = _first(metadata, "footprint", (Mapping, list))
    if given is None:
        return product
    try:
        footprint = read_footprint(given, repair=True)
    except Invalid as error:
        return _remarked(product, f"the place was not read: {error.text}")
    return _remarked(replace(product, footprint=footprint), *footprint.warnings)


def _timed(product: Product, metadata: Mapping[str, Any]) -> Product:
    start, end = (_first(metadata, name, (str,)) for name in ("start", "end"))
    if start is None and end is None:
        return product
    try:
        time = read_interval(start, end, lenient=True)
    except Invalid as error:
        return _remarked(product, f"the time was not read: {error.text}")
    return _remarked(replace(product, time=time), *time.warnings)


def _remarked(product: Product, *remarks: str) -> Product:
    return replace(product, remarks=(*product.remarks, *remarks))


def _text(metadata: Mapping[str, Any], name: str) -> str | None:
    found = _first(metadata, name, (str,))
    return found if found and len(found) <= _MOST_LETTERS and found.isprintable() else None


def _first(metadata: Mapping[str, Any], name: str, kinds: tuple[type, ...]) -> Any:
    return next((metadata[key] for key in _KEYS[name] if isinstance(metadata.get(key), kinds)), None)
