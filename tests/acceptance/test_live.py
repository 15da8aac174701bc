"""Runs as they go: logs while they are written, stopping, and commands that are cut off."""

import json
import subprocess
import sys

from tests.acceptance.person import Person


def test_a_log_comes_while_it_is_written_and_a_cancel_ends_it(ada: Person) -> None:
    command = [
        sys.executable,
        "-m",
        "fieldstation",
        "run",
        "submit",
        "sleep",
        "-p",
        "seconds=60",
        "-p",
        "every=0.1",
        "-f",
    ]
    with subprocess.Popen(
        command, cwd=ada.home, env=ada.shell(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as following:
        assert following.stdout is not None
        assert following.stderr is not None
        assert "of 60" in following.stdout.readline()
        [run] = ada.json("run", "list", "--state", "running")["items"]
        assert ada.json("run", "logs", run["id"])["stdout"].startswith("0.0 of 60")
        ada.ok("run", "cancel", run["id"])
        rest, told = following.communicate(timeout=60)
    assert following.returncode == 1
    assert "was canceled" in told
    assert run["id"] in rest
    again = ada.json("run", "cancel", run["id"])
    assert (again["state"], again["reason"]["reason"]) == ("canceled", "stopped_by_user")


def test_follow_with_json_keeps_standard_output_for_the_document(ada: Person) -> None:
    done = ada.fst("run", "submit", "hello", "--follow", "--json")
    assert json.loads(done.out)["state"] == "succeeded"
    assert "Hello" in done.err


def test_a_reader_that_goes_away_is_no_error_worth_a_traceback(ada: Person) -> None:
    shell = f"{sys.executable} -m fieldstation tool show table-summary --json | head -c 1"
    done = subprocess.run(
        ["/bin/sh", "-c", shell], cwd=ada.home, env=ada.shell(), capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "{"
    assert "Traceback" not in done.stderr
