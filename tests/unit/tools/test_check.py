"""A definition is sound, or every fault of it is listed at once, each with its place."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.tools.builtin import builtin_texts
from fieldstation.core.tools.model.check import check
from fieldstation.core.tools.model.definition import (
    RETRY_REASONS,
    Group,
    Output,
    Resources,
    Retry,
    TimeLimits,
    read_definition,
    write_definition,
)
from tests.unit.tools.definitions import HEAD, fault_at, faults, sound, warnings

FULL = """\
kind: Tool
name: mosaic
version: 2.1.0-rc.1
title: Mosaic
description: Puts scenes together
image: ghcr.io/example/mosaic:2@sha256:1111111111111111111111111111111111111111111111111111111111111111
command:
  - /opt/mosaic
  - --scale={{ parameters.scale }}
  - {when: parameters.verbose, args: [--verbose]}
  - --
  - "{{ inputs.scenes }}"
parameters:
  type: object
  properties:
    scale: {type: number, title: Scale, default: 0.5}
    verbose: {type: boolean, title: Verbose}
inputs:
  scenes: {title: Scenes, description: All of one day, media_types: [image/tiff, "image/*"], required: true, many: true}
outputs:
  mosaic: {glob: "out/**/*.tif", title: Mosaic, description: One, media_type: image/tiff, required: false}
resources: {cpu: 2.5, memory: 512Mi, disk: 4Gi, pids: 64}
limits: {soft_seconds: 100, hard_seconds: 120, grace_seconds: 15}
network: false
deterministic: false
environment: {LANG: C.UTF-8, OMP_NUM_THREADS: "2"}
files: {lib/settings.ini: "a=b"}
retry: {attempts: 3, on: [node_lost, out_of_memory, node_lost]}
"""

# Every field wrong at once: what is written, and the pointers of the faults that must be named.
WRONG = """\
kind: Toll
name: Mosaic Tool!
version: 2.1
title: [a]
description: 12
image: "docker://UPPER case"
command:
  - "{{ parameters.sclae }}"
  - 7
  - "{{ inputs.scenes"
  - {when: parameters.none, args: [--verbose], unless: x}
  - {when: "verbose", args: "--verbose"}
  - "{{ outputs.mosaic }}"
parameters:
  type: array
  properties:
    scale: {type: number, default: much}
    name: {type: string, pattern: "(?=x)"}
    other: {type: strnig}
    far: {$ref: "https://example.org/schema.json"}
  required: [absent]
inputs:
  Scenes: {media_types: [tiff], required: perhaps, many: 1}
  other: text
outputs:
  up: {glob: ../x}
  root: {glob: /etc/passwd}
  none: {media_type: Image/TIFF}
