"""Reading the keys of a JSON document one by one: what is read, what is passed over, and every fault by its path."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from fieldstation.core.tools.model.document import MAX_BYTES, escape
from fieldstation.core.tools.model.fields import did_you_mean
from fieldstation.kernel.errors import Problem

Made = TypeVar("Made")

_KINDS = {dict: "a mapping", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}


@dataclass(frozen=True, kw_only=True)
class Notes:
    """What was found so far. `passed` is a warning, or with `strict` a fault."""

    strict: bool = False
    faults: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def fault(self, where: str, text: str) -> None:
        """Note what makes the document useless."""
        self.faults.append(Problem(where=where or "/", text=text))

    def warn(self, where: str, text: str) -> None:
        """Note a doubt."""
        self.warnings.append(Problem(where=where or "/", text=text))

    def passed(self, where: str, text: str) -> None:
        """Note what the published schemas refuse and is read all the same."""
        (self.fault if self.strict else self.warn)(where, text)


def kind_of(value: Any) -> str:
    """Name the kind of a JSON value, for faults."""
    return "null" if value is None else _KINDS.get(type(value), type(value).__name__)


def read_json(text: str, notes: Notes) -> Any:
    """Return the value of a JSON text; None, and a fault, where it is none."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        notes.fault("", f"the document has more than {MAX_BYTES} bytes")
        return None

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        for key in made if len(made) != len(pairs) else ():
            if [name for name, _ in pairs].count(key) > 1:
                notes.passed(f"/{escape(key)}", "stands there more than once; the last one counts")
        return made

    def constant(name: str) -> None:
        notes.fault("", f"{name} is no number of JSON's")

    try:
        return json.loads(text, object_pairs_hook=members, parse_constant=constant)
    except json.JSONDecodeError as error:
        notes.faults.append(
            Problem(where="/", text=f"this is not JSON: {error.msg}", line=error.lineno, column=error.colno)
        )
    except (RecursionError, ValueError):
        notes.fault("", "this is not JSON that can be read: it is nested too deeply, or a number is too long")
    return None


class Keys:
    """The keys of one mapping. Each reader gives the value, or what stands for its absence when it is faulty."""

    def __init__(self, notes: Notes, document: Mapping[str, Any], where: str = "") -> None:
        self.notes = notes
        self.document = document
        self.where = where

    def path(self, key: str) -> str:
        """Return where a key stands."""
        return f"{self.where}/{escape(key)}"

    def ignore(self, known: Sequence[str], elsewhere: Mapping[str, str]) -> None:
        """Name the keys that nothing reads; `elsewhere` says where some of them belong."""
        for key in self.document:
            if key in elsewhere:
                self.notes.passed(self.path(key), f"{elsewhere[key]}, and is ignored here")
            elif key not in known and not key.startswith("$"):
                self.notes.passed(self.path(key), f"is not known, and is ignored{did_you_mean(key, known)}")

    def first(self, *names: str) -> tuple[str, Any]:
        """Return the first of several spellings that is there, and its value."""
        there = [name for name in names if name in self.document]
        for spare in there[1:]:
            self.notes.warn(self.path(spare), f"says the same as {there[0]}, which counts")
        return (there[0], self.document[there[0]]) if there else (names[0], None)

    def text(self, key: str) -> str | None:
        """Read a text."""
        value = self.document.get(key)
        if value is None or isinstance(value, str):
            return value
        self.notes.fault(self.path(key), f"must be text, not {kind_of(value)}")
        return None

    def flag(self, *names: str) -> bool | None:
        """Read true or false; the words in quotes are taken for them."""
        key, value = self.first(*names)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in ("true", "false"):
            self.notes.passed(self.path(key), f"is text, and is read as {value.lower()}")
            return value.lower() == "true"
        self.notes.fault(self.path(key), f"must be true or false, not {kind_of(value)}")
        return None

    def texts(self, *names: str) -> tuple[str, ...] | None:
        """Read a list of texts; one text alone is taken for a list of it."""
        key, value = self.first(*names)
        if value is None:
            return None
        if isinstance(value, str):
            self.notes.passed(self.path(key), "is text, and is read as a list of one")
            return (value,)
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(value)
        self.notes.fault(self.path(key), f"must be a list of texts, not {kind_of(value)}")
        return None

    def choice(self, choices: Sequence[str], default: str, *names: str) -> str:
        """Read one of some words."""
        key, value = self.first(*names)
        if value is None:
            return default
        if isinstance(value, str) and value in choices:
            return value
        if isinstance(value, str) and value.strip().lower() in choices:
            self.notes.passed(self.path(key), f"{value!r} is read as {value.strip().lower()}")
            return value.strip().lower()
        self.notes.fault(self.path(key), f"must be {' or '.join(choices)}, not {str(value)[:40]!r}")
        return default

    def seconds(self, key: str) -> int | None:
        """Read a number of seconds above zero."""
        value = self.document.get(key)
        if value is None:
            return None
        if isinstance(value, str) and value.strip().isdecimal():
            self.notes.passed(self.path(key), "is text, and is read as a number")
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        self.notes.fault(self.path(key), f"must be a whole number of seconds above 0, not {str(value)[:40]}")
        return None

    def mapping(self, key: str) -> Mapping[str, Any]:
        """Read a mapping; an empty one where it is absent."""
        value = self.document.get(key)
        if value is None:
            return {}
        if isinstance(value, dict):
            return value
        self.notes.fault(self.path(key), f"must be a mapping, not {kind_of(value)}")
        return {}

    def each(self, key: str, read: Callable[["Keys"], Made | None]) -> tuple[Made, ...]:
        """Read a list of mappings, each with its own reader; those that give None are left out."""
        value = self.document.get(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            self.notes.fault(self.path(key), f"must be a list, not {kind_of(value)}")
            return ()
        made: list[Made] = []
        for place, item in enumerate(value):
            where = f"{self.path(key)}/{place}"
            if not isinstance(item, dict):
                self.notes.fault(where, f"must be a mapping, not {kind_of(item)}")
            elif (one := read(Keys(self.notes, item, where))) is not None:
                made.append(one)
        return tuple(made)
