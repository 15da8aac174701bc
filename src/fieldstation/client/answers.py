"""From JSON answers to frozen values. Fields that this client does not know are ignored, so that stations may grow."""

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from fieldstation.client.errors import ClientError
from fieldstation.kernel.errors import Fault

Answer = TypeVar("Answer")
Reader = Callable[[Any], Any]


def read(kind: type[Answer], document: object) -> Answer:
    """Return `document` (parsed JSON) as a `kind`, a frozen dataclass; ClientError when a needed field is missing."""
    try:
        return cast(Answer, _reader(cast(Any, kind))(document))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ClientError(
            f"the station's answer is not the {kind.__name__.lower()} that this client knows ({error!r})",
            next_step="give the client and the station the same release: pip install --upgrade fieldstation",
            reason="unknown_answer",
            fault=Fault.OURS,
        ) from None


@cache
def _reader(kind: Any) -> Reader:
    """Return the function that reads a value of this annotation."""
    if is_dataclass(kind):
        return _fields_reader(kind)
    if kind is datetime:
        return datetime.fromisoformat
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        some = _reader(next(part for part in inner if part is not type(None)))
        return lambda value: None if value is None else some(value)
    if origin in (tuple, Sequence):
        one = _reader(inner[0])
        return lambda value: tuple(one(item) for item in value)
    if origin is Mapping:
        each = _reader(inner[1])
        return lambda value: {key: each(item) for key, item in value.items()}
    return lambda value: value


def _fields_reader(kind: Any) -> Reader:
    hints = get_type_hints(kind)
    known = {field.name: (_reader(hints[field.name]), field) for field in fields(kind)}

    def build(document: Any) -> Any:
        given = {name: reader(document[name]) for name, (reader, _) in known.items() if name in document}
        for name, (_, field) in known.items():
            if name not in given and field.default is MISSING and field.default_factory is MISSING:
                raise KeyError(name)
        return kind(**given)

    return build