resources: {cpu: -1, memory: -512Mi, disk: much, pids: 0.5, gpu: 1}
limits: {soft_seconds: 200, hard_seconds: 100, grace_seconds: -1}
network: maybe
deterministic: "true"
environment: {1A: x, API_TOKEN: y, FIELDSTATION_X: z, N: 5, P: "{{ parameters.scale }}"}
files: {/etc/x: a, ../y: b, z: [c], a: "", a/b: ""}
retry: {attempts: 0, on: [bad_luck, node_lots]}
comand: [x]
"""
WRONG_PLACES = """
/kind /name /version /title /description /image
/command/0 /command/1 /command/2 /command/3/unless /command/3/when /command/4/when /command/4/args /command/5
/parameters/properties/name/pattern /parameters/properties/other/type
/inputs/Scenes /inputs/Scenes/media_types/0 /inputs/Scenes/required /inputs/Scenes/many /inputs/other
/outputs/up/glob /outputs/root/glob /outputs/none /outputs/none/media_type
/resources/cpu /resources/memory /resources/disk /resources/pids /resources/gpu
/limits/soft_seconds /limits/grace_seconds /network /deterministic
/environment/1A /environment/API_TOKEN /environment/FIELDSTATION_X /environment/N /environment/P
/files/~1etc~1x /files/..~1y /files/z /files/a~1b
/retry/attempts /retry/on/0 /retry/on/1 /comand
""".split()  # noqa: SIM905 - one line for each group of fields


def test_everything_that_can_be_said_is_read() -> None:
    definition = sound(FULL)
    assert (definition.name, definition.version, definition.title) == ("mosaic", "2.1.0-rc.1", "Mosaic")
    assert definition.command[2] == Group(condition="parameters.verbose", arguments=("--verbose",))
    assert definition.inputs["scenes"].media_types == ("image/tiff", "image/*")
    assert definition.outputs["mosaic"] == Output(
        glob="out/**/*.tif", title="Mosaic", description="One", media_type="image/tiff", required=False
    )
    assert definition.resources == Resources(cpu=2.5, memory_bytes=512 << 20, disk_bytes=4 << 30, pids=64)
    assert definition.limits == TimeLimits(soft_seconds=100, hard_seconds=120, grace_seconds=15)
    assert definition.environment == {"LANG": "C.UTF-8", "OMP_NUM_THREADS": "2"}
    assert definition.files == {"lib/settings.ini": "a=b"}
    assert definition.retry == Retry(attempts=3, reasons=("node_lost", "out_of_memory"))
    assert definition.parameters["additionalProperties"] is False
    assert warnings(FULL) == {}


def test_every_field_wrong_at_once_is_named_at_once() -> None:
    found = check(WRONG).faults
    assert {problem.where for problem in found} == set(WRONG_PLACES)
    assert all(problem.line and problem.column and problem.text for problem in found)
    assert [problem.line for problem in found] == sorted(problem.line or 0 for problem in found)


def test_places_are_those_of_the_text() -> None:
    lines = WRONG.splitlines()
    for problem in check(WRONG).faults:
        assert problem.line is not None
        assert problem.column is not None
        assert lines[problem.line - 1][problem.column - 1] not in " ,:"


def test_the_minimum_is_enough() -> None:
    definition = sound(HEAD + "command: [/usr/bin/true]\n")
    assert definition.title == "example"
    assert definition.parameters == {"type": "object", "properties": {}, "additionalProperties": False}
    assert not definition.network
    assert definition.deterministic


def test_what_is_missing_is_named() -> None:
    missing = {text.partition(" ")[0] for _, text in faults("title: x\n")}
    assert missing == {"kind", "name", "version", "image", "command"}


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n---\n"])
def test_nothing_is_no_definition(text: str) -> None:
    assert faults(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- a\n", "must be a mapping"),
        ("kind: [\n", "this is not YAML"),
        ("a: \x01\n", "this is not YAML"),
        ('a: "\\UFFFFFFFF"\n', "this is not YAML"),
        ("kind: Tool\n---\nkind: Tool\n", "second document"),
        ("a: &x [1]\nb: *x\n", "aliases"),
        ("a: &x 1\n", "anchors"),
        ("a: !!python/object:os.system x\n", "tags"),
        ("a: 1\na: 2\n", "a second time; first in line 1"),
        ("a: .inf\n", "JSON does not carry"),
        ("a: .nan\n", "JSON does not carry"),
        ("a: 1e999\n", "JSON does not carry"),
        (f"a: {'9' * 5000}\n", "JSON does not carry"),
        ('a: "\\0"\n', "NUL"),
        ('a: "\\ud800"\n', "surrogate"),
        ('"\\ud800": a\n', "surrogate"),
        ('"\\0": a\n', "NUL"),
        ("a: {{ x }}\n", "must stand in quotes"),
        ("[a, b]: 1\n", "a list cannot be a key"),
        ("[" * 60 + "]" * 60, "nested deeper"),
        ("{" * 60, "nested deeper"),
        ("? " * 60 + "a", "nested deeper"),
        ("[" + "0," * 30_000 + "]", "more than 20000 values"),
        ("x" * (1 << 20) + "x", "at most 1048576 are read"),
    ],
)
def test_writing_that_is_refused(text: str, says: str) -> None:
    assert any(says in fault for _, fault in faults(text)), faults(text)


def test_json_is_yaml() -> None:
    text = json.dumps({"kind": "Tool", "name": "x", "version": "1.0.0", "image": "host:", "command": ["/bin/x", "😀ä"]})
    assert "\\ud83d" in text
    assert sound(text).command == ("/bin/x", "😀ä")


def test_yaml_is_read_by_its_core_schema() -> None:
    definition = sound(HEAD + "command: [/bin/x, yes, on, 2026-01-31, '0123', !!str 12]\n")
    assert definition.command == ("/bin/x", "yes", "on", "2026-01-31", "0123", "12")


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("1048576", 1 << 20),
        ("512Mi", 512 << 20),
        ("1.5Gi", 3 << 29),
        ("2G", 2 * 10**9),
        ("4096Ki", 4 << 20),
        ('"2Ti"', 2 << 40),
    ],
)
def test_sizes(written: str, size: int) -> None:
    text = f"{HEAD}command: [/bin/x]\nresources: {{memory: {written}}}\n"
    assert sound(text).resources.memory_bytes == size


@pytest.mark.parametrize(
    "written", ["-1", "512MB", "1e9", "true", "1.5", "''", "[1]", "10Ki", "1000Ti", "0x10Mi", "٣Mi"]
)
def test_sizes_that_are_refused(written: str) -> None:
    fault_at(f"{HEAD}command: [/bin/x]\nresources: {{memory: {written}}}\n", "/resources/memory")


@pytest.mark.parametrize(
    ("key", "hint"),
    [("comand", "command"), ("Parameters", "parameters"), ("enviroment", "environment"), ("ressources", "resources")],
)
def test_a_misspelt_key_is_told_the_right_one(key: str, hint: str) -> None:
    assert fault_at(f"{HEAD}command: [/bin/x]\n{key}: x\n", f"/{key}").endswith(f"did you mean {hint}?")


@pytest.mark.parametrize(
    "image",
    [
        "python:3.13", "docker.io/library/python:3.13-slim", "localhost:5000/a/b", "ghcr.io/x/y-z_w:v1.0",
        "registry:5000/x", "a/b@sha256:" + "0" * 64, "python", "host:", "station:",
    ],
)  # fmt: skip
def test_images(image: str) -> None:
    assert sound(HEAD.replace("station:", image) + "command: [/bin/x]\n").image == image


@pytest.mark.parametrize(
    "image",
    [
        "",
        "host:/usr/bin/true",
        "station",
        "host",
        "Python:3",
        "a//b",
        "https://x/y",
        "x y",
        "x@sha256:abc",
        "x:",
        "-x",
        "a:b:c",
    ],
)
def test_images_that_are_refused(image: str) -> None:
    fault_at(HEAD.replace("station:", image) + "command: [/bin/x]\n", "/image")


def test_an_image_that_may_move_is_doubted() -> None:
    assert "/image" in warnings(HEAD.replace("station:", "python:3.13") + "command: [/bin/x]\n")


def test_what_is_legal_but_dubious_is_warned_of() -> None:
    texts = " ".join(problem.text for problem in check(HEAD + "command: [/bin/x]\nnetwork: true\n").warnings)
    for doubt in ("no description", "no outputs", "no limits", "never reused"):
        assert doubt in texts
    soft = check(HEAD + "command: [/bin/x]\nlimits: {hard_seconds: 5}\nretry: {attempts: 2}\n").warnings
    assert {problem.where for problem in soft} >= {"/limits", "/retry"}


def test_reasons_to_retry_are_reasons_of_runs() -> None:
    assert {reason.value for reason in Reason} >= RETRY_REASONS


def test_reasons_to_retry_may_be_handed_in() -> None:
    text = HEAD + "command: [/bin/x]\nretry: {attempts: 2, on: [flood]}\n"
    assert check(text, reasons=["flood"]).definition is not None
    assert check(text).definition is None


def test_the_normalised_form_is_a_definition_itself_and_changes_nothing() -> None:
    for text in (FULL, *builtin_texts()):
        definition = sound(text)
        normal = json.dumps(write_definition(definition))
        assert sound(normal) == definition
        assert read_definition(json.loads(normal)) == definition
        assert sound(normal).revision == definition.revision


def test_the_revision_hangs_on_what_is_said_and_not_on_how() -> None:
    rewritten = FULL.replace("memory: 512Mi", "memory: 536870912").replace("kind: Tool", "# comment\nkind: 'Tool'")
    assert sound(rewritten).revision == sound(FULL).revision
    for old, new in (("pids: 64", "pids: 65"), ("Mosaic", "mosaic"), ("sha256:11", "sha256:21"), ("a=b", "a=c")):
        assert sound(FULL.replace(old, new)).revision != sound(FULL).revision


def test_the_revision_stays_over_releases() -> None:
    assert sound(HEAD + "command: [/bin/x]\n").revision == REVISION


REVISION = "42b6e44be9aca1d318af934a14641cd05aa642a5228afc61bb87a1bc6c95ab5c"


@given(st.text(max_size=200))
def test_no_text_makes_the_check_fail(text: str) -> None:
    checked = check(text)
    assert checked.faults
    assert checked.definition is None


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
_KEYS = [
    "kind", "name", "version", "image", "command", "parameters", "inputs", "outputs", "resources", "limits",
    "environment", "files", "retry",
]  # fmt: skip


@given(st.dictionaries(st.sampled_from(_KEYS), _VALUES))
def test_no_value_of_any_field_makes_the_check_fail(fields: Mapping[str, object]) -> None:
    text = json.dumps({"kind": "Tool", "name": "x", "version": "1.0.0", "image": "host:", "command": ["/x"], **fields})
    checked = check(text)
    assert (checked.definition is None) == bool(checked.faults)
