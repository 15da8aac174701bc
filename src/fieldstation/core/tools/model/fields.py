"""Reading the fields of a definition one by one, so that every fault is listed and none hides another."""

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fieldstation.core.tools.model.document import Node
from fieldstation.kernel.errors import Problem

MAX_ENTRIES = 200  # of a mapping of names that the author chose
_MAX_SHOWN = 40
_MAX_KNOWN = 25  # names that are listed where none of them is close
_MAX_COMPARED = 100  # names that are looked through for one that was meant


@dataclass(frozen=True, kw_only=True)
class Findings:
    """Everything found so far: faults refuse the definition, warnings do not."""

    faults: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def fault(self, node: Node, text: str) -> None:
        """Note a fault of a value."""
        self.faults.append(node.problem(text))

    def warn(self, node: Node, text: str) -> None:
        """Note a doubt about a value."""
        self.warnings.append(node.problem(text))


class Fields:
    """The fields of one mapping. Each reader gives the value, or `default` when it is absent or faulty (then noted)."""

    def __init__(self, findings: Findings, node: Node, known: Sequence[str]) -> None:
        self.findings = findings
        self.node = node
        self._fields: Mapping[str, Node] = {}
        if isinstance(node.value, Mapping):
            self._fields = node.value
        else:
            findings.fault(node, f"must be a mapping with {spoken(known)}, not {kind_of(node)}")
        for key, value in self._fields.items():
            if key not in known:
                findings.faults.append(value.key_problem(f"{_shown(key)} is not known here{did_you_mean(key, known)}"))

    def get(self, key: str) -> Node | None:
        """Return the value of a field as it stands; None when it is absent."""
        return self._fields.get(key)

    def require(self, key: str, what: str) -> None:
        """Note a fault when the field is absent; `what` says what belongs there."""
        if isinstance(self.node.value, Mapping) and key not in self._fields:
            self.findings.faults.append(self.node.key_problem(f"{key} is missing: {what}"))

    def text(self, key: str, default: str = "", *, most: int = 200) -> str:
        """Read a text of at most `most` characters."""
        node = self.get(key)
        if node is None:
            return default
        if not isinstance(node.value, str):
            hint = "; write it in quotes" if isinstance(node.value, int | float) else ""
            self.findings.fault(node, f"must be text, not {kind_of(node)}{hint}")
            return default
        if len(node.value) > most:
            self.findings.fault(node, f"is {len(node.value)} characters long; at most {most} are allowed")
        return node.value

    def flag(self, key: str, default: bool) -> bool:
        """Read `true` or `false`."""
        node = self.get(key)
        if node is None:
            return default
        if isinstance(node.value, bool):
            return node.value
        self.findings.fault(node, f"must be true or false, not {kind_of(node)}")
        return default

    def number(self, key: str, default: float, *, least: float, most: float) -> float:
        """Read a number between `least` and `most`, both allowed."""
        node = self.get(key)
        if node is None:
            return default
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            self.findings.fault(node, f"must be a number, not {kind_of(node)}")
            return default
        if not least <= node.value <= most:
            self.findings.fault(node, f"must be between {least:g} and {most:g}, not {node.value:g}")
            return default
        return float(node.value)

    def whole(self, key: str, default: int, *, least: int, most: int) -> int:
        """Read a whole number between `least` and `most`, both allowed."""
        node = self.get(key)
        if node is not None and isinstance(node.value, float):
            self.findings.fault(node, f"must be a whole number, not {node.value:g}")
            return default
        return int(self.number(key, default, least=least, most=most))

    def items(self, key: str) -> Sequence[Node]:
        """Read a list; its items are for the caller to judge."""
        node = self.get(key)
        if node is None:
            return ()
        if isinstance(node.value, tuple):
            return node.value
        self.findings.fault(node, f"must be a list, not {kind_of(node)}")
        return ()

    def texts(self, key: str) -> Iterator[tuple[Node, str]]:
        """Read a list of texts, each with its place."""
        for node in self.items(key):
            if isinstance(node.value, str):
                yield node, node.value
            else:
                self.findings.fault(node, f"must be text, not {kind_of(node)}")

    def entries(self, key: str) -> Sequence[tuple[str, Node]]:
        """Read a mapping of names that the author chose."""
        node = self.get(key)
        if node is None:
            return ()
        if not isinstance(node.value, Mapping):
            self.findings.fault(node, f"must be a mapping, not {kind_of(node)}")
            return ()
        if len(node.value) > MAX_ENTRIES:
            self.findings.fault(node, f"has {len(node.value)} entries; at most {MAX_ENTRIES} are allowed")
        return tuple(node.value.items())[:MAX_ENTRIES]


def kind_of(node: Node) -> str:
    """Say in words what a value is."""
    value = node.value
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"the text {_shown(value)}"
    if isinstance(value, int | float):
        return f"the number {value:g}"
    return "a list" if isinstance(value, tuple) else "a mapping"


def spoken(names: Collection[str]) -> str:
    """Write names as people list them: `a, b and c`."""
    listed = list(names)
    return f"{', '.join(listed[:-1])} and {listed[-1]}" if len(listed) > 1 else "".join(listed)


def did_you_mean(name: str, known: Collection[str]) -> str:
    """Return a hint at the known name that looks most like `name`, or what is known; begins with `: `."""
    names = sorted(known)
    close = difflib.get_close_matches(name[:_MAX_SHOWN].lower(), names[:_MAX_COMPARED], n=1, cutoff=0.6)
    if close:
        return f": did you mean {close[0]}?"
    listed = names if len(names) <= _MAX_KNOWN else [*names[:_MAX_KNOWN], f"{len(names) - _MAX_KNOWN} more"]
    return f": known are {spoken(listed)}" if listed else ""


def _shown(text: str) -> str:
    return repr(text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…")
