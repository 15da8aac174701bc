"""One person's way through the doors, kept so that a stranger can walk every read of it again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.acceptance.squonk.client import Squonk


@dataclass(kw_only=True)
class Read:
    """One call that changed nothing: who made it, what it asked, and what must not be told to others."""

    api: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(kw_only=True)
class Story:
    """The calls of two people, the second an operator, and what was made on the way.

    `marks` are texts that only those may see whom the first person lets see: ids and names of what she made.
    """

    ada: Squonk
    admin: Squonk
    folder: Path
    acting: Squonk | None = None
    made: dict[str, Any] = field(default_factory=dict)
    called: dict[str, set[str]] = field(default_factory=lambda: {"DmApi": set(), "AsApi": set(), "Auth": set()})
    reads: list[Read] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)

    @property
    def operator(self) -> "Story":
        """The same story, told on by the operator."""
        return replace(self, acting=self.admin)

    def make(self, api: str, name: str, /, *fields: str, **arguments: Any) -> Any:
        """Call a function that changes something; its answer must hold `fields` and no nulls.

        Metadata alone has nulls: the package that reads it wants every key.
        """
        answer = self._call(self.acting or self.ada, api, name, arguments)
        assert set(fields) <= set(answer), f"{api}.{name} lacks {sorted(set(fields) - set(answer))}: {answer}"
        return answer

    def read(self, api: str, name: str, /, *fields: str, **arguments: Any) -> Any:
        """Call a function that changes nothing and keep the call for the stranger."""
        answer = self.make(api, name, *fields, **arguments)
        self.reads.append(Read(api=api, name=name, arguments=arguments))
        return answer

    def refused(self, api: str, name: str, status: int, /, **arguments: Any) -> None:
        """Call a function that must be refused."""
        self.called[api].add(name)
        (self.acting or self.ada).refused(api, name, status, **arguments)

    def value(self, api: str, name: str, /, **arguments: Any) -> Any:
        """Call a function that returns a plain value."""
        self.called[api].add(name)
        return self.admin.value(api, name, **arguments)

    def keep(self, name: str, value: Any) -> Any:
        """Keep what was made under a name; nobody else may see it."""
        self.made[name] = value
        if isinstance(value, str):
            self.marks.add(value)
        return value

    def _call(self, person: Squonk, api: str, name: str, arguments: Mapping[str, Any]) -> Any:
        self.called[api].add(name)
        answer = person.ok(api, name, **arguments)
        assert "metadata" in name or _without_nulls(answer), f"{api}.{name} answers a null: {answer}"
        return answer


def told(stranger: Squonk, read: Read, marks: set[str], folder: Path) -> list[str]:
    """Repeat a read as a stranger; return the marks in what they are told."""
    place = folder / "of the stranger"
    arguments = dict(read.arguments)
    if "local_file" in arguments:
        place.unlink(missing_ok=True)
        arguments["local_file"] = str(place)
    answer = stranger.dm(read.name, **arguments) if read.api == "DmApi" else stranger.accounts(read.name, **arguments)
    if not answer.success:
        assert answer.status in (400, 401, 403, 404), f"{read.api}.{read.name}: {answer}"
    if place.exists():
        return [f"the file of {read.name}"]
    asked = {value for value in read.arguments.values() if isinstance(value, str)}
    text = json.dumps(answer.msg)
    return sorted(mark for mark in marks - asked if mark in text)


def _without_nulls(answer: Any) -> bool:
    if isinstance(answer, dict):
        return all(_without_nulls(value) for value in answer.values())
    if isinstance(answer, list):
        return all(_without_nulls(value) for value in answer)
    return answer is not None
