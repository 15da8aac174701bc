"""Files of the kinds that public repositories hold: checked, and their tests resolved, with no station."""

from pathlib import Path

import pytest

from fieldstation.cli.tool_check import tool_check
from fieldstation.cli.tool_resolve import tool_resolve
from tests.unit.tools.kinds import KINDS
from tests.unit.tools.resolving import as_told
from tests.unit.tools.test_tool_resolve import printed


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_checked_and_resolved(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted, file = KINDS[kind], tmp_path / "jobs.yaml"
    file.write_text(wanted.text("kinds"))
    code, checked = printed(lambda: tool_check([str(file)], as_json=True), capsys)
    broken = kind == "broken"
    assert (code, len(checked["faults"])) == ((1, 1) if broken else (0, 0)), checked["faults"]
    _, strict = printed(lambda: tool_check([str(file)], strict=True, as_json=True), capsys)
    found = [fault["where"] for fault in strict["faults"]]
    assert len(found) == len(wanted.faults)
    assert not [fault for fault in wanted.faults if not any(fault in where for where in found)], found
    _, resolved = printed(lambda: tool_resolve([str(file)], tests=True, as_json=True), capsys)
    told = {f"{entry['job']} {entry['test']}": as_told(entry) for entry in resolved if "test" in entry}
    told |= {f"{entry['job']} one": as_told(entry) for entry in resolved if "test" not in entry}
    assert set(told) == set(wanted.runs)
    for name, run in wanted.runs.items():
        assert told[name] == run or (run.startswith("error: ") and told[name].startswith(run)), (name, told[name])
