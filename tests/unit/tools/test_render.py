"""From values to arguments: whatever a value holds, it changes only the elements that name it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstation.core.tools.model.definition import Definition
from fieldstation.core.tools.model.render import Folders, fill, render
from fieldstation.kernel.errors import Invalid
from tests.unit.tools.definitions import sound, tool

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "text": {"type": "string", "default": ""},
        "number": {"type": "number", "default": 0},
        "flag": {"type": "boolean", "default": False},
        "words": {"type": "array", "items": {"type": "string"}, "default": []},
        "anything": {"default": None},
        "maybe": {},
    },
}
COMMAND = """[/bin/x, "{{ parameters.text }}", "--text={{ parameters.text }}:{{parameters.number}}",
 "{{ parameters.words }}", "w={{ parameters.words }}",
 {when: parameters.flag, args: [--flag, "{{ parameters.text }}"]}, {when: not parameters.flag, args: [--no-flag]},
 "{{ parameters.anything }}", {when: parameters.maybe, args: ["--maybe={{ parameters.maybe }}"]},
 "{{ inputs.one }}", "{{ inputs.many }}", "{{ outputs }}/{{ parameters.number }}", "{{ tool }}",
 "{{ '{{' }} tool }}", end]"""
INPUTS = "{one: {}, many: {many: true}}"

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
NASTY = TEXTS | st.sampled_from(
    [
        "{{ parameters.text }}",
        "{{ tool }}",
        "$(reboot)",
        "; rm -rf /",
        "' \" `",
        "-c",
        "--",
        "a\nb",
        "\\",
        "%s",
        "*",
        " ",
    ]
)


@pytest.fixture(scope="module")
def definition() -> Definition:
    return sound(tool(COMMAND.replace("\n", ""), parameters=SCHEMA, inputs=INPUTS))


@given(
    text=NASTY,
    number=st.integers(-(2**53) + 1, 2**53 - 1),
    flag=st.booleans(),
    words=st.lists(NASTY, max_size=4, unique=True),
    many=st.lists(NASTY.filter(bool), min_size=1, max_size=4),
)
def test_values_never_break_out_of_their_elements(
    definition: Definition, text: str, number: int, flag: bool, words: list[str], many: list[str]
) -> None:
    given_values = {"text": text, "number": number, "flag": flag, "words": words}
    argv = render(definition, fill(definition, given_values), {"one": ["/inputs/one/a b"], "many": many})
    expected = ["/bin/x", text, f"--text={text}:{number}", *words]
    assert argv[: len(expected)] == expected
    rest = argv[len(expected) :]
    assert rest[0].startswith("w=[")
    group = ["--flag", text] if flag else ["--no-flag"]
    tail = ["null", "/inputs/one/a b", *many, f"/outputs/{number}", "/tool", "{{ tool }}", "end"]
    assert rest[1:] == [*group, *tail]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"),
        (False, "false"),
        (None, "null"),
        (1.0, "1"),
        (1e21, "1e+21"),
        (0.1, "0.1"),
        (-0.0, "0"),
        ("ä\n", "ä\n"),
        ({"b": 1, "a": [True, "x"]}, '{"a":[true,"x"],"b":1}'),
    ],
)
def test_values_are_written_in_one_way(definition: Definition, value: Any, written: str) -> None:
    argv = render(definition, fill(definition, {"anything": value}), {"one": ["1"], "many": ["2"]})
    assert argv[argv.index("--no-flag") + 1] == written


def test_a_list_is_several_elements_alone_and_json_inside_a_text(definition: Definition) -> None:
    values = {"words": ["a b", "c"], "anything": [1, {"x": None}, "y"]}
    argv = render(definition, fill(definition, values), {"one": ["1"], "many": ["2"]})
    assert argv[3:6] == ["a b", "c", 'w=["a b","c"]']
    at = argv.index("--no-flag")
    assert argv[at + 1 : at + 4] == ["1", '{"x":null}', "y"]


@pytest.mark.parametrize(
    ("value", "given_then"),
    [
        (0, True),
        (0.0, True),
        ("x", True),
        (True, True),
        ([0], True),
        ("", False),
        (False, False),
        (None, False),
        ([], False),
    ],
)
def test_groups_are_given_for_what_is_there(definition: Definition, value: Any, given_then: bool) -> None:
    argv = render(definition, fill(definition, {"maybe": value}), {"one": ["1"], "many": ["2"]})
    assert any(argument.startswith("--maybe=") for argument in argv) is given_then


def test_optional_inputs_and_other_folders() -> None:
    with_mask, without = (
        '{when: inputs.mask, args: ["--mask={{ inputs.mask }}"]}',
        "{when: not inputs.mask, args: [--whole]}",
    )
    text = tool(f'[/bin/x, {with_mask}, {without}, "{{{{ outputs }}}}"]', inputs="{mask: {required: false}}")
    definition = sound(text)
    folders = Folders(outputs="/out", tool="/t")
    assert render(definition, {}, {}, folders) == ["/bin/x", "--whole", "/out"]
    assert render(definition, {}, {"mask": ["/inputs/mask/m.tif"]}, folders) == [
        "/bin/x",
        "--mask=/inputs/mask/m.tif",
        "/out",
    ]


def test_all_parameters_can_be_handed_over_at_once() -> None:
    definition = sound(tool('[/bin/x, "--all={{ parameters }}", "{{ parameters }}"]', parameters=SCHEMA))
    argv = render(definition, fill(definition, {"text": "x"}), {})
    expected = '{"anything":null,"flag":false,"number":0,"text":"x","words":[]}'
    assert argv == ["/bin/x", f"--all={expected}", expected]


def test_what_no_program_takes_is_refused() -> None:
    definition = sound(tool('[/bin/x, "{{ inputs.many }}"]', inputs="{many: {many: true}}"))
    assert len(render(definition, {}, {"many": ["/inputs/many/" + "x" * 87] * 10_000})) == 10_001
    for paths in (["x" * 200_000], ["/inputs/many/" + "x" * 87] * 20_000):
        with pytest.raises(Invalid) as error:
            render(definition, {}, {"many": paths})
        assert error.value.reason == "command_too_long"
