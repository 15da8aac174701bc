"""Tools over REST: the published ones, the publishing of more, and the check of a definition."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from fieldstation.core.tools.model.check import Checked, check
from fieldstation.core.tools.model.definition import write_definition
from fieldstation.core.tools.model.document import MAX_BYTES
from fieldstation.core.tools.model.hysds.face import face_of as face_of_pair
from fieldstation.core.tools.model.hysds.pair import HysdsTool
from fieldstation.core.tools.model.hysds.published import PublishedPair, is_pair, read_published
from fieldstation.core.tools.model.published import ToolFormat, ToolSummary, ToolVersion, VersionSummary, format_of
from fieldstation.core.tools.model.squonk.face import face_of
from fieldstation.core.tools.model.squonk.forms import JOB_FILE_KIND, MANIFEST_KIND, WORKFLOW_KIND
from fieldstation.core.tools.model.squonk.job import Job
from fieldstation.core.tools.model.squonk.read import (
    JobFile,
    kind_of_text,
    read_jobs,
    read_manifest,
    with_commands_tried,
)
from fieldstation.core.tools.service import HysdsJobs, Tools
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import FaultOut, fault_out, responses
from fieldstation.facades.rest.members import MembersOut, ToolMemberIn, members_out
from fieldstation.facades.rest.names import Text
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Invalid, TooLarge
from fieldstation.ports.lambdas import Lambdas
from fieldstation.ports.templates import Templates

YAML = "application/yaml"
_EXAMPLE = {
    "kind": "Tool",
    "name": "count-words",
    "version": "1.0.0",
    "description": "Counts the words of a text",
    "image": "host:",
    "command": ["/usr/bin/wc", "-w", "--", "{{ inputs.text }}"],
    "inputs": {"text": {"media_types": ["text/plain"]}},
    "outputs": {"all": {"glob": "**", "required": False}},
    "limits": {"soft_seconds": 50, "hard_seconds": 60},
}


def _body(schema: Mapping[str, Any]) -> dict[str, Any]:
    described = {
        **schema,
        "description": "as docs/reference/tool-definition says; a check names every fault",
    }
    return {
        "requestBody": {
            "required": "required" in schema,
            "description": f"a tool definition, at most {MAX_BYTES} bytes of YAML or JSON",
            "content": {YAML: {"schema": described, "example": _EXAMPLE}},
        }
    }


_DEFINITION = _body({"type": "object", "required": ["kind", "name", "version", "image", "command"]})
_ANYTHING = _body({})  # a check takes whatever somebody wrote


class ToolItemOut(BaseModel):
    """A tool in a list, as its newest version describes it."""

    id: str = Field(examples=["tool-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11"])
    namespace: str = Field(description="`native/station` is the station's own", examples=["native/station"])
    format: ToolFormat = Field(
        description="`squonk2` and `hysds` tools are jobs, and runs are never of them: the former work in projects"
    )
    name: str = Field(examples=["table-summary"])
    version: str = Field(description="what the bare name means: the newest release", examples=["1.0.0"])
    title: str = Field(examples=["Table summary by month"])
    description: str
    created: str = Field(description="when its first version was published")


class ToolOut(BaseModel):
    """One version of a tool."""

    id: str = Field(examples=["tool-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11"])
    namespace: str = Field(examples=["native/station"])
    format: ToolFormat = Field(
        description="`squonk2` and `hysds` tools are jobs, and runs are never of them: the former work in projects"
    )
    name: str = Field(examples=["table-summary"])
    version: str = Field(examples=["1.0.0"])
    revision: str = Field(description="SHA-256 of the canonical definition: what runs")
    title: str = Field(examples=["Table summary by month"])
    description: str
    definition: Mapping[str, Any] = Field(
        description="the definition with every default written out; of a job, what it takes and makes in the same words"
    )
    text: str = Field(description="the definition as its author wrote it")
    published: str
    published_by: str | None = Field(default=None, description="username; absent for tools that came with the station")


class VersionItemOut(BaseModel):
    """One version in the list of a tool's versions."""

    version: str = Field(examples=["1.0.0"])
    revision: str
    published: str
    published_by: str | None = None


class CheckedToolOut(BaseModel):
    """A definition without faults."""

    format: ToolFormat
    collection: str | None = Field(default=None, description="of a job")
    name: str = Field(examples=["count-words"])
    version: str = Field(examples=["1.0.0"])
    title: str
    revision: str = Field(description="what the definition would be published as")


class CheckOut(BaseModel):
    """What a check found: the tool when there are no faults; of a job definition file, each job without faults."""

    tools: list[CheckedToolOut]
    faults: list[FaultOut]
    warnings: list[FaultOut]


class SchemaAnswer(JSONResponse):
    """A JSON Schema."""

    media_type = "application/schema+json"


