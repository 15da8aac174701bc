"""The forms of manifests and job definition files, as JSON Schemas: what the strictest published reader accepts."""

from collections.abc import Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]

MANIFEST_KIND = "DataManagerManifest"
JOB_FILE_KIND = "DataManagerJobDefinition"
WORKFLOW_KIND = "DataManagerWorkflow"
KIND_VERSION = "2021.1"
SCHEMA_VERSION = "2.8.0"  # of the published rules that these follow

_SLUG = "^[a-z][a-z0-9-]*$"
_KEY = "^[a-z][a-z0-9-]{0,79}$"
_VARIABLE = "^[a-zA-Z][a-zA-Z0-9_-]{0,79}$"
_GIVEN = "^[a-zA-Z][a-zA-Z0-9_-]{0,31}$"
_ENVIRONMENT = "^[a-zA-Z_][a-zA-Z0-9_]*$"

_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_FLAG: Schema = {"type": "boolean"}
_NUMBER: Schema = {"type": "number"}
_SCALAR: Schema = {"type": ["string", "number", "boolean"]}


def _text(least: int = 0, most: int | None = None, pattern: str | None = None) -> Schema:
    bounds = {"minLength": least or None, "maxLength": most, "pattern": pattern}
    return {"type": "string", **{rule: value for rule, value in bounds.items() if value is not None}}


def _one_of(*words: str) -> Schema:
    return {"type": "string", "enum": list(words)}


def _whole(least: int, most: int | None = None) -> Schema:
    return {"type": "integer", "minimum": least} | ({} if most is None else {"maximum": most})


