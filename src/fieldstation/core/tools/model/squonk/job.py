"""A job as it is kept: the document of a definition, conformed to its form, and what it says.

The conformed document is the canonical one: its SHA-256 is the job's revision. Tests are not part of it: they say
nothing about what runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from fieldstation.kernel.canonical import Json, digest

KIND = "SquonkJob"
_MEBI, _GIBI = 1 << 20, 1 << 30
_USUAL_MEMORY, _USUAL_CORES = "1Gi", 1


class InputType(StrEnum):
    """What an input takes."""

    FILE = "file"
    FILES = "files"
    MOLECULES = "molecules-smi"


class Origin(StrEnum):
    """Where the value of an environment variable comes from."""

    CONSTANT = "constant"
    SECRET = "secret"  # noqa: S105  a word of the form
    ASSET = "account-server-asset"
    TOKEN = "api-token"  # noqa: S105


@dataclass(frozen=True, kw_only=True)
class EnvironmentEntry:
    """One variable of a job's environment; `about` is what its origin says (`value`, `name` and `key`, `roles`)."""

    name: str
    origin: Origin
    about: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class JobImage:
    """The container that a job runs in; `nextflow`: it only controls others. Memory in bytes."""

    name: str
    tag: str
    project_directory: str
    working_directory: str
    nextflow: bool = False
    fix_permissions: bool = False
    memory_bytes: int = _GIBI
    cores: float = 1.0
    environment: tuple[EnvironmentEntry, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)  # path in the container: name of the asset


@dataclass(frozen=True, kw_only=True)
class InputVariable:
    """An input of a job."""

    title: str
    type: InputType
    multiple: bool
    mime_types: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class OptionVariable:
    """An option of a job; `type` is None where its author named none, `titles` are what choices are called, as text."""

    title: str
    type: str | None
    multiple: bool
    pattern: str | None
    minimum: float | None
    maximum: float | None
    default: Json
    choices: tuple[Json, ...]
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def listed(self) -> bool:
        """Whether it takes several values."""
        return self.multiple or self.type == "array"

    @property
    def free(self) -> bool:
        """Whether it takes any text."""
        return self.type in (None, "string") and self.pattern is None and not self.choices and not self.multiple


@dataclass(frozen=True, kw_only=True)
class Replaced:
    """A job that another one stands for now."""

    collection: str
    job: str


