"""The page about definitions says what the check does."""

import re
from pathlib import Path

import pytest

from fieldstation.core.tools.builtin import builtin_texts
from fieldstation.core.tools.model.check import FIELDS
from fieldstation.core.tools.model.validation import FORMATS
from tests.unit.tools.definitions import HEAD, sound, tool, warnings

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "tool-definition.md").read_text()
BLOCKS = re.findall(r"^( *)```yaml\n(.*?)^ *```$", PAGE, re.MULTILINE | re.DOTALL)


def rows(heading: str) -> list[str]:
    """Return the first cells of the tables of one section, without their code marks."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `([^|`]+)`", section, re.MULTILINE)


def test_every_field_has_a_line() -> None:
    assert rows("Fields") == list(FIELDS)


def test_every_built_in_tool_has_a_line() -> None:
    assert sorted(rows("Tools that come with every station")) == sorted(sound(text).name for text in builtin_texts())


def test_every_format_that_is_checked_is_named() -> None:
    line = next(line for line in PAGE.splitlines() if line.startswith("- The formats"))
    assert set(re.findall(r"`([^`]+)`", line)) == set(FORMATS)


def test_the_first_example_is_sound_and_beyond_doubt() -> None:
    assert warnings(BLOCKS[0][1]) == {}


def test_the_example_of_a_shell_is_sound() -> None:
    sound(f"{HEAD}{BLOCKS[1][1].strip()}\ninputs: {{table: {{}}}}\n")


@pytest.mark.parametrize("placeholder", rows("Commands"))
def test_every_placeholder_is_read(placeholder: str) -> None:
    element = placeholder.replace("NAME", "x").replace("SLOT", "x")
    parameters = {"type": "object", "properties": {"x": {"default": 1, "title": "X"}}}
    sound(tool(f'[/bin/x, "{element}"]', parameters=parameters, inputs="{x: {}}"))
