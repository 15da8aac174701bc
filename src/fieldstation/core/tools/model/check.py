"""Whether a native tool definition is sound: every fault of it at once, each with line and column."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from fieldstation.core.images.model import read_reference
from fieldstation.core.tools.model.apps import APP_FIELDS, APPLICATION_ID, App, read_app_fields
from fieldstation.core.tools.model.apps import KIND as APP_KIND
from fieldstation.core.tools.model.command import Names, check_command
from fieldstation.core.tools.model.definition import (
    HOST_IMAGE,
    NO_LIMIT_SECONDS,
    RETRY_REASONS,
    STATION_IMAGE,
    Definition,
    Input,
    Output,
    Resources,
    Retry,
    TimeLimits,
)
from fieldstation.core.tools.model.document import Node, read_document
from fieldstation.core.tools.model.fields import Fields, Findings, did_you_mean
from fieldstation.core.tools.model.numbers import read_size
from fieldstation.core.tools.model.schema import check_parameters
from fieldstation.core.tools.model.semver import read_version
from fieldstation.kernel.errors import Problem
from fieldstation.kernel.ids import is_id

FIELDS = (
    "kind", "name", "version", "title", "description", "image", "command", "parameters", "inputs", "outputs",
    "resources", "limits", "network", "deterministic", "environment", "files", "retry",
)  # fmt: skip
MAX_FILES_BYTES = 512 << 10
DAY_SECONDS = 86_400
MAX_WALL_SECONDS = 30 * DAY_SECONDS

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?", re.ASCII)
_SLOT = re.compile(r"[a-z][a-z0-9_-]{0,62}", re.ASCII)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,126}", re.ASCII)
_SECRET = re.compile(
    r"(?:^|_)(?:secret|password|passwd|token|api_?key|access_?key|private_?key|credentials?)(?:_|$)", re.IGNORECASE
)
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/(?:\*|[a-z0-9][a-z0-9!#$&^_.+-]{0,126})", re.ASCII)
_MAX_MEMORY = 64 << 40


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a check found; `definition` is there exactly when `faults` is empty."""

    definition: Definition | None
    faults: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def check(text: str, *, reasons: Collection[str] = RETRY_REASONS) -> Checked:
    """Check the YAML text of a definition. Never raises: all faults and warnings are listed, in the order of the text.

    `reasons` are the names that `retry.on` may hold.
    """
    document = read_document(text)
    findings = Findings(faults=list(document.faults))
    definition: Definition | None = None
    if document.root is not None:
        definition = _Reader(findings, document.root, reasons).definition()
    elif not findings.faults:
        findings.faults.append(Problem(where="/", text="the text is empty", line=1, column=1))
    faults = _in_order(findings.faults)
    return Checked(definition=None if faults else definition, faults=faults, warnings=_in_order(findings.warnings))