async def _definition_text(request: Request) -> str:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise TooLarge(
                f"a tool definition has at most {MAX_BYTES} bytes",
                next_step="put large files into an image or an input, not into the definition",
            )
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(
            f"the definition is not UTF-8 text (byte {error.start})", next_step="save the file as UTF-8"
        ) from None


DefinitionText = Annotated[str, Depends(_definition_text)]


@dataclass(frozen=True, kw_only=True)
class ToolsDoor:
    """What the routes of tools stand on; the last two read what others wrote, each in a process of its own."""

    tools: Tools
    hysds: HysdsJobs
    templates: Templates
    lambdas: Lambdas


def router(door: ToolsDoor) -> APIRouter:
    """Return the routes of tools."""
    routes = APIRouter(tags=["tools"])
    _add_publish(routes, door)
    _add_tools(routes, door.tools)
    _add_check(routes, door)
    _add_versions(routes, door.tools)
    _add_members(routes, door.tools)
    return routes


def _add_publish(routes: APIRouter, door: ToolsDoor) -> None:
    @routes.post(
        "/tools",
        operation_id="publish_tool",
        summary="Publish a version of a tool; 200 when exactly this was published before",
        description="A pair of HySDS documents is sent as {kind: HysdsJob, name, version, job-spec, hysds-io}; "
        "operators publish it for everyone, and the same version again moves it.",
        status_code=HTTPStatus.CREATED,
        response_model_exclude_none=True,
        responses={200: {"model": ToolOut}, **responses(403, 409, 413)},
        openapi_extra=_DEFINITION,
    )
    async def publish(
        text: DefinitionText,
        call: CallerCall,
        response: Response,
        public: Annotated[bool, Query(description="for operators: publish it for everyone")] = False,
    ) -> ToolOut:
        if is_pair(text):
            await call(lambda _tx, caller: caller)
            pair = await call.core.thread(lambda: read_published(text, door.lambdas))
            publication = await call(lambda tx, caller: door.hysds.publish(tx, caller, pair, text))
        else:
            publication = await call(lambda tx, caller: door.tools.publish(tx, caller, text, public=public))
        if not publication.made:
            response.status_code = HTTPStatus.OK
        return _tool_out(publication.tool)


def _add_tools(routes: APIRouter, tools: Tools) -> None:
    @routes.get(
        "/tools",
        operation_id="list_tools",
        summary="List the tools you may use, newest first",
        response_model_exclude_none=True,
        responses=responses(),
    )
    async def list_all(
        call: CallerCall,
        page: ById,
        search: Annotated[
            Text | None, Query(max_length=200, description="beginnings of words in name, title and description")
        ] = None,
    ) -> PageOut[ToolItemOut]:
        return await call(lambda tx, caller: page_out(tools.list(tx, caller, page, search), item_out))

    @routes.get(
        "/tools/{reference}",
        operation_id="show_tool",
        summary="Show a tool by id or name, in its newest version or `name@version`",
        response_model_exclude_none=True,
        responses=responses(404, 409),
    )
    async def show(reference: str, call: CallerCall) -> ToolOut:
        return await call(lambda tx, caller: _tool_out(tools.show(tx, caller, reference)))

    @routes.get(
        "/tools/{reference}/form",
        operation_id="show_tool_form",
        summary="Show what a run of the tool takes, as one JSON Schema (2020-12)",
        response_class=SchemaAnswer,
        responses=responses(403, 404, 409),
    )
    async def form(reference: str, call: CallerCall) -> SchemaAnswer:
        return SchemaAnswer(await call(lambda tx, caller: tools.form(tx, caller, reference)))


def _add_check(routes: APIRouter, door: ToolsDoor) -> None:
    @routes.post(
        "/tools/check",
        operation_id="check_tool",
        summary="Check a definition and list every fault; publishes nothing",
        response_model_exclude_none=True,
        responses=responses(413),
        openapi_extra=_ANYTHING,
    )
    async def check_text(text: DefinitionText, call: CallerCall) -> CheckOut:
        await call(lambda _tx, caller: caller)
        return await call.core.thread(lambda: _checked(text, door))


def _add_versions(routes: APIRouter, tools: Tools) -> None:
    @routes.get(
        "/tools/{reference}/versions",
        operation_id="list_tool_versions",
        summary="List the versions of a tool, the highest first",
        response_model_exclude_none=True,
        responses=responses(404, 409),
    )
    async def versions(reference: str, call: CallerCall, page: ById) -> PageOut[VersionItemOut]:
        return await call(lambda tx, caller: page_out(tools.versions(tx, caller, reference, page), _version_out))

    @routes.get(
        "/tools/{reference}/versions/{version}",
        operation_id="show_tool_version",
        summary="Show one version of a tool",
        response_model_exclude_none=True,
        responses=responses(404, 409),
    )
    async def version(reference: str, version: str, call: CallerCall) -> ToolOut:
        return await call(lambda tx, caller: _tool_out(tools.show(tx, caller, f"{reference}@{version}")))