def _listed(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _record(required: Sequence[str], /, **fields: Schema) -> dict[str, Any]:
    """Describe a mapping of known fields; `__` stands for a dash in their names."""
    return {
        "type": "object",
        "properties": {name.replace("__", "-"): form for name, form in fields.items()},
        "required": list(required),
        "additionalProperties": False,
    }


def _named(pattern: str, form: Schema, *, least: int = 0) -> dict[str, Any]:
    """Describe a mapping of names that the author chose."""
    bound = {"minProperties": least} if least else {}
    return {"type": "object", "patternProperties": {pattern: form}, "additionalProperties": False, **bound}


def _loose(form: dict[str, Any]) -> dict[str, Any]:
    """Let a record hold what nobody knows, where the published rules do."""
    return {name: rule for name, rule in form.items() if name != "additionalProperties"}


def _choice(**fields: Schema) -> dict[str, Any]:
    """Describe a mapping of exactly one of these fields."""
    return {**_record([], **fields), "minProperties": 1, "maxProperties": 1}


_RFC1035 = _text(1, 63, "^[a-z]([a-z0-9-]*[a-z0-9])?$")
_DIRECTORY = _text(1, 255, "^(/[a-zA-Z0-9_-]+)+$")
_ASSET = _loose(_record(["name"], name=_RFC1035))
_ROLES: Schema = {**_listed(_text(0, None, "^[a-z]+[a-z_-]*$")), "maxItems": 1, "uniqueItems": True}

_ENVIRONMENT_ENTRY = _record(
    ["name", "value-from"],
    name=_text(1, None, _ENVIRONMENT),
    value__from=_choice(
        api__token=_loose(_record(["roles"], roles=_ROLES)),
        constant=_loose(_record(["value"], value=_TEXT)),
        secret=_loose(
            _record(["name", "key"], name=_RFC1035, key=_text(1, 63, "^[a-z]([a-z0-9_.-]*[a-z0-9])?$")),
        ),
        account__server__asset=_ASSET,
    ),
)
_FILE_ENTRY = _record(
    ["name", "content-from"], name=_text(2, 256, "^/.{1,255}$"), content__from=_choice(account__server__asset=_ASSET)
)
_IMAGE = _record(
    ["name", "tag", "project-directory", "working-directory"],
    name=_text(1, 120),
    tag=_text(1, 24),
    project__directory=_DIRECTORY,
    working__directory=_DIRECTORY,
    type=_one_of("simple", "nextflow"),
    fix__permissions=_FLAG,
    pull__secret=_RFC1035,
    memory=_text(0, None, "^([1-9][0-9]{2,3}Mi|[1-9][0-9]?Gi)$"),
    cores={"type": ["string", "integer"], "pattern": "^[1-9][0-9]{1,3}m$", "minimum": 1, "maximum": 99},
    environment=_listed(_ENVIRONMENT_ENTRY),
    file=_listed(_FILE_ENTRY),
)

_FIELD = _record(["type", "description"], type=_TEXT, description=_TEXT, required=_FLAG, active=_FLAG, expression=_TEXT)
_ANNOTATIONS = _record(
    [],
    fields__descriptor=_record(
        ["origin", "description"],
        origin=_TEXT,
        description=_TEXT,
        fields={"type": "object", "additionalProperties": _FIELD},
    ),
    derived__from=_TEXT,
    service__execution=_record(
        ["service_ref"], service_ref=_TEXT, service=_TEXT, service_version=_TEXT, service_user=_TEXT, service_name=_TEXT
    ),
)
_INPUT = _record(
    ["title", "type"], title=_TEXT, mime__types=_TEXTS, type=_one_of("file", "files", "molecules-smi"), multiple=_FLAG
)
_OUTPUT = _record(
    ["title", "creates", "type"],
    title=_TEXT,
    mime__types=_TEXTS,
    creates=_TEXT,
    type=_one_of("file", "files"),
    annotation__properties=_ANNOTATIONS,
)
_CHOICES = _listed(_record([], title=_TEXT, type=_TEXT, const=_TEXT, enum=_TEXTS))
_OPTION = _record(
    ["title", "type"],
    title=_TEXT,
    type=_one_of("string", "integer", "number", "boolean", "array"),
    multiple=_FLAG,
    pattern=_TEXT,
    minimum=_NUMBER,
    maximum=_NUMBER,
    default=_SCALAR,
    enum=_listed(_SCALAR),
    items=_record([], title=_TEXT, type=_TEXT, oneOf=_CHOICES, anyOf=_CHOICES),
)


def _block(form: Schema, **more: Schema) -> dict[str, Any]:
    return _record(["type", "properties"], type=_one_of("object"), properties=_named(_VARIABLE, form), **more)


_VARIABLES = _record(
    [],
    inputs=_block(_INPUT, required=_TEXTS),
    options=_block(_OPTION, required=_TEXTS),
    outputs=_block(_OUTPUT),
    order=_record([], inputs=_TEXTS, options=_TEXTS, outputs=_TEXTS),
)

_OUTPUT_CHECK: Schema = {
    "anyOf": [_record(["exists"], exists=_FLAG), _record(["lineCount"], lineCount=_whole(0))],
}
_TEST = _record(
    [],
    nextflow__config__file=_TEXT,
    run__groups=_listed(_record(["name", "ordinal"], name=_text(1, 63, _SLUG), ordinal=_whole(1))),
    run__level=_whole(1, 100),
    timeout__minutes=_whole(1),
    ignore={"type": "null"},
    inputs=_named(_GIVEN, {"type": ["string", "array"], "items": _TEXT}),
    options=_named(_GIVEN, {"type": ["string", "number", "boolean", "array"]}),
    environment=_listed(_text(1, None, _ENVIRONMENT)),
    checks=_loose(
        _record(
            ["exitCode"],
            exitCode={"type": "integer"},
            outputs=_listed(_record(["name"], name=_TEXT, checks=_listed(_OUTPUT_CHECK))),
        )
    ),
)
_JOB = _record(
    ["name", "version", "image", "command"],
    name=_text(1, 80),
    description=_TEXT,
    version=_text(1, 24),
    category=_TEXT,
    doc__url=_text(0, None, "^(https|[a-z]).*[^/]$"),
    keywords=_TEXTS,
    image=_IMAGE,
    command__encoding=_one_of("JINJA2_3_0"),
    command=_text(1, 4096),
    variables=_VARIABLES,
    tests=_named(_KEY, _TEST, least=1),
    replaces=_listed(_record(["collection", "job"], collection=_text(1, 80, _SLUG), job=_text(1, 80, _SLUG))),
)
_TEST_GROUP = _record(
    ["name"],
    name=_text(1, 63, _SLUG),
    compose=_record(["file"], file=_text(0, None, "^docker-compose(-[a-z0-9-]+)?.yaml$"), delay__seconds=_whole(1)),
    environment=_listed(_named(_ENVIRONMENT, _SCALAR)),
)

JOB_FILE: Schema = _record(
    ["kind", "kind-version", "collection", "jobs"],
    kind=_one_of(JOB_FILE_KIND),
    kind__version=_one_of(KIND_VERSION),
    name=_text(0, 80),
    description=_TEXT,
    collection=_text(1, 80, _SLUG),
    jobs=_named(_KEY, _JOB, least=1),
    test__groups=_listed(_TEST_GROUP),
)
MANIFEST: Schema = _loose(
    _record(
        ["kind", "kind-version", "job-definition-files"],
        kind=_one_of(MANIFEST_KIND),
        kind__version=_one_of(KIND_VERSION),
        description=_TEXT,
        job__definition__files={**_listed(_text(0, 255, r"^[a-zA-Z][a-zA-Z0-9._-]*\.ya?ml$")), "minItems": 1},
    )
)
