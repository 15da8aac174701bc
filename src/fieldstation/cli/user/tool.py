"""`tool list|show|past|add|check|resolve|member`, and the nouns below it: `tool manifest`, `tool rate`."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from fieldstation.cli.output import ago, details, merged, table
from fieldstation.cli.user import tool_add, tool_manifest
from fieldstation.cli.user.member import add_member_verb
from fieldstation.cli.user.verb import Limit, Session, later, noun, some, verb
from fieldstation.client.things import Tool

app = noun("tool", "Tools: published definitions of what can be run.")
_JOBS = "squonk2/"  # how the namespaces of jobs begin


@verb(app)
def list_(
    session: Session,
    search: Annotated[str | None, typer.Argument(metavar="[WORDS]", help="Beginnings of words to look for.")] = None,
    limit: Limit = 100,
) -> None:
    """List the tools that you may use."""
    tools = some(session.station.tools.all(search), limit)

    def shown() -> str:
        return table(["name", "version", "title", "from"], [[*_named(one), one.namespace or ""] for one in tools])

    session.answer({"items": tools}, shown)


@verb(app)
def show(
    session: Session, tool: Annotated[str, typer.Argument(metavar="TOOL[@VERSION]", help="Its name, or its id.")]
) -> None:
    """Show a tool: what it takes, what it makes, and how to run it."""
    name, _, version = tool.partition("@")
    found = session.station.tools.show(name, version or None)
    versions = list(session.station.tools.versions(name))
    session.answer(merged(found, versions=versions), lambda: _shown(found, ", ".join(one.version for one in versions)))


verb(app)(tool_add.add)


@verb(app)
def past(session: Session, tool: tool_manifest.Version) -> None:
    """Show what a version of a job was before it was loaded anew."""
    name, version = tool_manifest.parts(tool)
    found = list(session.station.tools.past(name, version))

    def shown() -> str:
        rows = [[ago(one.published), ago(one.ended), one.published_by or "the station", one.revision] for one in found]
        return table(["from", "until", "by", "revision"], rows) if rows else "it was always what it is now"

    session.answer({"items": found}, shown)


add_member_verb(app, "TOOL", lambda station: station.tools)
app.add_typer(tool_manifest.manifests)
app.add_typer(tool_manifest.rates)
later(
    app,
    "check",
    "fieldstation.cli.tool_check:tool_check",
    "Check tool definitions and list every fault; needs no station.",
)
later(
    app,
    "resolve",
    "fieldstation.cli.tool_resolve:resolve",
    "Print what the definitions in files would run; needs no station.",
)


def _named(tool: Tool) -> list[str]:
    return [tool.name, tool.version, tool.title]


def _shown(tool: Tool, versions: str) -> str:
    definition = tool.definition
    inputs: Mapping[str, Any] = definition.get("inputs", {})
    outputs: Mapping[str, Any] = definition.get("outputs", {})
    parameters: Mapping[str, Any] = definition.get("parameters", {})
    facts = details(
        [
            ("tool", f"{tool.name}@{tool.version}"),
            ("title", tool.title),
            ("about", tool.description),
            ("versions", versions),
            ("revision", tool.revision),
            ("image", str(definition.get("image", ""))),
            *_starting(tool, inputs, parameters),
        ]
    )
    return "\n\n".join(part for part in (facts, _inputs(inputs), _parameters(parameters), _outputs(outputs)) if part)


def _starting(tool: Tool, inputs: Mapping[str, Any], parameters: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return how a tool is started; of a job of HySDS, by whom."""
    hysds: Mapping[str, Any] | None = tool.definition.get("hysds")
    if hysds is None:
        return [("run it", _example(tool, inputs, parameters))]
    accounts = ", ".join({"_all": "everybody", "ops": "operators"}.get(one, one) for one in hysds["allowed_accounts"])
    deeds = {"trigger": "rules", "on-demand": "people", "both": "people and rules"}
    return [
        ("started by", deeds[hysds["action-type"]]),
        ("accounts", accounts or "operators"),
        ("on hits of", "jobs" if hysds["component"] == "figaro" else "data sets"),
        ("a job for", "each hit" if hysds["submission_type"] == "iteration" else "all hits"),
    ]


def _example(tool: Tool, inputs: Mapping[str, Any], parameters: Mapping[str, Any]) -> str:
    if tool.namespace and tool.namespace.startswith(_JOBS):
        given = [f"{name}=…" for name, one in inputs.items() if one.get("required", True)]
        given += [f"{name}=…" for name in parameters.get("required", ())]
        job = f"{tool.namespace.removeprefix(_JOBS)}/{tool.name}@{tool.version}"
        return " ".join([f"fieldstation instance launch {job} --project PROJECT", *given])
    slots = [f"-i {slot}=DATASET" for slot, one in inputs.items() if one.get("required", True)]
    needed = [f"-p {name}=…" for name in parameters.get("required", ())]
    return " ".join([f"fieldstation run submit {tool.name}", *slots, *needed, "--wait"])


def _inputs(inputs: Mapping[str, Any]) -> str:
    rows = [
        [
            slot,
            "several" if one.get("many") else "one",
            "yes" if one.get("required", True) else "",
            one.get("title", ""),
        ]
        for slot, one in inputs.items()
    ]
    return table(["input", "takes", "needed", "title"], rows) if rows else ""


def _parameters(schema: Mapping[str, Any]) -> str:
    needed = schema.get("required", ())
    rows = [
        [
            name,
            str(one.get("type", "|".join(map(str, one.get("enum", ()))))),
            "needed" if name in needed else str(one.get("default", "")),
            one.get("description") or one.get("title", ""),
        ]
        for name, one in schema.get("properties", {}).items()
    ]
    return table(["parameter", "type", "default", "about"], rows) if rows else ""


def _outputs(outputs: Mapping[str, Any]) -> str:
    rows = [[name, one.get("glob", ""), one.get("title", "")] for name, one in outputs.items()]
    return table(["output", "files", "title"], rows) if rows else ""
