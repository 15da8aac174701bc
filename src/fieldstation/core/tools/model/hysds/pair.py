"""Telling HySDS documents apart, putting what belongs together into pairs, and judging a pair as one tool."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePath
from typing import Any

from fieldstation.core.tools.model.hysds.form import HysdsIo, read_io
from fieldstation.core.tools.model.hysds.notes import Notes, read_json
from fieldstation.core.tools.model.hysds.spec import LIMIT_GAP_SECONDS, JobSpec, read_spec, registered
from fieldstation.core.tools.model.render import unsound
from fieldstation.kernel.canonical import Json, digest
from fieldstation.kernel.errors import Problem
from fieldstation.ports.lambdas import Lambdas

KIND = "HysdsJob"
_FILE_NAME = re.compile(r"(job-?spec|hysds-?io)\.json(?:\.(.+))?", re.IGNORECASE)
_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9_.-]+")


class DocumentKind(StrEnum):
    """Which of HySDS's documents a text is."""

    SPEC = "job-spec"
    IO = "hysds-io"
    CONTAINER = "container"
    HITS = "hits"


@dataclass(frozen=True, kw_only=True)
class DocumentFile:
    """A file with one of the documents: `name` is what follows `.json.` in its name, None where nothing does."""

    file: str
    kind: DocumentKind
    text: str
    name: str | None = None

    @property
    def folder(self) -> PurePath:
        """The folder that it lies in."""
        return PurePath(self.file).parent


@dataclass(frozen=True, kw_only=True)
class Paired:
    """A job-spec and a hysds-io that belong together, or one of them alone."""

    spec: DocumentFile | None
    io: DocumentFile | None

    @property
    def files(self) -> tuple[DocumentFile, ...]:
        """Those that are there, the job-spec first."""
        return tuple(one for one in (self.spec, self.io) if one is not None)

    @property
    def name(self) -> str:
        """The name of the tool: what follows `.json.`, else what a registry called it, else its repository."""
        for one in self.files:
            if one.name:
                return one.name
        return repository_of(self.files[0].file) or "unnamed"


@dataclass(frozen=True, kw_only=True)
class HysdsTool:
    """A pair that was read, as one tool."""

    name: str
    spec: JobSpec
    io: HysdsIo

    @property
    def title(self) -> str:
        """Its label, which is its name where its author gave none."""
        return self.io.label or self.name

    @property
    def version(self) -> str | None:
        """The version that a registry gave it; None for what comes straight from its author."""
        said = registered(self.spec.document, "job-version") or registered(self.io.document, "job-version")
        known = registered(self.spec.document, "id") or ""
        return said or (known.partition(":")[2] or None)

    @property
    def revision(self) -> str:
        """SHA-256 of its canonical document, 64 hexadecimal digits; it names what runs."""
        return digest(self.written())

    @property
    def description(self) -> str:
        """What it is, in a sentence: HySDS has no place for one."""
        return ""

    def written(self) -> Mapping[str, Json]:
        """Return its canonical document: both halves, as their authors wrote them."""
        return {
            "kind": KIND,
            "name": self.name,
            str(DocumentKind.SPEC): self.spec.document,
            str(DocumentKind.IO): self.io.document,
        }


@dataclass(frozen=True, kw_only=True)
class ReadPair:
    """What became of a pair: the tool, if both are there and sound, and what was found, by file."""

    pair: Paired
    tool: HysdsTool | None = None
    spec: JobSpec | None = None
    io: HysdsIo | None = None
    faults: tuple[tuple[str, Problem], ...] = ()
    warnings: tuple[tuple[str, Problem], ...] = field(default=())


def is_named_so(file: str) -> bool:
    """Tell whether a file is called as job-specs and hysds-ios are."""
    return _FILE_NAME.fullmatch(PurePath(file).name) is not None


def kind_of_document(file: str, text: str) -> DocumentKind | None:
    """Tell which document a text is, by the name of its file, else by what it holds; None where it is none of them."""
    named = _FILE_NAME.fullmatch(PurePath(file).name)
    if named is not None:
        return DocumentKind.SPEC if named[1].lower().startswith("job") else DocumentKind.IO
    if not text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return None
    value = read_json(text, Notes())
    return _kind_by_content(value) if value is not None else None


def _kind_by_content(value: Any) -> DocumentKind | None:
    if isinstance(value, list):
        hits = value and all(isinstance(one, dict) and "_source" in one for one in value)
        return DocumentKind.HITS if hits else None
    if not isinstance(value, dict):
        return None
    kinds = {
        "jobspec": DocumentKind.SPEC,
        "hysds-io-specification": DocumentKind.IO,
        "container": DocumentKind.CONTAINER,
    }
    if (kind := kinds.get(str(value.get("resource")))) is not None:
        return kind
    if "_source" in value or isinstance(value.get("hits"), dict):
        return DocumentKind.HITS
    params = value.get("params")
    if not isinstance(params, list):
        return None
    items = [one for one in params if isinstance(one, dict)]
    if any("from" in one for one in items):
        return DocumentKind.IO
    if any("destination" in one for one in items) or isinstance(value.get("command"), str):
        return DocumentKind.SPEC
    return DocumentKind.IO if {"label", "submission_type", "allowed_accounts"} & set(value) else None


def document_file(file: str, kind: DocumentKind, text: str) -> DocumentFile:
    """Return a file as one of the documents."""
    named = _FILE_NAME.fullmatch(PurePath(file).name)
    name = named[2] if named is not None else None
    return DocumentFile(file=file, kind=kind, text=text, name=name or _registered_name(text))


