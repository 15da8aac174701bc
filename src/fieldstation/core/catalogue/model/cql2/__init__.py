"""CQL2, the query language of the catalogue: read from text and JSON, written back, one tree for both."""

from fieldstation.core.catalogue.model.cql2.document import filter_of, json_of
from fieldstation.core.catalogue.model.cql2.nodes import (
    Call,
    Geometry,
    Instant,
    Interval,
    Items,
    Literal,
    Node,
    Property,
    both,
    interval_of,
)
from fieldstation.core.catalogue.model.cql2.parse import parse
from fieldstation.core.catalogue.model.cql2.write import text_of

__all__ = [
    "Call",
    "Geometry",
    "Instant",
    "Interval",
    "Items",
    "Literal",
    "Node",
    "Property",
    "both",
    "filter_of",
    "interval_of",
    "json_of",
    "parse",
    "text_of",
]
