"""Random filters whose values are drawn from the data, each operation about as often as any other."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

Node = Any
Rows = Sequence[Mapping[str, Any]]

_TEXTS = ("type", "level", "name", "metadata.platform", "metadata.note")
_NUMBERS = ("metadata.cloud", "metadata.orbit.track", "number")
_INSTANTS = ("start", "end")
_ORDER = ("<", "<=", ">", ">=", "=", "<>")
_TEMPORAL = (
    "t_after", "t_before", "t_contains", "t_disjoint", "t_during", "t_equals", "t_finishedBy", "t_finishes",
    "t_intersects", "t_meets", "t_metBy", "t_overlappedBy", "t_overlaps", "t_startedBy", "t_starts",
)  # fmt: skip
_RELATIONS = ("s_within", "s_contains", "s_equals", "s_touches", "s_crosses", "s_overlaps")
_ARRAYS = ("a_contains", "a_containedBy", "a_equals", "a_overlaps")


def value_at(row: Mapping[str, Any], name: str) -> Any:
    """Return what a row has under a dotted name, None where there is nothing."""
    found: Any = row
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


class Filters:
    """Makes filters, and counts the operations in them."""

    def __init__(self, rows: Rows, random: Random) -> None:
        self._rows = rows
        self._random = random
        self.used: Counter[str] = Counter()
        self._ways: Sequence[Callable[[], Node]] = [
            *(self._ordered(op) for op in _ORDER),
            self._like, self._folded, self._between, self._in, self._null, self._null,
            *(self._spatial(op) for op in ("s_intersects", "s_disjoint")),
            *(self._related(op) for op in _RELATIONS),
            *(self._temporal(op) for op in _TEMPORAL),
            *(self._array(op) for op in _ARRAYS),
            *(self._computed(op) for op in ("+", "-", "*", "/", "%", "div")),
        ]  # fmt: skip

    def one(self, place: int) -> Node:
        """Return a filter of one to three comparisons, the first of a kind that follows from `place`."""
        first = self._ways[place % len(self._ways)]()
        if first["op"] in _RELATIONS:  # few stand in them: alone they would tell little
            return self._call("or", first, self._ordered(self._pick(_ORDER))())
        parts = [self._negated(first)]
        parts += [self._negated(self._pick(self._ways)()) for _ in range(self._pick((0, 0, 1, 2)))]
        if len(parts) == 1:
            return parts[0]
        return self._call(self._pick(("and", "or")), *parts)

    def _pick(self, among: Sequence[Any]) -> Any:
        return self._random.choice(among)

    def _call(self, op: str, *args: Node) -> Node:
        self.used[op] += 1
        return {"op": op, "args": list(args)}

    def _negated(self, node: Node) -> Node:
        return self._call("not", node) if self._random.random() < 0.25 else node

    def _known(self, name: str, kind: type | tuple[type, ...]) -> Any:
        found = [value for row in self._rows if isinstance(value := value_at(row, name), kind)]
        return self._pick([one for one in found if not isinstance(one, bool)])

    def _ordered(self, op: str) -> Callable[[], Node]:
        def made() -> Node:
            names = self._pick((_TEXTS, _NUMBERS, _INSTANTS))
            name = self._pick(names)
            value = self._known(name, (int, float) if names is _NUMBERS else str)
            literal = {"timestamp": value} if names is _INSTANTS else value
            return self._call(op, {"property": name}, literal)

        return made

    def _like(self) -> Node:
        name = self._pick(_TEXTS)
        value: str = self._known(name, str)
        start = self._random.randrange(len(value))
        piece = value[start : start + self._random.randrange(1, 5)]
        escaped = "".join(f"\\{letter}" if letter in "%_\\" else letter for letter in piece)
        pattern = self._pick((f"%{escaped}%", f"{escaped}%", f"%{escaped}", f"_{escaped}%"))
        return self._call("like", {"property": name}, pattern)

    def _folded(self) -> Node:
        name = self._pick(_TEXTS)
        value: str = self._known(name, str)
        changed = self._pick((value.upper(), value.lower(), value))
        return self._call("=", self._call("casei", {"property": name}), self._call("casei", changed))

    def _between(self) -> Node:
        name = self._pick(_NUMBERS)
        low, high = sorted(self._known(name, (int, float)) for _ in range(2))
        return self._call("between", {"property": name}, low, high)

    def _in(self) -> Node:
        names = self._pick((_TEXTS, _NUMBERS))
        name = self._pick(names)
        kind: Any = str if names is _TEXTS else (int, float)
        return self._call("in", {"property": name}, [self._known(name, kind) for _ in range(3)])

    def _null(self) -> Node:
        return self._call("isNull", {"property": self._pick((*_TEXTS, *_NUMBERS, *_INSTANTS, "metadata.bands"))})

    def _spatial(self, op: str) -> Callable[[], Node]:
        def made() -> Node:
            west, south = self._random.randrange(-175, 150), self._random.randrange(-80, 60)
            width, height = self._random.randrange(5, 100), self._random.randrange(5, 60)
            east, north = min(west + width, 179), min(south + height, 89)
            corners = [[west, south], [east, south], [east, north], [west, south]]
            shape = self._pick(({"bbox": [west, south, east, north]}, {"type": "Polygon", "coordinates": [corners]}))
            return self._call(op, {"property": "footprint"}, shape)

        return made

    def _related(self, op: str) -> Callable[[], Node]:
        def made() -> Node:
            west, south, side = self._random.randrange(-180, 150), self._random.randrange(-80, 60), 30
            corners = [[west, south], [west + side, south], [west + side, south + side], [west, south]]
            area = {"type": "Polygon", "coordinates": [corners]}
            line = {"type": "LineString", "coordinates": corners[:3]}
            known = self._known("footprint", Mapping)
            place = self._pick((known, area, line) if op in ("s_equals", "s_contains") else (area, line, known))
            sides = [{"property": "footprint"}, place]
            return self._call(op, *(sides if self._random.random() < 0.7 else reversed(sides)))

        return made

    def _temporal(self, op: str) -> Callable[[], Node]:
        def made() -> Node:
            whole = [row for row in self._rows if row.get("start") and row.get("end")]
            ends = [self._pick(whole)["start"], self._pick(whole)["end"]]
            row = self._pick(whole)
            same = [row["start"], row["end"]]
            start, end = sorted(self._pick((ends, same, [same[0], ends[1]], [ends[0], same[1]])))
            return self._call(op, {"property": "time"}, {"interval": [start, end]})

        return made

    def _array(self, op: str) -> Callable[[], Node]:
        def made() -> Node:
            value: list[Any] = self._known("metadata.bands", list)
            listed = self._pick((value, value[:1], [*value, "hh"]))
            return self._call(op, {"property": "metadata.bands"}, listed)

        return made

    def _computed(self, op: str) -> Callable[[], Node]:
        def made() -> Node:
            name = self._pick(_NUMBERS)
            factor = self._pick((1, 2, 3, 7))
            limit = self._known(name, (int, float))
            return self._call(
                self._pick(("<", ">=")), self._call(op, {"property": name}, factor), limit if op != "*" else limit * 2
            )

        return made
