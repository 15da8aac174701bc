"""`-p key=value`, `-i slot=reference`, times and sizes as the station reads them."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import typer

from fieldstation.client.things import Json

_AGO = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>s|min|h|d|w)")
_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?:(?P<unit>[KMGT])i?B?|B)?")
_FITS: Mapping[str, type | tuple[type, ...]] = {
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
    "array": list,
    "object": dict,
}


def read_inputs(given: Sequence[str]) -> dict[str, list[str]]:
    """Return the references for each slot, in the order given; a slot may be named several times."""
    inputs: dict[str, list[str]] = {}
    for one in given:
        slot, equals, reference = one.partition("=")
        if not (slot and equals and reference):
            raise typer.BadParameter(f"{one!r} is not SLOT=DATASET[@NUMBER][:PATH]", param_hint="--input")
        inputs.setdefault(slot, []).append(reference)
    return inputs


def read_parameters(given: Sequence[str], schema: Mapping[str, Any]) -> dict[str, Json]:
    """Return the parameters as the tool's schema types them; a list may be JSON, or its name given several times.

    What the schema does not tell is read as JSON, and as text when it is none. The station checks it all again.
    """
    texts: dict[str, list[str]] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not (name and equals):
            raise typer.BadParameter(f"{one!r} is not NAME=VALUE", param_hint="--parameter")
        texts.setdefault(name, []).append(value)
    properties = schema.get("properties", {})
    return {name: _value(name, values, properties.get(name, {})) for name, values in texts.items()}


def read_moment(given: str, option: str) -> datetime:
    """Return a moment: a date or time (`2026-11-22`, `2026-11-22T08:30`; local without a zone), or `7d` ago."""
    if found := _AGO.fullmatch(given):
        return datetime.now(UTC) - timedelta(seconds=float(found["number"]) * _SECONDS[found["unit"]])
    try:
        return datetime.fromisoformat(given).astimezone()
    except ValueError:
        raise typer.BadParameter(
            f"{given!r} is neither a time such as 2026-11-22T08:30 nor a distance such as 90min, 12h or 7d",
            param_hint=option,
        ) from None


def read_bytes(given: str, option: str) -> int:
    """Return a size in bytes: `512Mi`, `4Gi`, or a plain number."""
    found = _SIZE.fullmatch(given)
    if found is None:
        raise typer.BadParameter(f"{given!r} is not a size such as 512Mi or 4Gi", param_hint=option)
    return int(float(found["number"]) * 1024 ** " KMGT".index(found["unit"] or " "))


def _value(name: str, values: Sequence[str], schema: Mapping[str, Any]) -> Json:
    if "array" in _types(schema) and (len(values) > 1 or not isinstance(_json(values[0]), list)):
        items = schema.get("items")
        return [_one(value, items if isinstance(items, Mapping) else {}) for value in values]
    if len(values) > 1:
        raise typer.BadParameter(f"{name} takes one value, and is given {len(values)} times", param_hint="--parameter")
    return _one(values[0], schema)


def _one(text: str, schema: Mapping[str, Any]) -> Json:
    types = _types(schema)
    if "string" in types and len(types) == 1:
        return text
    value = _json(text)
    if not types:
        return text if value is _NONE else value
    if any(_fits(value, name) for name in types):
        return value
    return text


def _types(schema: Mapping[str, Any]) -> Sequence[str]:
    named = schema.get("type", ())
    return (named,) if isinstance(named, str) else tuple(named)


def _fits(value: object, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return name in _FITS and isinstance(value, _FITS[name])


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return _NONE


_NONE = object()
