"""What can be asked for: the queryables, by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from fieldstation.core.catalogue.model.cql2.nodes import fault


class Kind(StrEnum):
    """What the values of a queryable are; `any` is told by each value."""

    TEXT = "text"
    NUMBER = "number"
    TRUTH = "truth"
    INSTANT = "instant"
    SPAN = "span"  # a stretch of time
    PLACE = "place"
    ANY = "any"


@dataclass(frozen=True, kw_only=True)
class Queryable:
    """One of the names that a filter may use, and what it means."""

    name: str
    kind: Kind
    title: str


_TEXT, _NUMBER, _INSTANT = Kind.TEXT, Kind.NUMBER, Kind.INSTANT
QUERYABLES: Mapping[str, Queryable] = {
    name: Queryable(name=name, kind=kind, title=title)
    for name, kind, title in (
        ("id", _TEXT, "id of the version"),
        ("dataset", _TEXT, "id of the data set"),
        ("name", _TEXT, "name of the data set"),
        ("number", _NUMBER, "number of the version within its data set"),
        ("type", _TEXT, "kind of product"),
        ("level", _TEXT, "level of processing"),
        ("release", _TEXT, "version of the product as its maker counts it"),
        ("footprint", Kind.PLACE, "where it was observed"),
        ("time", Kind.SPAN, "when it was observed, from start to end"),
        ("start", _INSTANT, "when observing began"),
        ("end", _INSTANT, "when observing ended"),
        ("published", _INSTANT, "when the version was made"),
        ("origin", _TEXT, "how it came: run, upload or place"),
        ("run", _TEXT, "id of the run that made it"),
        ("size", _NUMBER, "bytes of its files"),
        ("files", _NUMBER, "number of its files"),
    )
}
ALIASES: Mapping[str, str] = {"geometry": "footprint", "datetime": "start"}
OPEN: Sequence[str] = ("metadata", "labels")  # each has names of its own, behind a dot


@dataclass(frozen=True, slots=True)
class Found:
    """A queryable that a filter names; `path` leads into one of OPEN."""

    name: str
    kind: Kind
    path: tuple[str, ...] = ()


def find(name: str) -> Found:
    """Return what a name in a filter stands for; Invalid when there is no such queryable."""
    name = ALIASES.get(name, name)
    if name in QUERYABLES:
        return Found(name, QUERYABLES[name].kind)
    root, dot, rest = name.partition(".")
    if dot and rest and root in OPEN:
        return Found(root, Kind.ANY, (rest,) if root == "labels" else tuple(rest.split(".")))
    near = get_close_matches(name, [*QUERYABLES, *ALIASES], n=1)
    meant = f"did you mean {near[0]!r}?" if near else f"for what the metadata say, write metadata.{name[:60]}"
    raise fault(f"there is no property {name[:60]!r}: {meant}")
