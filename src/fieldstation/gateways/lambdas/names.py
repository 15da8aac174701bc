"""What a lambda may call: functions, methods by the kind of value, members of modules. Nothing else is in reach."""

import datetime
import functools
import json
import math
import posixpath
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import re2

from fieldstation.gateways.lambdas.grammar import Refused
from fieldstation.gateways.lambdas.measures import MOST_CHARACTERS, Formatter, measured, narrow

_MOST_DIGITS = 100
_MOST_INDENT = 8
_MOST_WIDE = 10_000


class Listed(list[Any]):
    """What `filter`, `map`, `keys` and the like give: a list, as in Python 2, that `next` works on as in Python 3."""

    def __next__(self) -> Any:
        """Take the first item away and return it."""
        if not self:
            raise StopIteration
        return self.pop(0)


class Named:
    """A function in reach, by the name that faults call it; `kind` is the type that it also is, if any."""

    def __init__(self, name: str, function: Callable[..., Any], kind: Any = None) -> None:
        self.name = name
        self.kind = kind
        self._function = function

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Return what the function gives, where that is not too large to go on with."""
        return measured(self._function(*given, **named))


class Module:
    """A module in reach: no more of it than is listed."""

    def __init__(self, name: str, members: Mapping[str, Any]) -> None:
        self.name = name
        self.members = members


def get_best_url(urls: Iterable[str], prefix: str | None = None) -> str | None:
    """Return the first address with the prefix; else the first that is not of the web; else the first."""
    known = list(urls)
    wanted = [url for url in known if prefix is not None and url.startswith(prefix)]
    outside = [url for url in known if not url.startswith("http")]
    return next(iter([*wanted, *outside, *known]), None)


def get_partial_products(ident: str, base_url: str, paths: Iterable[str]) -> list[dict[str, str]]:
    """Return what to localise of a product: paths below its address, put below its name."""
    return [{"url": posixpath.join(base_url, path), "local_path": posixpath.join(ident, path)} for path in paths]


def region_to_bbox(region: Mapping[str, Any]) -> list[float]:
    """Return the bounds of a GeoJSON polygon as [south, north, west, east], in degrees."""
    points = [point for ring in region["coordinates"] for point in ring]
    latitudes, longitudes = [point[1] for point in points], [point[0] for point in points]
    return [min(latitudes), max(latitudes), min(longitudes), max(longitudes)]


def _isinstance(value: Any, kinds: Any) -> bool:
    asked = kinds if isinstance(kinds, tuple) else (kinds,)
    if not all(isinstance(kind, Named) and kind.kind is not None for kind in asked):
        raise Refused("isinstance is asked for something that is no type in reach")
    return isinstance(value, tuple(kind.kind for kind in asked))


def _round(value: Any, digits: int | None = None) -> Any:
    if digits is not None and abs(digits) > _MOST_DIGITS:
        raise Refused(f"numbers are rounded to {_MOST_DIGITS} digits at most")
    return round(value, digits)


def _wide(name: str) -> Callable[..., str]:
    def put(text: str, width: int, *filling: str) -> str:
        if width > _MOST_WIDE:
            raise Refused(f"a text can be {_MOST_WIDE} characters wide at most")
        made: str = getattr(text, name)(width, *filling)
        return made

    return put


def _replace(text: str, old: str, new: str, *most: int) -> str:
    if len(text) + text.count(old) * len(new) > 2 * MOST_CHARACTERS:
        raise Refused(f"it makes a text of more than {MOST_CHARACTERS} characters")
    return text.replace(old, new, *most)


def _format(text: str, *given: Any, **named: Any) -> str:
    return Formatter().vformat(text, given, named)


def _strftime(moment: datetime.date, pattern: str) -> str:
    narrow(pattern)
    return moment.strftime(pattern)


def _has_key(mapping: Mapping[Any, Any], key: Any) -> bool:
    return key in mapping


def _loads(text: str) -> Any:
    return json.loads(text)


def _dumps(value: Any, *, sort_keys: bool = False, ensure_ascii: bool = True, indent: int | None = None) -> str:
    if indent is not None and not 0 <= indent <= _MOST_INDENT:
        raise Refused(f"JSON is indented by {_MOST_INDENT} at most")
    return json.dumps(value, sort_keys=sort_keys, ensure_ascii=ensure_ascii, indent=indent)


def _re(name: str) -> Callable[..., Any]:
    def work(pattern: str, *given: Any) -> Any:
        options = re2.Options()
        options.log_errors = False
        try:
            found = getattr(re2.compile(pattern, options), name)(*given)
        except re2.error as error:
            raise Refused(f"the pattern {pattern[:80]!r} is not read: {error}") from None
        return list(found) if name in ("findall", "split") else found

    return work


def _plainly(kind: type, *names: str) -> dict[str, Callable[..., Any]]:
    return {name: getattr(kind, name) for name in names}


def _listing(kind: type, *names: str) -> dict[str, Callable[..., Any]]:
    def listing(name: str) -> Callable[..., Any]:
        return lambda value: Listed(getattr(kind, name)(value))

    return {name: listing(name) for name in names}


def _listed(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **named: Listed(function(*given, **named))


_TEXT = {
    **_plainly(str, "strip", "lstrip", "rstrip", "split", "rsplit", "splitlines", "join", "upper", "lower", "title"),
    **_plainly(str, "capitalize", "swapcase", "casefold", "startswith", "endswith", "find", "rfind", "index", "rindex"),
    **_plainly(str, "count", "partition", "rpartition", "removeprefix", "removesuffix", "isdigit", "isalpha"),
    **_plainly(str, "isalnum", "isnumeric", "isdecimal", "isupper", "islower", "isspace"),
    **{name: _wide(name) for name in ("zfill", "ljust", "rjust", "center")},
    "replace": _replace,
    "format": _format,
}
_MOMENT = _plainly(datetime.datetime, "isoformat", "date", "time", "timetuple", "timestamp", "weekday", "replace")
METHODS: Mapping[type, Mapping[str, Callable[..., Any]]] = {
    str: _TEXT,
    list: _plainly(list, "index", "count", "copy"),
    tuple: _plainly(tuple, "index", "count"),
    dict: {
        **_plainly(dict, "get", "copy"),
        **_listing(dict, "keys", "values", "items"),
        "has_key": _has_key,
    },
    set: _plainly(set, "union", "intersection", "difference", "issubset", "issuperset"),
    float: _plainly(float, "is_integer"),
    datetime.datetime: {**_MOMENT, "strftime": _strftime},
    datetime.date: {"isoformat": datetime.date.isoformat, "strftime": _strftime},
    datetime.timedelta: _plainly(datetime.timedelta, "total_seconds"),
    type(re2.match("a", "a")): {
        name: getattr(type(re2.match("a", "a")), name) for name in ("group", "groups", "groupdict", "start", "end")
    },
}
MEMBERS: Mapping[type, frozenset[str]] = {
    datetime.datetime: frozenset({"year", "month", "day", "hour", "minute", "second", "microsecond"}),
    datetime.date: frozenset({"year", "month", "day"}),
    datetime.timedelta: frozenset({"days", "seconds"}),
}

_PATHS = ("basename", "dirname", "join", "split", "splitext", "normpath")
_PATH = Module("os.path", {name: Named(name, getattr(posixpath, name)) for name in _PATHS})
_FUNCTOOLS = Module("functools", {name: Named(name, getattr(functools, name)) for name in ("reduce", "partial")})
_DATETIME = Module(
    "datetime.datetime",
    {
        "strptime": Named("strptime", datetime.datetime.strptime),
        "fromisoformat": Named("fromisoformat", datetime.datetime.fromisoformat),
    },
)
_MATHS = ("ceil", "floor", "fabs", "sqrt", "log", "log10", "exp", "radians", "degrees", "sin", "cos", "isnan", "hypot")
MODULES: Mapping[str, Module] = {
    "os": Module("os", {"path": _PATH}),
    "os.path": Module("os", {"path": _PATH}),  # importing os.path gives os, as Python has it
    "posixpath": _PATH,
    "json": Module("json", {"loads": Named("loads", _loads), "dumps": Named("dumps", _dumps)}),
    "re": Module(
        "re",
        {name: Named(name, _re(name)) for name in ("search", "match", "fullmatch", "findall", "split", "sub")},
    ),
    "math": Module("math", {name: Named(name, getattr(math, name)) for name in _MATHS} | {"pi": math.pi}),
    "functools": _FUNCTOOLS,
    "datetime": Module("datetime", {"datetime": _DATETIME, "timedelta": Named("timedelta", datetime.timedelta)}),
}
_KINDS: Mapping[str, Any] = {
    "str": str,
    "unicode": str,
    "basestring": str,
    "int": int,
    "long": int,
    "float": float,
    "bool": bool,
    "list": list,
    "dict": dict,
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
}
_LISTING = {"filter": filter, "map": map, "zip": zip, "enumerate": enumerate, "reversed": reversed}
_PLAIN: Mapping[str, Callable[..., Any]] = {
    "abs": abs,
    "all": all,
    "any": any,
    "divmod": divmod,
    "len": len,
    "max": max,
    "min": min,
    "next": next,
    "sorted": sorted,
    "sum": sum,
    "ord": ord,
    "chr": chr,
    "range": range,
    "xrange": range,
    "isinstance": _isinstance,
    "round": _round,
    "reduce": functools.reduce,
    "get_best_url": get_best_url,
    "get_partial_products": get_partial_products,
    "region_to_bbox": region_to_bbox,
}
BUILTINS: Mapping[str, Any] = {
    **{name: Named(name, kind, kind) for name, kind in _KINDS.items()},
    **{name: Named(name, _listed(function)) for name, function in _LISTING.items()},
    **{name: Named(name, function) for name, function in _PLAIN.items()},
    "functools": _FUNCTOOLS,
}
