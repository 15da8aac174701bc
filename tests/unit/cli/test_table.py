"""The table of commands says what the commands say of themselves."""

import pytest

from fieldstation.cli.main import COMMANDS, load


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_is_there_and_its_first_line_is_the_one_in_the_table(name: str) -> None:
    command = load(name)
    assert command.name == name
    assert command.help.splitlines()[0] == COMMANDS[name].about