def _registered_name(text: str) -> str | None:
    value = read_json(text, Notes())
    known = registered(value, "id") if isinstance(value, dict) else None
    return None if known is None else known.removeprefix("hysds-io-").removeprefix("job-").partition(":")[0]


def beside(file: DocumentFile) -> str | None:
    """Return the path at which the other half of a file lies, if it lies where it should."""
    path = PurePath(file.file)
    named = _FILE_NAME.fullmatch(path.name)
    if named is None:
        return None
    other = "hysds-io" if file.kind is DocumentKind.SPEC else "job-spec"
    return str(path.with_name(f"{other}{path.name[len(named[1]) :]}"))


def pairs_of(files: Sequence[DocumentFile]) -> Iterator[Paired]:
    """Put files into pairs: by folder and name, else by name, else the one of each kind that is left."""
    specs = [one for one in files if one.kind is DocumentKind.SPEC]
    ios = [one for one in files if one.kind is DocumentKind.IO]
    left = list(ios)
    alone: list[DocumentFile] = []
    for spec in specs:
        named = [one for one in left if one.name == spec.name]
        match = next((one for one in named if one.folder == spec.folder), None) or (
            named[0] if len(named) == 1 else None
        )
        if match is None:
            alone.append(spec)
        else:
            left.remove(match)
            yield Paired(spec=spec, io=match)
    if len(specs) == len(alone) == len(ios) == len(left) == 1:
        yield Paired(spec=alone[0], io=left[0])
        return
    yield from (Paired(spec=one, io=None) for one in alone)
    yield from (Paired(spec=None, io=one) for one in left)


def read_pair(pair: Paired, *, strict: bool = False, gap_seconds: int = LIMIT_GAP_SECONDS) -> ReadPair:
    """Read a pair. Never raises: `strict` makes a fault of what the published schemas refuse."""
    notes = {one.file: Notes(strict=strict) for one in pair.files}
    spec = io = None
    if pair.spec is not None and (document := _mapping(pair.spec, notes)) is not None:
        spec = read_spec(document, notes[pair.spec.file], gap_seconds=gap_seconds)
    if pair.io is not None and (document := _mapping(pair.io, notes)) is not None:
        io = read_io(document, notes[pair.io.file])
    if pair.spec is None or pair.io is None:
        (one,) = pair.files
        other = DocumentKind.IO if pair.io is None else DocumentKind.SPEC
        notes[one.file].passed("", f"its {other} is not among the files, so the two were not compared")
    elif spec is not None and io is not None:
        _compare(spec, io, notes[pair.spec.file], notes[pair.io.file])
    faults = tuple((file, problem) for file, found in notes.items() for problem in found.faults)
    warnings = tuple((file, problem) for file, found in notes.items() for problem in found.warnings)
    tool = None
    if not faults and spec is not None and io is not None:
        tool = HysdsTool(name=pair.name, spec=spec, io=io)
    return ReadPair(pair=pair, tool=tool, spec=spec, io=io, faults=faults, warnings=warnings)


def read_tool(document: Mapping[str, Any]) -> HysdsTool:
    """Return the tool of a canonical document, which was found sound when it was kept."""
    notes = Notes()
    spec = read_spec(document[DocumentKind.SPEC], notes)
    return HysdsTool(name=document["name"], spec=spec, io=read_io(document[DocumentKind.IO], notes))


def with_lambdas_tried(read: Sequence[ReadPair], lambdas: Lambdas) -> Sequence[ReadPair]:
    """Name the lambdas that can never be evaluated, and take out their tools. Waits for a process."""
    texts = [param.text for one in read for param in (one.io.params if one.io else ()) if param.text is not None]
    said = iter(lambdas.examine(texts))
    return [_tried(one, said) for one in read]


def _tried(read: ReadPair, said: Iterator[str | None]) -> ReadPair:
    faults: list[tuple[str, Problem]] = []
    for place, param in enumerate(read.io.params if read.io else ()):
        if param.text is not None and (fault := next(said)) is not None:
            assert read.pair.io is not None
            where = f"/params/{place}/lambda"
            faults.append((read.pair.io.file, Problem(where=where, text=f"of {param.name} is not read: {fault}")))
    if not faults:
        return read
    return ReadPair(pair=read.pair, spec=read.spec, io=read.io, faults=(*read.faults, *faults), warnings=read.warnings)


def _mapping(file: DocumentFile, notes: Mapping[str, Notes]) -> Mapping[str, Json] | None:
    value = read_json(file.text, notes[file.file])
    if isinstance(value, dict):
        notes[file.file].faults.extend(unsound(value, root=""))
        return value
    if not notes[file.file].faults:
        notes[file.file].fault("", f"must be a mapping, as every {file.kind} is")
    return None


def _compare(spec: JobSpec, io: HysdsIo, of_spec: Notes, of_io: Notes) -> None:
    for name in sorted(spec.names - io.names):
        of_spec.fault("/params", f"names {name[:80]}, which the hysds-io does not: nothing would give it a value")
    for name in sorted(io.names - spec.names):
        of_io.passed("/params", f"names {name[:80]}, which the job-spec does not: its value goes nowhere")


def repository_of(file: str) -> str | None:
    """Return the name that a registry gives the repository of a file: its owner and its name, joined by `_`.

    That is the folder above `docker`, where such files lie; None where there is no such folder.
    """
    folders = PurePath(file).parent.parts
    place = next((place for place, part in reversed(list(enumerate(folders))) if part.startswith("docker")), None)
    if not place or folders[place - 1] in ("/", "."):
        return None
    return _NOT_IN_IDS.sub("_", folders[place - 1].replace("+", "_")).lower()
