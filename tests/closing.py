"""House rules of a test run: what was skipped is said aloud, and counts grow in a soak.

- Where `CI` is set a skipped test fails the run, unless its reason holds one of the texts in
  `FIELDSTATION_TEST_MAY_SKIP` (separated by commas).
- Files of tests lie in a folder of this run, kept when it fails. pytest's own cleaning of earlier runs is not used: it
  gives up on the very deep folders that some tests make, and would fail a run for what another one left.
- With `FIELDSTATION_TEST_SOAK` set, `scale.of(name, small, full)` gives the full counts, and what each test counted
  goes to soak/latest.json.
"""

import json
import os
import platform
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

SOAK = "FIELDSTATION_TEST_SOAK"
MAY_SKIP = "FIELDSTATION_TEST_MAY_SKIP"
_PROPERTY = "soak."
_PLACE = pytest.StashKey[Path]()


@dataclass(frozen=True)
class Scale:
    """How much a test does: little in CI, all of it in a soak. What is counted goes into the test's report."""

    full: bool
    record: Callable[[str, object], None]

    def of(self, name: str, small: int, full: int) -> int:
        """Return how many `name` this test shall do, and count them as done."""
        chosen = full if self.full else small
        self.count(name, chosen)
        return chosen

    def count(self, name: str, done: int) -> None:
        """Count that `done` of `name` were done; the last count of a name stands."""
        self.record(_PROPERTY + name, done)


@pytest.fixture
def scale(record_property: Callable[[str, object], None]) -> Scale:
    """Give the scale of this run."""
    return Scale(full=bool(os.environ.get(SOAK)), record=record_property)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Give this run a folder of its own for the files of its tests; workers of xdist share it."""
    if config.option.basetemp is None and not hasattr(config, "workerinput"):
        place = Path(tempfile.mkdtemp(prefix="fst-files-"))
        config.option.basetemp = place / "tests"
        config.stash[_PLACE] = place


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests of the soak for the soak."""
    if not os.environ.get(SOAK):
        later = [item for item in items if item.get_closest_marker("soak")]
        items[:] = [item for item in items if item not in later]
        config.hook.pytest_deselected(items=later)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was skipped, and why that fails the run or not."""
    refused = _refused(terminalreporter)
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        text = f"{len(skipped)} SKIPPED: this run proves less than it could"
        terminalreporter.section(text, sep="!", yellow=True, bold=True)
    for report in refused:
        terminalreporter.line(f"may not be skipped here: {report.nodeid}: {_reason(report)}", red=True)
    if os.environ.get(SOAK):
        _write_counts(terminalreporter)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run of CI in which something was skipped that may not be."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if isinstance(reporter, pytest.TerminalReporter) and _refused(reporter) and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    place = session.config.stash.get(_PLACE, None)
    if place is not None and session.exitstatus == pytest.ExitCode.OK:
        subprocess.run(["chmod", "-R", "u+rwX", place], check=False, stderr=subprocess.DEVNULL)
        subprocess.run(["rm", "-rf", place], check=False)


def _refused(reporter: pytest.TerminalReporter) -> list[pytest.TestReport]:
    if not os.environ.get("CI"):
        return []
    allowed = [text.strip() for text in os.environ.get(MAY_SKIP, "").split(",") if text.strip()]
    skipped: list[pytest.TestReport] = reporter.stats.get("skipped", [])
    return [report for report in skipped if not any(text in _reason(report) for text in allowed)]


def _reason(report: pytest.TestReport) -> str:
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)


def _write_counts(reporter: pytest.TerminalReporter) -> None:
    tests = {}
    for outcome in ("passed", "failed", "error"):
        for report in reporter.stats.get(outcome, []):
            counts = {name[len(_PROPERTY) :]: value for name, value in report.user_properties if _PROPERTY in name}
            if counts:
                tests[report.nodeid] = {"outcome": outcome, **counts}
    totals = {outcome: len(reporter.stats.get(outcome, [])) for outcome in ("passed", "failed", "error", "skipped")}
    target = reporter.config.rootpath / "soak" / "latest.json"
    target.parent.mkdir(exist_ok=True)
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    target.write_text(json.dumps({"machine": machine, "totals": totals, "tests": tests}, indent=2) + "\n")
