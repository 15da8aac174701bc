"""Pages that speak of the code must say what the code says."""

import json
import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from fieldstation.core.runs.model.states import MOVES
from scripts.reference import out_of_date

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
_CONSOLE = json.loads((ROOT / "web" / "package.json").read_text())
_NAME = re.compile(r"[@A-Za-z0-9._/-]+")
GROUPS = {
    "Of a station": _PROJECT["project"]["dependencies"],
    "Of the extra `chemistry`": _PROJECT["project"]["optional-dependencies"]["chemistry"],
    "Of its development": _PROJECT["dependency-groups"]["dev"],
    "Of its documentation": _PROJECT["dependency-groups"]["docs"],
    "Console": list(_CONSOLE["dependencies"]),
    "Of the console's development": list(_CONSOLE["devDependencies"]),
}


def _names(requirements: list[str]) -> set[str]:
    return {found.group() for requirement in requirements if (found := _NAME.match(requirement))}


@pytest.mark.parametrize("group", GROUPS)
def test_every_dependency_is_justified(group: str) -> None:
    page = (DOCS / "reference" / "dependencies.md").read_text()
    section = page.partition(f"## {group}\n")[2].partition("\n## ")[0]
    justified = {line.split("|")[1].strip() for line in section.splitlines() if line.startswith("|")}
    justified -= {"package", "---"}
    wanted = _names(GROUPS[group])
    assert justified >= wanted, f"give docs/reference/dependencies.md a line for {', '.join(wanted - justified)}"
    assert wanted >= justified, f"docs/reference/dependencies.md names what is gone: {', '.join(justified - wanted)}"


def test_the_drawing_shows_the_moves_that_runs_make() -> None:
    drawing = ElementTree.parse(DOCS / "_static" / "life-of-a-run.svg")
    drawn = {move for path in drawing.iter() for move in path.get("data-moves", "").split()}
    made = {f"{state}>{after}" for state, allowed in MOVES.items() for after in allowed}
    assert drawn - {"submit>queued", "submit>held"} == made, "docs/_static/life-of-a-run.svg and MOVES differ"


def test_every_variable_is_documented() -> None:
    pages = [(DOCS / "reference" / name).read_text() for name in ("settings.md", "tool-definition.md")]
    sources = (path.read_text() for path in (ROOT / "src").rglob("*.py") if "testing" not in path.parts)
    named = {name for text in sources for name in re.findall(r"\bFIELDSTATION_[A-Z_]*[A-Z]\b", text)}
    unknown = {name for name in named if "_TEST_" not in name and not any(f"`{name}`" in page for page in pages)}
    assert not unknown, f"docs/reference/settings.md does not name {', '.join(sorted(unknown))}"


def test_the_tables_of_the_reference_are_what_the_code_says() -> None:
    stale = out_of_date()
    assert not stale, f"run `make docs`: {', '.join(stale)} in docs/reference are out of date"


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_links_lead_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", (ROOT / page).read_text())
    broken = [link for link in links if "://" not in link and not (ROOT / link).exists()]
    assert not broken, f"{page} links to what is not there: {', '.join(broken)}"