@dataclass(frozen=True, kw_only=True)
class Job:
    """One job of a definition file. `collection`, `name` and `version` are its identity."""

    collection: str
    name: str
    document: Mapping[str, Any]

    @property
    def version(self) -> str:
        """The label of its version; any text."""
        return str(self.document["version"])

    @property
    def title(self) -> str:
        """What people call it."""
        return str(self.document["name"])

    @property
    def description(self) -> str:
        """What it does."""
        return str(self.document.get("description", ""))

    @property
    def category(self) -> str | None:
        """The heading that its author put it under."""
        return self.document.get("category")

    @property
    def keywords(self) -> Sequence[str]:
        """Words to find it by."""
        return tuple(self.document.get("keywords", ()))

    @property
    def command(self) -> str:
        """The template of its command, in Jinja's language."""
        return str(self.document["command"])

    @property
    def replaces(self) -> Sequence[Replaced]:
        """The jobs that it stands for now."""
        named = self.document.get("replaces", ())
        return tuple(Replaced(collection=one["collection"], job=one["job"]) for one in named)

    @property
    def blocks(self) -> Mapping[str, Any]:
        """Its variables as its author wrote them: `inputs`, `options`, `outputs`, `order`."""
        variables: Mapping[str, Any] = self.document.get("variables", {})
        return variables

    @property
    def assets(self) -> Sequence[str]:
        """The names of the assets that it needs."""
        named = [one.about["name"] for one in self.image.environment if one.origin is Origin.ASSET]
        return tuple(dict.fromkeys([*named, *self.image.files.values()]))

    @property
    def revision(self) -> str:
        """SHA-256 of the canonical document, 64 hexadecimal digits; it names what runs."""
        return digest(self.written())

    @cached_property
    def image(self) -> JobImage:
        """The container that it runs in."""
        about = self.document["image"]
        return JobImage(
            name=about["name"],
            tag=about["tag"],
            project_directory=about["project-directory"],
            working_directory=about["working-directory"],
            nextflow=about.get("type") == "nextflow",
            fix_permissions=about.get("fix-permissions", False),
            memory_bytes=_memory(about.get("memory", _USUAL_MEMORY)),
            cores=_cores(about.get("cores", _USUAL_CORES)),
            environment=tuple(_environment(one) for one in about.get("environment", ())),
            files={one["name"]: one["content-from"][Origin.ASSET]["name"] for one in about.get("file", ())},
        )

    @cached_property
    def inputs(self) -> Mapping[str, InputVariable]:
        """What it reads."""
        return {name: _input(name, about) for name, about in self._properties("inputs").items()}

    @cached_property
    def options(self) -> Mapping[str, OptionVariable]:
        """What can be chosen."""
        return {name: _option(name, about) for name, about in self._properties("options").items()}

    @property
    def outputs(self) -> Mapping[str, Mapping[str, Any]]:
        """What it makes, as its author wrote it."""
        return self._properties("outputs")

    @property
    def required(self) -> Sequence[str]:
        """The variables that must have a value."""
        named = [name for block in ("inputs", "options") for name in self.blocks.get(block, {}).get("required", ())]
        return tuple(dict.fromkeys(named))

    def written(self) -> dict[str, Json]:
        """Return the canonical document; `read_job` reads it back."""
        return {"kind": KIND, "collection": self.collection, "job": self.name, **self.document}

    def _properties(self, block: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.blocks.get(block, {}).get("properties", {})
        return found


def read_job(document: Mapping[str, Any]) -> Job:
    """Build the job from a document that `Job.written` made; it is trusted, not checked again."""
    own = {name: value for name, value in document.items() if name not in ("kind", "collection", "job")}
    return Job(collection=document["collection"], name=document["job"], document=own)


def _memory(text: str) -> int:
    return int(text[:-2]) * (_MEBI if text.endswith("Mi") else _GIBI)


def _cores(value: str | int) -> float:
    return float(value) if isinstance(value, int) else int(value[:-1]) / 1000


def _environment(about: Mapping[str, Any]) -> EnvironmentEntry:
    origin, said = next(iter(about["value-from"].items()))
    return EnvironmentEntry(name=about["name"], origin=Origin(origin), about=said)


def _input(name: str, about: Mapping[str, Any]) -> InputVariable:
    return InputVariable(
        title=about.get("title", name),
        type=InputType(about.get("type", InputType.FILE)),
        multiple=about.get("multiple", False),
        mime_types=tuple(about.get("mime-types", ())),
    )


def _option(name: str, about: Mapping[str, Any]) -> OptionVariable:
    kind, items = about.get("type"), about.get("items") or {}
    several = about.get("multiple", False) or kind == "array"
    listed = _of_items(items, items.get("type") if kind in (None, "array") else kind) if several else {}
    return OptionVariable(
        title=about.get("title", name),
        type=kind,
        multiple=about.get("multiple", False),
        pattern=about.get("pattern"),
        minimum=about.get("minimum"),
        maximum=about.get("maximum"),
        default=about.get("default"),
        choices=tuple(about.get("enum", ())) or tuple(listed),
        titles={str(value): title for value, title in listed.items() if title is not None},
    )


def _of_items(about: Mapping[str, Any], kind: str | None) -> Mapping[str | int | float, str | None]:
    """Return what the values of a list are chosen from, each with its title; empty where anything may be."""
    found: dict[str | int | float, str | None] = {}
    for one in (*about.get("oneOf", ()), *about.get("anyOf", ())):
        values = [one["const"]] if "const" in one else one.get("enum", ())
        if not values:
            return {}
        found |= {_read_as(kind, value): one.get("title") if "const" in one else None for value in values}
    return found


def _read_as(kind: str | None, text: str) -> str | int | float:
    """Return the value that a text, as its form has it, stands for; the text itself where it is none of that kind."""
    read = {"integer": int, "number": float}.get(kind or "")
    try:
        return text if read is None else read(text)
    except ValueError:
        return text
