"""Reading YAML (1.2, and so JSON) that a stranger wrote: plain JSON values, each with its place, within fixed bounds.

Only the parser's events are used: scalars are read by the core schema of YAML 1.2 (`yes` is text, `2026-01-31` is
text), tags, anchors and aliases are refused, and nothing is ever constructed from a tag. Documents that others write
for PyYAML are read in its dialect: `yes` is true, `1e3` is text, and aliases count as what they stand for.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from fieldstation.core.tools.model.numbers import core_number, pyyaml_number
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Problem

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
MAX_NODES = 20_000
_LARGEST = sys.float_info.max
MAX_EXACT_INTEGER = (1 << 53) - 1  # beyond it JSON does not carry a whole number exactly (RFC 8785)

_NULL = ("", "~", "null", "Null", "NULL")
_HALVES = re.compile("[\ud800-\udfff]")
_TEXT_TAGS = ("!", "tag:yaml.org,2002:str")

Scalar = None | bool | int | float | str


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """Which plain words are true, false and numbers, and whether one value may stand for another."""

    true: frozenset[str]
    false: frozenset[str]
    number: Callable[[str], int | float | None]
    aliases: bool


NATIVE = Dialect(
    true=frozenset({"true", "True", "TRUE"}),
    false=frozenset({"false", "False", "FALSE"}),
    number=core_number,
    aliases=False,
)
PYYAML = Dialect(
    true=NATIVE.true | {"yes", "Yes", "YES", "on", "On", "ON"},
    false=NATIVE.false | {"no", "No", "NO", "off", "Off", "OFF"},
    number=pyyaml_number,
    aliases=True,
)


@dataclass(frozen=True, kw_only=True)
class Node:
    """One value and where it stands; line and column count from 1. `pointer` is its JSON pointer.

    `source` is how a number or word was written, which matters where text was meant (`1.10`).
    """

    value: "Scalar | tuple[Node, ...] | Mapping[str, Node]"
    pointer: str
    line: int
    column: int
    key_line: int
    key_column: int
    source: str = ""

    def problem(self, text: str) -> Problem:
        """Name a fault of this value."""
        return Problem(where=self.pointer or "/", text=text, line=self.line, column=self.column)

    def key_problem(self, text: str) -> Problem:
        """Name a fault of this value's key (or, without one, of the value)."""
        return Problem(where=self.pointer or "/", text=text, line=self.key_line, column=self.key_column)


@dataclass(frozen=True, kw_only=True)
class Document:
    """What was read: the root value, if the text could be read at all, and the faults of its writing."""

    root: Node | None
    faults: tuple[Problem, ...]


class _Stop(Exception):
    """Reading cannot go on after this fault."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text)
        self.problem = problem


def read_document(text: str, dialect: Dialect = NATIVE) -> Document:
    """Read one YAML document. Never raises: what is wrong is listed, and reading goes on where it can."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        fault = Problem(
            where="/", text=f"the definition has {size} bytes; at most {MAX_BYTES} are read", line=1, column=1
        )
        return Document(root=None, faults=(fault,))
    builder = _Builder(dialect)
    try:
        root = builder.build(text)
    except _Stop as stop:
        return Document(root=None, faults=(*builder.faults, stop.problem))
    return Document(root=root, faults=tuple(builder.faults))


def plain(node: Node) -> Json:
    """Return the bare JSON value of a node."""
    if isinstance(node.value, tuple):
        return [plain(item) for item in node.value]
    if isinstance(node.value, Mapping):
        return {key: plain(item) for key, item in node.value.items()}
    return node.value


def at_path(node: Node, path: Iterator[str | int]) -> Node:
    """Walk from `node` along keys and indices as far as they exist, and return the last node met."""
    for step in path:
        below: Node | None = None
        if isinstance(node.value, Mapping):
            below = node.value.get(str(step))
        elif isinstance(node.value, tuple) and isinstance(step, int) and step < len(node.value):
            below = node.value[step]
        if below is None:
            return node
        node = below
    return node


