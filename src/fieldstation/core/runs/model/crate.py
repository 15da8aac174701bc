"""A run as an RO-Crate: Process Run Crate 0.5 over RO-Crate 1.2 (https://w3id.org/ro/wfrun/process/0.5).

Files of the crate are those the run made. What it read is named by identifier, never copied; an input that the reader
may not see has an identifier and nothing else.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from fieldstation.core.datasets.model import FileEntry
from fieldstation.core.runs.model.reasons import MEANINGS
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.model.values import Run, RunInput
from fieldstation.core.tools.model.definition import Definition, write_definition
from fieldstation.kernel.clock import wire_time

METADATA = "ro-crate-metadata.json"
DEFINITION = "tool.json"
OUTPUTS = "outputs/"
_CONTEXT = "https://w3id.org/ro/crate/1.2/context"  # has every term that we use
_SPECIFICATION = "https://w3id.org/ro/crate/1.2"
_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_STATUS = {
    State.SUCCEEDED: "http://schema.org/CompletedActionStatus",
    State.FAILED: "http://schema.org/FailedActionStatus",
    State.CANCELED: "http://schema.org/FailedActionStatus",
}
_ACTIVE = "http://schema.org/ActiveActionStatus"
_NO_LICENCE = "https://choosealicense.com/no-permission/"

Entity = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What goes into a crate; `names` are those of the inputs' data sets that the reader may see, by version id."""

    run: Run
    definition: Definition
    files: Sequence[FileEntry]
    names: Mapping[str, str]
    station: str  # address of the station
    release: str
    made_at: datetime


def crate(contents: Contents) -> bytes:
    """Return the text of `ro-crate-metadata.json`."""
    run = contents.run
    inputs = [_input(contents, item) for item in run.inputs]
    parameters = [_parameter(run, name, value) for name, value in run.parameters.items()]
    files = [_file(file) for file in contents.files]
    graph: list[Entity] = [
        _descriptor(),
        _root(contents, [DEFINITION, *(file["@id"] for file in files)], [item["@id"] for item in inputs]),
        _profile(),
        _licence(),
        *_tool(contents),
        _agent(contents),
        _action(run, [*inputs, *parameters], files),
        *inputs,
        *parameters,
        *files,
    ]
    unique = {entity["@id"]: entity for entity in graph}
    return json.dumps({"@context": _CONTEXT, "@graph": list(unique.values())}, indent=2, ensure_ascii=False).encode()


def definition_text(contents: Contents) -> bytes:
    """Return the text of `tool.json`."""
    return json.dumps(write_definition(contents.definition), indent=2).encode()


def _descriptor() -> Entity:
    return {
        "@id": METADATA,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": _SPECIFICATION},
    }


def _root(contents: Contents, parts: Sequence[str], mentioned: Sequence[str]) -> Entity:
    run = contents.run
    tool = f"{run.tool_name} {run.tool_version}"
    root: Entity = {
        "@id": "./",
        "@type": "Dataset",
        "name": run.name or f"Result of {tool}",
        "description": f"What the run {run.id} of {tool} made, with what it was made from.",
        "identifier": run.id,
        "datePublished": wire_time(run.ended_at or contents.made_at),
        "license": {"@id": _NO_LICENCE},
        "conformsTo": {"@id": _PROFILE},
        "author": {"@id": _agent_id(run)},
        "publisher": {"@id": _agent_id(run)},
        "hasPart": _references([*parts, *mentioned]),
        "mentions": {"@id": _action_id(run)},
    }
    if mentioned:
        root["isBasedOn"] = _references(mentioned)
    return root


def _references(names: Sequence[str]) -> Entity | list[Entity]:
    """Refer to entities; to a single one without a list, as the specification wants it."""
    references = [{"@id": name} for name in dict.fromkeys(names)]
    return references[0] if len(references) == 1 else references


def _profile() -> Entity:
    return {"@id": _PROFILE, "@type": ["CreativeWork", "Profile"], "name": "Process Run Crate", "version": "0.5"}


def _licence() -> Entity:
    text = "The station knows of no licence: ask the owner of the data set before use."
    return {"@id": _NO_LICENCE, "@type": "CreativeWork", "name": "No permission", "description": text}


