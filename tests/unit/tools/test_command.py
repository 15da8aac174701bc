"""What a command may hold: placeholders that exist, and no way for a value to become program text."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstation.core.tools.model.template import (
    BadTemplate,
    Condition,
    Placeholder,
    Source,
    read_condition,
    read_template,
)
from tests.unit.tools.definitions import fault_at, faults, sound, tool, warnings

PARAMETERS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "default": "x", "title": "Name"},
        "mode": {"type": "string", "enum": ["a", "b"], "default": "a", "title": "Mode"},
        "maybe": {"type": "string", "title": "Maybe"},
        "must": {"type": "string", "title": "Must"},
    },
    "required": ["must"],
}
INPUTS = "{table: {}, extra: {required: false}}"


def command(text: str) -> str:
    return tool(text, parameters=PARAMETERS, inputs=INPUTS)


@pytest.mark.parametrize(
    ("element", "parts"),
    [
        ("plain", ("plain",)),
        ("", ()),
        ("{{ tool }}/main.py", (Placeholder(source=Source.TOOL), "/main.py")),
        ("{{outputs}}", (Placeholder(source=Source.OUTPUTS),)),
        ("a{{ parameters.x }}b", ("a", Placeholder(source=Source.PARAMETERS, name="x"), "b")),
        ("{{ parameters }}", (Placeholder(source=Source.PARAMETERS),)),
        ("{{ inputs.a-b_1 }}", (Placeholder(source=Source.INPUTS, name="a-b_1"),)),
        ("{{ '{{' }} x }}", ("{{", " x }}")),
        ("}} {x} $y %s `z`", ("}} {x} $y %s `z`",)),
    ],
)
def test_elements(element: str, parts: tuple[object, ...]) -> None:
    assert read_template(element) == parts


@pytest.mark.parametrize(
    "element",
    [
        "{{ x", "{{ x }}", "{{ parameters. }}", "{{ parameters.a.b }}", "{{ inputs }}", "{{}}", "{{ 1 + 1 }}",
        "{{ outputs.x }}", "{{ parameters['x'] }}", "{{ parameters.x | upper }}", "{{ {{ tool }} }}", "{{ tool }} {{",
        "{{ parameters.ä }}",
    ],
)  # fmt: skip
def test_elements_that_are_refused(element: str) -> None:
    with pytest.raises(BadTemplate):
        read_template(element)


@given(st.text())
def test_text_without_braces_stands_for_itself(element: str) -> None:
    if "{{" not in element:
        assert "".join(map(str, read_template(element))) == element


@given(st.text())
def test_whatever_stands_in_braces_is_known_or_refused(inside: str) -> None:
    with suppress(BadTemplate):
        assert read_template("{{" + inside + "}}")


def test_conditions() -> None:
    subject = Placeholder(source=Source.PARAMETERS, name="x")
    assert read_condition("parameters.x") == Condition(subject=subject, wanted=True)
    assert read_condition(" not  parameters.x ") == Condition(subject=subject, wanted=False)
    for text in ("x", "parameters", "not", "parameters.x == 1", "notparameters.x", "{{ parameters.x }}", "tool"):
        with pytest.raises(BadTemplate):
            read_condition(text)


def test_what_does_not_exist_is_named_with_what_does() -> None:
    said = fault_at(command('[/bin/x, "{{ parameters.nmae }}"]'), "/command/1")
    assert said == "there is no parameter 'nmae': did you mean name?"
    said = fault_at(command('[/bin/x, "{{ inputs.tabel }}"]'), "/command/1")
    assert said == "there is no input 'tabel': did you mean table?"
    fault_at(command("[/bin/x, {when: parameters.nmae, args: []}]"), "/command/1/when")


@pytest.mark.parametrize("placeholder", ["parameters.maybe", "inputs.extra"])
def test_what_may_be_absent_needs_a_guard(placeholder: str) -> None:
    bare = f'"--x={{{{ {placeholder} }}}}"'
    assert "may be absent" in fault_at(command(f"[/bin/x, {bare}]"), "/command/1")
    assert "may be absent" in fault_at(
        command(f"[/bin/x, {{when: not {placeholder}, args: [{bare}]}}]"), "/command/1/args/0"
    )
    assert "may be absent" in fault_at(
        command(f"[/bin/x, {{when: parameters.name, args: [{bare}]}}]"), "/command/1/args/0"
    )
    sound(command(f"[/bin/x, {{when: {placeholder}, args: [{bare}]}}]"))


def test_what_is_always_there_needs_none() -> None:
    sound(command('[/bin/x, "--a={{ parameters.name }}", "--b={{ parameters.must }}", "{{ inputs.table }}"]'))


@pytest.mark.parametrize(
    "text",
    [
        '["{{ parameters.name }}"]',
        '["{{ inputs.table }}"]',
        '["/opt/{{ parameters.mode }}/run"]',
        "[{when: parameters.maybe, args: [/bin/x]}]",
    ],
)
def test_the_program_itself_is_fixed(text: str) -> None:
    found = faults(command(text))
    assert any("must be fixed" in said for _, said in found)


def test_a_program_among_the_tools_files_is_fixed() -> None:
    sound(command('["{{ tool }}/run.sh", "--name={{ parameters.name }}"]'))


@pytest.mark.parametrize(
    "text",
    [
        '[sh, -c, "echo {{ parameters.name }}"]',
        '[/bin/bash, -c, "cat {{ inputs.table }}"]',
        '[bash, -eu, -o, pipefail, -c, "{{ parameters.name }}"]',
        '[bash, -euc, "x {{ parameters.name }}"]',
        '[bash, -c, -e, "x {{ parameters.name }}"]',
        '[bash, -c, --, "x {{ parameters.name }}"]',
        '[bash, -c, "cd {{ outputs }}"]',
        '[/usr/bin/env, -i, bash, -c, "{{ parameters.name }}"]',
        '[timeout, "5", sh, -c, "{{ parameters.name }}"]',
        '[sh, {when: parameters.name, args: [-c, "{{ parameters.name }}"]}]',
        '[busybox, ash, -c, "{{ parameters.name }}"]',
        '[sh, "{{ parameters.name }}"]',
        '[sh, -x, "{{ parameters.name }}", file]',
        '[python3, -c, "print({{ parameters.name }})"]',
        '[/usr/bin/python3.11, -I, -c, "print({{ parameters.name }})"]',
        '[perl, -e, "{{ parameters.name }}"]',
        '[node, --eval, "{{ parameters.name }}"]',
        '[Rscript, -e, "{{ parameters.name }}"]',
    ],
)
def test_no_value_stands_inside_program_text(text: str) -> None:
    found = faults(command(text))
    assert len(found) == 1
    assert "run as code" in found[0][1] or "what a shell runs" in found[0][1]


@pytest.mark.parametrize(
    "text",
    [
        """[sh, -c, 'grep -- "$1" "$2"', sh, "{{ parameters.name }}", "{{ inputs.table }}"]""",
        '[bash, -eu, "{{ tool }}/run.sh", "{{ parameters.name }}"]',
        '[bash, "{{ inputs.table }}", "--name={{ parameters.name }}"]',
        '[python3, "{{ tool }}/main.py", -c, "{{ parameters.name }}"]',
        '[python3, -m, module, -c, "{{ parameters.name }}"]',
        '[grep, -c, "--regexp={{ parameters.name }}"]',
        '[/opt/x, sh, -c, "--x={{ parameters.name }}"]',
    ],
)
def test_values_may_stand_beside_program_text(text: str) -> None:
    sound(command(text))


def test_the_way_out_is_told() -> None:
    said = fault_at(command('[sh, -c, "echo {{ parameters.name }}"]'), "/command/2")
    assert '"$1"' in said


def test_a_text_that_may_look_like_an_option_is_doubted() -> None:
    assert "/command/1" in warnings(command('[/bin/x, "{{ parameters.name }}"]'))
    for safe in (
        '[/bin/x, --name, "{{ parameters.name }}"]',
        '[/bin/x, "--name={{ parameters.name }}"]',
        '[/bin/x, --, "{{ parameters.name }}"]',
        '[/bin/x, "{{ parameters.mode }}"]',
    ):
        assert not [place for place in warnings(command(safe)) if place.startswith("/command")]


def test_an_empty_command_is_refused() -> None:
    assert "is empty" in fault_at(command("[]"), "/command")