def _in_order(problems: Collection[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(dict.fromkeys(problems), key=lambda problem: (problem.line or 0, problem.column or 0)))


class _Reader:
    """Reads one definition, field by field."""

    def __init__(self, findings: Findings, root: Node, reasons: Collection[str]) -> None:
        self.findings = findings
        kind = root.value.get("kind") if isinstance(root.value, Mapping) else None
        self.is_app = kind is not None and kind.value == APP_KIND
        self.fields = Fields(findings, root, (*FIELDS, *APP_FIELDS) if self.is_app else FIELDS)
        self.reasons = reasons

    def definition(self) -> Definition:
        """Return what the fields say; of use only when no fault was found."""
        self._kind()
        name = self._name()
        parameters = check_parameters(self.findings, self.fields.get("parameters"))
        inputs = self._inputs()
        app = self._app()
        self.fields.require("command", "the program and its arguments, one element each")
        return Definition(
            name=name,
            version=self._version(),
            title=self.fields.text("title", name, most=200) or name,
            description=self._description(),
            image=self._image(),
            command=check_command(self.fields, Names(parameters=parameters, inputs=inputs, app=app)),
            parameters=parameters,
            inputs=inputs,
            outputs=self._outputs(),
            resources=self._resources(),
            limits=self._limits(),
            network=self._network(),
            deterministic=self.fields.flag("deterministic", True),
            environment=self._environment(),
            files=self._files(),
            retry=self._retry(),
            app=app,
        )

    def _node(self, key: str) -> Node:
        return self.fields.get(key) or self.fields.node

    def _kind(self) -> None:
        self.fields.require("kind", f"write kind: Tool, or {APP_KIND} for an application")
        kind = self.fields.get("kind")
        if kind is not None and kind.value not in ("Tool", APP_KIND):
            self.findings.fault(kind, f"must be Tool, or {APP_KIND} for an application that people open")

    def _app(self) -> App | None:
        if not self.is_app:
            return None
        name = self._node("name")
        if isinstance(name.value, str) and not APPLICATION_ID.fullmatch(name.value):
            self.findings.fault(name, "the name of an application is PLURAL.GROUP, such as notebooks.example.org")
        return read_app_fields(self.fields)

    def _name(self) -> str:
        self.fields.require("name", "what people call the tool, such as table-summary")
        name = self.fields.text("name")
        if isinstance(self._node("name").value, str) and (not _NAME.fullmatch(name) or is_id(name, "tool")):
            self.findings.fault(
                self._node("name"),
                "must be 1 to 100 of a-z, 0-9, dot, dash and underscore, with a letter or digit at both ends",
            )
        return name

    def _version(self) -> str:
        self.fields.require("version", "three numbers, such as 1.0.0")
        version = self.fields.text("version")
        if isinstance(self._node("version").value, str) and read_version(version) is None:
            self.findings.fault(
                self._node("version"),
                "must be three numbers (Semantic Versioning), such as 1.0.0 or 2.1.0-rc.1, without +build",
            )
        return version

    def _description(self) -> str:
        description = self.fields.text("description", most=10_000)
        if not description and isinstance(self.fields.node.value, Mapping):
            self.findings.warn(
                self._node("description"), "there is no description: people will not know what the tool does"
            )
        return description

    def _image(self) -> str:
        self.fields.require(
            "image", "station:, host: or an OCI image such as docker.io/library/python:3.13-slim@sha256:…"
        )
        node, image = self._node("image"), self.fields.text("image", most=500)
        if not isinstance(node.value, str) or image in (STATION_IMAGE, HOST_IMAGE):
            return image
        found = read_reference(image)
        if f"{image}:" in (STATION_IMAGE, HOST_IMAGE):
            self.findings.fault(
                node, f"must be {image}: with the colon (an image of that name is docker.io/library/{image})"
            )
        elif found is None:
            self.findings.fault(
                node, "must be station:, host:, or an OCI image as registry/path:tag or registry/path@sha256:…"
            )
        elif found.digest is None:
            self.findings.warn(node, "is not pinned: write @sha256:… behind it, so that the same bytes run each time")
        return image

    def _inputs(self) -> Mapping[str, Input]:
        return {slot: self._input(slot, node) for slot, node in self.fields.entries("inputs")}

    def _input(self, slot: str, node: Node) -> Input:
        self._check_slot(slot, node)
        fields = Fields(self.findings, node, ("title", "description", "media_types", "required", "many"))
        media_types = tuple(self._media_type(place, text) for place, text in fields.texts("media_types"))
        return Input(
            title=fields.text("title", slot),
            description=fields.text("description", most=2000),
            media_types=media_types,
            required=fields.flag("required", True),
            many=fields.flag("many", False),
        )

    def _outputs(self) -> Mapping[str, Output]:
        outputs = {name: self._output(name, node) for name, node in self.fields.entries("outputs")}
        if not outputs and not self.is_app and isinstance(self.fields.node.value, Mapping):
            self.findings.warn(
                self._node("outputs"),
                "no outputs are named: whatever a run leaves is kept, and nothing is demanded of it",
            )
        return outputs

    def _output(self, name: str, node: Node) -> Output:
        self._check_slot(name, node)
        fields = Fields(self.findings, node, ("glob", "title", "description", "media_type", "required"))
        fields.require("glob", "which files under the output folder, such as '*.csv'")
        glob, media = fields.text("glob"), fields.get("media_type")
        if (place := fields.get("glob")) is not None and isinstance(place.value, str) and (fault := _glob_fault(glob)):
            self.findings.fault(place, fault)
        return Output(
            glob=glob,
            title=fields.text("title", name),
            description=fields.text("description", most=2000),
            media_type=self._media_type(media, fields.text("media_type")) if media is not None else None,
            required=fields.flag("required", True),
        )

    def _check_slot(self, name: str, node: Node) -> None:
        if not _SLOT.fullmatch(name):
            self.findings.faults.append(
                node.key_problem("a name must be a letter a-z, then up to 62 of a-z, 0-9, dash and underscore")
            )

    def _media_type(self, node: Node, text: str) -> str:
        if isinstance(node.value, str) and not _MEDIA_TYPE.fullmatch(text):
            self.findings.fault(node, "must be a media type such as text/csv or image/*, in lower case")
        return text

    def _resources(self) -> Resources:
        fields, usual = self._section("resources", ("cpu", "memory", "disk", "pids")), Resources()
        if fields is None:
            return usual
        return Resources(
            cpu=fields.number("cpu", usual.cpu, least=0.01, most=4096),
            memory_bytes=self._size(fields, "memory", usual.memory_bytes, least=1 << 20),
            disk_bytes=self._size(fields, "disk", usual.disk_bytes, least=0),
            pids=fields.whole("pids", usual.pids, least=1, most=1 << 20),
        )

    def _section(self, key: str, known: tuple[str, ...]) -> Fields | None:
        node = self.fields.get(key)
        return None if node is None else Fields(self.findings, node, known)

    def _size(self, fields: Fields, key: str, usual: int, *, least: int) -> int:
        node = fields.get(key)
        if node is None:
            return usual
        size = None if isinstance(node.value, bool | float) else read_size(str(node.value))
        if size is None:
            self.findings.fault(node, "must be a size such as 512Mi or 4Gi, or a number of bytes")
            return usual
        if not least <= size <= _MAX_MEMORY:
            self.findings.fault(node, f"must be between {least} bytes and 64Ti")
        return size

    def _limits(self) -> TimeLimits:
        fields, usual = self._section("limits", ("soft_seconds", "hard_seconds", "grace_seconds")), TimeLimits()
        if self.is_app:
            usual = TimeLimits(hard_seconds=NO_LIMIT_SECONDS)
        if fields is None and self.is_app:
            return usual
        if fields is None:
            self.findings.warn(
                self.fields.node, f"no limits are written: a run is ended after {usual.hard_seconds:g} seconds"
            )
            return usual
        most = max(MAX_WALL_SECONDS, usual.hard_seconds)
        hard = fields.number("hard_seconds", usual.hard_seconds, least=1, most=most)
        soft_node = fields.get("soft_seconds")
        soft = fields.number("soft_seconds", 0, least=1, most=most) if soft_node is not None else None
        grace = fields.number("grace_seconds", usual.grace_seconds, least=0, most=3600)
        if soft_node is None and not self.is_app:
            self.findings.warn(
                fields.node,
                "soft_seconds is missing: at the hard limit a run is ended without a chance to save its work",
            )
        elif soft_node is not None and soft and soft > hard:
            self.findings.fault(soft_node, f"the soft limit ({soft:g} s) must not be beyond the hard one ({hard:g} s)")
        return TimeLimits(soft_seconds=soft, hard_seconds=hard, grace_seconds=grace)

    def _network(self) -> bool:
        network = self.fields.flag("network", False)
        if network:
            self.findings.warn(
                self._node("network"),
                "a run gets a network only where the station grants one, and its results are never reused",
            )
        return network

    def _environment(self) -> Mapping[str, str]:
        environment: dict[str, str] = {}
        node = self.fields.get("environment")
        entries = self.fields.entries("environment")
        names = tuple(name for name, _ in entries)
        values = Fields(self.findings, node, names) if node is not None and isinstance(node.value, Mapping) else None
        for name, place in entries:
            self._check_variable(name, place)
            environment[name] = values.text(name, most=32_768) if values else ""
        return environment

    def _check_variable(self, name: str, node: Node) -> None:
        if not _VARIABLE.fullmatch(name):
            self.findings.faults.append(
                node.key_problem("the name of a variable is letters, digits and _, not beginning with a digit")
            )
        elif name.upper().startswith("FIELDSTATION_"):
            self.findings.faults.append(node.key_problem("names that begin with FIELDSTATION_ belong to the station"))
        elif _SECRET.search(name):
            self.findings.faults.append(
                node.key_problem(
                    "secrets are never written into a definition: everybody who may use the tool can read it"
                )
            )
        if isinstance(node.value, str) and "{{" in node.value:
            self.findings.fault(node, "placeholders are read only in command: pass the value as an argument")

    def _files(self) -> Mapping[str, str]:
        node, entries = self.fields.get("files"), self.fields.entries("files")
        files: dict[str, str] = {}
        for name, place in entries:
            if fault := _file_name_fault(name, files):
                self.findings.faults.append(place.key_problem(fault))
            if isinstance(place.value, str):
                files[name] = place.value
            else:
                self.findings.fault(place, "must be the text of the file; write it as a block behind |")
        size = sum(len(text.encode()) for text in files.values())
        if node is not None and size > MAX_FILES_BYTES:
            self.findings.fault(
                node,
                f"the files have {size} bytes together; at most {MAX_FILES_BYTES} are taken: build an image instead",
            )
        return files

    def _retry(self) -> Retry:
        fields = self._section("retry", ("attempts", "on"))
        if fields is None:
            return Retry()
        attempts = fields.whole("attempts", 1, least=1, most=10)
        reasons = list(fields.texts("on"))
        for node, reason in reasons:
            if reason not in self.reasons:
                self.findings.fault(
                    node, f"{reason[:40]!r} is no reason of failure{did_you_mean(reason, self.reasons)}"
                )
        if attempts > 1 and not reasons:
            self.findings.warn(fields.node, "`on` names no reason, so nothing is ever tried again")
        return Retry(attempts=attempts, reasons=tuple(dict.fromkeys(reason for _, reason in reasons)))


def _glob_fault(glob: str) -> str | None:
    if glob.startswith(("/", "~")):
        return "must be relative to the output folder: leave the leading / or ~ out"
    if ".." in glob.split("/"):
        return "must not climb out of the output folder with .."
    if not glob.strip() or "\\" in glob or "" in glob.split("/"):
        return "must be a pattern such as '*.csv' or 'plots/**/*.svg'"
    return None


def _file_name_fault(name: str, others: Mapping[str, str]) -> str | None:
    steps = name.split("/")
    if (
        not name
        or name.startswith("/")
        or {"", ".", ".."} & set(steps)
        or "\\" in name
        or not name.isprintable()
        or len(name) > 200
    ):
        return "a file's name must be a relative path such as main.py or lib/table.py"
    if any(name.startswith(f"{other}/") or other.startswith(f"{name}/") for other in others):
        return "is a file and a folder at once"
    return None