def _add_members(routes: APIRouter, tools: Tools) -> None:
    @routes.get(
        "/tools/{reference}/members",
        operation_id="list_tool_members",
        summary="List who may use a tool, and who owns it",
        responses=responses(404, 409),
    )
    async def members(reference: str, call: CallerCall) -> MembersOut:
        return await call(lambda tx, caller: members_out(tools.members(tx, caller, reference)))

    @routes.put(
        "/tools/{reference}/members/{username}",
        operation_id="set_tool_member",
        summary="Let a user, `group:<name>` or `everyone` use a tool (reader), or own it (owner)",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404, 409),
    )
    async def put(reference: str, username: str, body: ToolMemberIn, call: CallerCall) -> None:
        await call(lambda tx, caller: tools.set_member(tx, caller, reference, username, body.role))

    @routes.delete(
        "/tools/{reference}/members/{username}",
        operation_id="remove_tool_member",
        summary="Take a tool away from a user, `group:<name>` or `everyone`",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404, 409),
    )
    async def remove(reference: str, username: str, call: CallerCall) -> None:
        await call(lambda tx, caller: tools.remove_member(tx, caller, reference, username))


def item_out(tool: ToolSummary) -> ToolItemOut:
    """Write a tool of a list."""
    return ToolItemOut(
        id=tool.id,
        namespace=tool.namespace,
        format=format_of(tool.namespace),
        name=tool.name,
        version=tool.version,
        title=tool.title,
        description=tool.description,
        created=wire_time(tool.created_at),
    )


def _tool_out(tool: ToolVersion) -> ToolOut:
    return ToolOut(
        id=tool.tool_id,
        namespace=tool.namespace,
        format=format_of(tool.namespace),
        name=tool.name,
        version=tool.version,
        revision=tool.revision,
        title=tool.definition.title,
        description=tool.definition.description,
        definition=_face(tool),
        text=tool.text,
        published=wire_time(tool.published_at),
        published_by=tool.published_by,
    )


def _face(tool: ToolVersion) -> Mapping[str, Any]:
    if isinstance(tool.definition, HysdsTool):
        return face_of_pair(tool.definition, tool.version)
    return face_of(tool.definition) if isinstance(tool.definition, Job) else write_definition(tool.definition)


def _version_out(version: VersionSummary) -> VersionItemOut:
    return VersionItemOut(
        version=version.version,
        revision=version.revision,
        published=wire_time(version.published_at),
        published_by=version.published_by,
    )


def _checked(text: str, door: ToolsDoor) -> CheckOut:
    if is_pair(text):
        return _pair_out(read_published(text, door.lambdas))
    kind = kind_of_text(text)
    if kind in (JOB_FILE_KIND, WORKFLOW_KIND):
        return _jobs_out(with_commands_tried(read_jobs(text), door.templates))
    if kind == MANIFEST_KIND:
        manifest = read_manifest(text)
        return CheckOut(
            tools=[],
            faults=[fault_out(problem) for problem in manifest.faults],
            warnings=[fault_out(problem) for problem in manifest.warnings],
        )
    return _check_out(check(text))


def _jobs_out(read: JobFile) -> CheckOut:
    return CheckOut(
        tools=[
            CheckedToolOut(
                format=ToolFormat.SQUONK,
                collection=one.job.collection,
                name=one.job.name,
                version=one.job.version,
                title=one.job.title,
                revision=one.job.revision,
            )
            for one in read.jobs
        ],
        faults=[fault_out(problem) for problem in read.faults],
        warnings=[fault_out(problem) for problem in read.warnings],
    )


def _pair_out(pair: PublishedPair) -> CheckOut:
    tool = pair.tool and CheckedToolOut(
        format=ToolFormat.HYSDS,
        name=pair.tool.name,
        version=pair.version,
        title=pair.tool.title,
        revision=pair.tool.revision,
    )
    return CheckOut(
        tools=[tool] if tool else [],
        faults=[fault_out(problem) for problem in pair.faults],
        warnings=[fault_out(problem) for problem in pair.warnings],
    )


def _check_out(checked: Checked) -> CheckOut:
    found = checked.definition
    tool = found and CheckedToolOut(
        format=ToolFormat.NATIVE, name=found.name, version=found.version, title=found.title, revision=found.revision
    )
    return CheckOut(
        tools=[tool] if tool else [],
        faults=[fault_out(problem) for problem in checked.faults],
        warnings=[fault_out(problem) for problem in checked.warnings],
    )