def escape(key: str) -> str:
    """Write one step of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


@dataclass(frozen=True, kw_only=True)
class _Anchored:
    """A value that aliases may stand for: how many values it holds, and how deep, written out."""

    node: Node
    size: int
    height: int


def _measured(node: Node) -> _Anchored:
    size, height, level = 0, 0, [node]
    while level:
        size, height = size + len(level), height + 1
        level = [below for one in level for below in _below(one)]
    return _Anchored(node=node, size=size, height=height)


def _below(node: Node) -> Iterable[Node]:
    if isinstance(node.value, Mapping):
        return node.value.values()
    return node.value if isinstance(node.value, tuple) else ()


class _Builder:
    """Builds nodes from the parser's events, keeping the faults it meets."""

    def __init__(self, dialect: Dialect) -> None:
        self.faults: list[Problem] = []
        self._dialect = dialect
        self._anchors: dict[str, _Anchored] = {}
        self._count = 0
        self._depth = 0

    def build(self, text: str) -> Node | None:
        """Return the root of the one document in `text`; None when there is none."""
        events = self._events(text)
        root: Node | None = None
        for event in events:
            if isinstance(event, DocumentStartEvent) and root is not None:
                raise _Stop(_problem("", event, "one file holds one definition; a second document begins here"))
            if isinstance(event, NodeEvent):
                root = self._node(event, events, "", event)
        return root

    def _events(self, text: str) -> Iterator[Event]:
        try:
            yield from YAML(typ="safe", pure=True).parse(text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            reason = " ".join(str(part) for part in (error.context, error.problem) if part)
            raise _Stop(Problem(where="/", text=f"this is not YAML: {reason}", line=line, column=column)) from None
        except (
            YAMLError,
            OverflowError,
            ValueError,
        ) as error:  # a character that YAML forbids, or an escape beyond Unicode
            reason = str(error).strip().splitlines()[0]
            raise _Stop(Problem(where="/", text=f"this is not YAML: {reason}", line=1, column=1)) from None

    def _node(self, event: NodeEvent, events: Iterator[Event], pointer: str, key: Event) -> Node:
        self._guard(event, pointer)
        if isinstance(event, AliasEvent):
            return self._alias(event, pointer)
        value: Scalar | tuple[Node, ...] | Mapping[str, Node]
        self._depth += 1
        if isinstance(event, ScalarEvent):
            value = self._scalar(event, pointer)
        elif isinstance(event, SequenceStartEvent):
            value = tuple(self._items(events, pointer))
        else:
            value = self._fields(events, pointer)
        self._depth -= 1
        line, column = _place(event)
        key_line, key_column = _place(key)
        places = {"line": line, "column": column, "key_line": key_line, "key_column": key_column}
        source = event.value if isinstance(event, ScalarEvent) else ""
        node = Node(value=value, pointer=pointer, source=source, **places)
        if event.anchor is not None and self._dialect.aliases:
            self._anchors[event.anchor] = _measured(node)
        return node

    def _alias(self, event: AliasEvent, pointer: str) -> Node:
        """Return what an alias stands for; it counts as if it were written out, so that nothing blows up later."""
        meant = self._anchors.get(event.anchor)
        if meant is None:
            raise _Stop(_problem(pointer, event, f"there is no anchor &{event.anchor[:40]} before this alias"))
        self._count += meant.size
        if self._count > MAX_NODES:
            raise _Stop(_problem(pointer, event, f"written out, the definition has more than {MAX_NODES} values"))
        if self._depth + meant.height > MAX_DEPTH:
            raise _Stop(_problem(pointer, event, f"written out, it is nested deeper than {MAX_DEPTH} levels"))
        return meant.node

    def _guard(self, event: NodeEvent, pointer: str) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            raise _Stop(_problem(pointer, event, f"the definition has more than {MAX_NODES} values"))
        if self._dialect.aliases:
            pass
        elif isinstance(event, AliasEvent):
            raise _Stop(_problem(pointer, event, "aliases (*name) are not read: write the value out"))
        elif event.anchor is not None:
            self.faults.append(_problem(pointer, event, "anchors (&name) are not read: leave it out"))
        if self._depth >= MAX_DEPTH and not isinstance(event, ScalarEvent):
            raise _Stop(_problem(pointer, event, f"the definition is nested deeper than {MAX_DEPTH} levels"))
        tag = getattr(event, "tag", None)
        if tag is not None and not (isinstance(event, ScalarEvent) and tag in _TEXT_TAGS):
            self.faults.append(_problem(pointer, event, f"tags ({tag}) are not read: leave it out"))

    def _items(self, events: Iterator[Event], pointer: str) -> Iterator[Node]:
        for place, event in enumerate(events):
            if isinstance(event, SequenceEndEvent):
                return
            assert isinstance(event, NodeEvent)
            yield self._node(event, events, f"{pointer}/{place}", event)

    def _fields(self, events: Iterator[Event], pointer: str) -> Mapping[str, Node]:
        fields: dict[str, Node] = {}
        merged: list[Node] = []
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            assert isinstance(event, NodeEvent)
            key = self._key(event, events, pointer)
            value = next(events)
            assert isinstance(value, NodeEvent)
            node = self._node(value, events, f"{pointer}/{escape(key)}", event)
            if key == "<<" and self._dialect.aliases:
                merged += node.value if isinstance(node.value, tuple) else [node]
            elif key in fields:
                first = fields[key]
                self.faults.append(
                    node.key_problem(f"{key!r} stands here a second time; first in line {first.key_line}")
                )
            else:
                fields[key] = node
        for one in merged:
            if not isinstance(one.value, Mapping):
                raise _Stop(one.problem("only a mapping can be merged with <<"))
            fields.update({key: node for key, node in one.value.items() if key not in fields})
        return fields

    def _key(self, event: NodeEvent, events: Iterator[Event], pointer: str) -> str:
        if isinstance(event, ScalarEvent):
            self._guard(event, pointer)
            return self._text(event, pointer)
        node = self._node(event, events, pointer, event)
        if isinstance(event, MappingStartEvent):
            self.faults.append(node.problem('a placeholder must stand in quotes, like "{{ parameters.name }}"'))
        else:
            self.faults.append(node.problem("a list cannot be a key"))
        return "?"

    def _text(self, event: ScalarEvent, pointer: str) -> str:
        """Return the text of a scalar; JSON writes what is beyond 16 bits as two halves, which are put together."""
        text: str = event.value
        if _HALVES.search(text):
            try:
                text = text.encode("utf-16", "surrogatepass").decode("utf-16")
            except UnicodeDecodeError:
                text = "\0"
        if "\0" in text:
            self.faults.append(_problem(pointer, event, "text cannot hold NUL or half of a surrogate pair"))
            return ""
        return text

    def _scalar(self, event: ScalarEvent, pointer: str) -> Scalar:
        text = self._text(event, pointer)
        if event.style is not None or event.tag is not None:
            return text
        if text in _NULL:
            return None
        if text in self._dialect.true or text in self._dialect.false:
            return text in self._dialect.true
        value = self._dialect.number(text)
        if value is not None and not abs(value) <= (MAX_EXACT_INTEGER if isinstance(value, int) else _LARGEST):
            self.faults.append(
                _problem(pointer, event, f"JSON does not carry the number {text[:40]}; write it as text, in quotes")
            )
            return 0
        return text if value is None else value


def _place(event: Event) -> tuple[int, int]:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1


def _problem(pointer: str, event: Event, text: str) -> Problem:
    line, column = _place(event)
    return Problem(where=pointer or "/", text=text, line=line, column=column)
