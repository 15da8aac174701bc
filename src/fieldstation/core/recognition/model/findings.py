"""What is wrong with the documents of others, remark by remark, so that none hides another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Problem

_MOST_SHOWN = 60


@dataclass(frozen=True, kw_only=True)
class Remark:
    """A fault of, or a doubt about, one file: `file` as the reader knows it, `problem` where inside and what."""

    file: str
    problem: Problem


@dataclass(frozen=True, kw_only=True)
class Findings:
    """Everything found so far: a fault refuses what it is about, a warning does not."""

    faults: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)

    def fault(self, file: str, where: str, text: str) -> None:
        """Note a fault."""
        self.faults.append(Remark(file=file, problem=Problem(where=where or "/", text=text)))

    def warn(self, file: str, where: str, text: str) -> None:
        """Note a doubt."""
        self.warnings.append(Remark(file=file, problem=Problem(where=where or "/", text=text)))

    def take(self, other: "Findings") -> None:
        """Note all that others found."""
        self.faults.extend(other.faults)
        self.warnings.extend(other.warnings)

    def strict(self) -> "Findings":
        """Return the same, every doubt a fault."""
        return replace(self, faults=[*self.faults, *self.warnings], warnings=[])


class Fields:
    """The fields of one JSON object. Each reader gives the value, or None when it is absent, null or faulty (noted).

    Where a remark is made of a key that others chose, `escaped` makes it a step of a JSON pointer.
    """

    def __init__(self, findings: Findings, file: str, where: str, fields: Mapping[str, Json]) -> None:
        self.findings = findings
        self.file = file
        self.where = where
        self._fields = fields

    def fault(self, key: str, text: str) -> None:
        """Note a fault of a field."""
        self.findings.fault(self.file, self._at(key), text)

    def warn(self, key: str, text: str) -> None:
        """Note a doubt about a field."""
        self.findings.warn(self.file, self._at(key), text)

    def names(self) -> Iterable[str]:
        """Return the names of all fields."""
        return self._fields.keys()

    def get(self, key: str) -> Json:
        """Return a field as it stands."""
        return self._fields.get(key)

    def text(self, key: str, *, most: int = 2_000) -> str | None:
        """Read a text; a number is taken as it would be written, with a doubt. Empty text is as good as none."""
        value = self.get(key)
        if value is None or value == "":
            return None
        if isinstance(value, int | float) and not isinstance(value, bool):
            self.warn(key, f"is the number {value}, taken as text; write it in quotes")
            return str(value)
        if not isinstance(value, str):
            self.fault(key, f"must be text, not {kind_of(value)}")
            return None
        if len(value) > most:
            self.fault(key, f"is {len(value)} characters long; at most {most} are read")
            return None
        return value

    def required(self, key: str, what: str) -> str | None:
        """Read a text that has to be there; `what` says what belongs into it."""
        if self.get(key) in (None, ""):
            self.fault(key, f"is missing: {what}")
        return self.text(key)

    def object(self, key: str) -> "Fields | None":
        """Read an object."""
        value = self.get(key)
        if isinstance(value, Mapping):
            return Fields(self.findings, self.file, self._at(key), value)
        if value is not None:
            self.fault(key, f"must be an object, not {kind_of(value)}")
        return None

    def list(self, key: str) -> Sequence[Json]:
        """Read a list; nothing where there is none."""
        value = self.get(key)
        if value is None:
            return ()
        if isinstance(value, Sequence) and not isinstance(value, str):
            return value
        self.fault(key, f"must be a list, not {kind_of(value)}")
        return ()

    def objects(self, key: str) -> "Iterable[Fields]":
        """Read a list of objects; what is none of them is a fault."""
        for place, one in enumerate(self.list(key)):
            if isinstance(one, Mapping):
                yield Fields(self.findings, self.file, f"{self._at(key)}/{place}", one)
            else:
                self.findings.fault(self.file, f"{self._at(key)}/{place}", f"must be an object, not {kind_of(one)}")

    def ignored(self, known: Iterable[str], about: str) -> None:
        """Note every field that is not known; `about` says what becomes of it."""
        for key in sorted(set(self._fields) - set(known)):
            self.warn(escaped(key), about)

    def _at(self, key: str) -> str:
        return f"{self.where}/{key}" if key else self.where


def escaped(key: str) -> str:
    """Write one step of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def kind_of(value: Json) -> str:
    """Name the kind of a JSON value."""
    if isinstance(value, bool) or value is None:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return f"the text {shown(value)}"
    if isinstance(value, int | float):
        return f"the number {value}"
    return "an object" if isinstance(value, Mapping) else "a list"


def shown(text: str) -> str:
    """Quote a text of others, shortened."""
    return repr(text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…")