def _tool(contents: Contents) -> Sequence[Entity]:
    run, definition = contents.run, contents.definition
    application: Entity = {
        "@id": _tool_id(run),
        "@type": "SoftwareApplication",
        "name": definition.title or run.tool_name,
        "description": definition.description or f"The tool {run.tool_name}",
        "identifier": run.revision,
        "version": run.tool_version,
        "url": f"{contents.station}/api/v1/tools/{run.tool_id}/versions/{quote(run.tool_version)}",
        "softwareRequirements": {"@id": contents.station},
        "subjectOf": {"@id": DEFINITION},
    }
    station: Entity = {
        "@id": contents.station,
        "@type": "SoftwareApplication",
        "name": "Fieldstation",
        "description": "The station that ran it",
        "version": contents.release,
        "url": contents.station,
    }
    text: Entity = {
        "@id": DEFINITION,
        "@type": "File",
        "name": f"Definition of {run.tool_name} {run.tool_version}",
        "description": "What the tool runs and what it takes, every default written out",
        "contentSize": str(len(definition_text(contents))),
        "encodingFormat": "application/json",
    }
    return [application, station, text]


def _agent(contents: Contents) -> Entity:
    run = contents.run
    return {"@id": _agent_id(run), "@type": "Person", "name": run.username}


def _action(run: Run, objects: Sequence[Entity], results: Sequence[Entity]) -> Entity:
    action: Entity = {
        "@id": _action_id(run),
        "@type": "CreateAction",
        "name": f"Run of {run.tool_name} {run.tool_version}",
        "identifier": run.id,
        "instrument": {"@id": _tool_id(run)},
        "description": f"{run.username} ran {run.tool_name} {run.tool_version}; it {run.state}.",
        "agent": {"@id": _agent_id(run)},
        "object": _references([entity["@id"] for entity in objects]),
        "result": _references([entity["@id"] for entity in results]),
        "actionStatus": _STATUS.get(run.state, _ACTIVE),
    }
    if run.started_at is not None:
        action["startTime"] = _time(run.started_at)
    if run.ended_at is not None:
        action["endTime"] = _time(run.ended_at)
    if run.state in (State.FAILED, State.CANCELED) and run.reason is not None:
        action["error"] = ": ".join(filter(None, [MEANINGS[run.reason].text, run.message]))
    return action


def _input(contents: Contents, item: RunInput) -> Entity:
    identifier = f"urn:fieldstation:{item.version_id}"
    name = contents.names.get(item.version_id)
    if name is None:
        return {"@id": identifier, "@type": "Dataset", "name": "An input", "description": "Not yours to read."}
    address = f"{contents.station}/api/v1/datasets/{item.dataset_id}/versions/{item.number}"
    return {
        "@id": identifier + (f":{_address(item.path)}" if item.path else ""),
        "@type": "File" if item.path else "Dataset",
        "name": f"{name}@{item.number}" + (f":{item.path}" if item.path else ""),
        "description": f"Read as {item.slot}",
        "identifier": item.version_id,
        "url": address,
    }


def _parameter(run: Run, name: str, value: Any) -> Entity:
    text = value if isinstance(value, str | int | float | bool) else json.dumps(value)
    return {"@id": f"#{run.id}/parameters/{_address(name)}", "@type": "PropertyValue", "name": name, "value": text}


def _file(file: FileEntry) -> Entity:
    entity: Entity = {
        "@id": OUTPUTS + _address(file.path),
        "@type": "File",
        "name": file.path,
        "description": f"{file.path}, as the run made it",
        "contentSize": str(file.size),
        "sha256": file.sha256,
    }
    if file.media_type:
        entity["encodingFormat"] = file.media_type
    return entity


def _address(path: str) -> str:
    """Write a path as a part of an identifier; letters of all scripts stay as they are (RFC 3987)."""
    return "".join(quote(letter) if letter.isascii() else letter for letter in path)


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")  # the form that the profile asks for


def _agent_id(run: Run) -> str:
    return f"#{run.user_id}"


def _tool_id(run: Run) -> str:
    return f"urn:fieldstation:tool:{run.revision}"


def _action_id(run: Run) -> str:
    return f"#{run.id}"
