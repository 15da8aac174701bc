"""Journals that nobody but one run can write, and that do not depend on what the station keeps.

A run sees nothing of the machine that it could write to and that outlives it, which is what a sandbox is for. But a
named pipe can be written to also where its folder is mounted read-only. So the test puts one pipe for each run into
the tool environment of its own station, which every run sees at `/env`, in a folder that nobody can list and under a
name that only the run's parameters tell. The program begins by appending one line with the number that
this execution drew. The test holds the pipes open, so that nothing waits and nothing is lost, and reads them at the
end: one line for each time that the program was truly started, whatever became of it and whatever the station knows.
Before it does so it prints the same number, so that the log that the station keeps of each attempt tells which line
is that attempt's.
"""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from tests.acceptance.kill.standing import Standing

TOOL = """
kind: Tool
name: journal
version: 1.0.0
title: Append one line to a journal, read all inputs, wait, write one output
image: "station:"
command: [sh, /tool/work.sh, "{{ parameters.journal }}", "{{ parameters.seconds }}"]
parameters:
  type: object
  required: [journal, seconds]
  properties: {journal: {type: string}, seconds: {type: number}}
inputs: {data: {required: false}}
outputs: {result: {glob: result.txt, required: true}}
limits: {hard_seconds: 600}
deterministic: false
files:
  work.sh: |
    set -eu
    drawn=$(cat /proc/sys/kernel/random/uuid)
    echo "$drawn"
    echo "$FIELDSTATION_RUN $drawn" >> "${PATH%%/bin:*}/journal/$1"
    if [ -d /inputs ]; then find /inputs -type f -exec cat {} + > /dev/null; fi
    sleep "$2"
    echo "$FIELDSTATION_RUN $drawn" > result.txt
"""
_MOST_BYTES = 1 << 16


@dataclass(frozen=True, kw_only=True)
class Line:
    """One execution of the program: for which run, and the number it drew."""

    run: str
    drawn: str


class Journals:
    """The journals of one station's runs, by the names that the runs are told; publishes the tool that writes them."""

    def __init__(self, standing: Standing) -> None:
        with standing.station() as station:
            station.tools.publish(TOOL)
        (python,) = standing.data.glob("env/*/bin/python3")
        self._folder = python.parent.parent / "journal"
        self._folder.mkdir()
        self._folder.chmod(0o711)
        self._open: dict[str, int] = {}

    def make(self) -> str:
        """Make an empty journal and return its name."""
        name = secrets.token_hex(8)
        os.mkfifo(self._folder / name)
        (self._folder / name).chmod(0o622)
        self._open[name] = os.open(self._folder / name, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        return name

    def take(self, name: str) -> Sequence[Line]:
        """Return the lines that were appended since the last time, in the order in which they were."""
        try:
            said = os.read(self._open[name], _MOST_BYTES).decode()
        except BlockingIOError:
            return []
        return [Line(run=run, drawn=drawn) for run, drawn in (line.split() for line in said.splitlines())]

    def __enter__(self) -> "Journals":
        return self

    def __exit__(self, *_error: object) -> None:
        for descriptor in self._open.values():
            os.close(descriptor)
