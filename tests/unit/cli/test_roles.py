"""The roles of a process, by our names and by those of Squonk2's processes."""

import re
from pathlib import Path

import pytest
import typer

from fieldstation.cli.station.serve import roles_of
from fieldstation.wiring.station import ALL_ROLES, IMAGE_ROLES

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "run-a-station.md"


def test_the_processes_of_squonk2_do_together_what_our_roles_do() -> None:
    assert roles_of("API,CTW,MON,PBC,KEW") == roles_of(",".join(ALL_ROLES)) == frozenset(ALL_ROLES)
    assert roles_of("pbc, sweep") == {"follow", "react", "sweep"}
    assert sum(map(len, IMAGE_ROLES.values())) == len(ALL_ROLES)


@pytest.mark.parametrize("words", ["", " , ", "API,cook", "dispatcher"])
def test_what_is_no_role_is_refused_with_those_that_there_are(words: str) -> None:
    with pytest.raises(typer.BadParameter, match="there are api, dispatch"):
        roles_of(words)


def test_the_page_says_what_each_name_means() -> None:
    told = dict(re.findall(r"^\| `([A-Z]{3})` \| (.*) \| .* \|$", PAGE.read_text(), re.MULTILINE))
    assert told == {name: ", ".join(f"`{role}`" for role in roles) for name, roles in IMAGE_ROLES.items()}
