"""A person at a terminal: runs the program as a process of its own, from a folder and a configuration of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fieldstation.client import Station
from fieldstation.client.profile import Profile


@dataclass(frozen=True, kw_only=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def next_step(self) -> str:
        """What the last line of an error says to do."""
        last = self.err.rstrip().splitlines()[-1]
        assert last.startswith("next:"), f"an error must end with the next step, and not:\n{self.err}"
        return last.removeprefix("next:").strip()


_EACH = """
import contextlib, io, json, sys
from fieldstation.cli.main import run

def one(arguments):
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    sys.argv = ["fieldstation", *arguments]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            run()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return {"code": code, "out": out.buffer.getvalue().decode(), "err": err.buffer.getvalue().decode()}

json.dump([one(arguments) for arguments in json.load(sys.stdin)], sys.stdout)
"""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who types; `home` is the folder they are in, `environment` what their shell adds."""

    username: str
    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def fst(self, *arguments: str | Path, typed: str | None = None) -> Done:
        """Run a command to its end, with `typed` on standard input."""
        done = subprocess.run(
            [sys.executable, "-m", "fieldstation", *map(str, arguments)],
            input=typed or "",
            capture_output=True,
            text=True,
            cwd=self.home,
            env=self.shell(),
            timeout=100,
            check=False,
        )
        return Done(code=done.returncode, out=done.stdout, err=done.stderr)

    def each(self, commands: Sequence[Sequence[str]]) -> list[Done]:
        """Run many commands one after the other in one process, which spares the start of each."""
        done = subprocess.run(
            [sys.executable, "-c", _EACH],
            input=json.dumps(commands),
            capture_output=True,
            text=True,
            cwd=self.home,
            env=self.shell(),
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return [Done(**one) for one in json.loads(done.stdout)]

    def ok(self, *arguments: str | Path, typed: str | None = None) -> str:
        """Run a command that must do well and say nothing aside; return what it prints."""
        done = self.fst(*arguments, typed=typed)
        assert (done.code, done.err) == (0, ""), f"fst {' '.join(map(str, arguments))}: {done}"
        return done.out

    def json(self, *arguments: str | Path, typed: str | None = None) -> Any:
        """Run a command with `--json` that must do well; return its one document."""
        return json.loads(self.ok(*arguments, "--json", typed=typed))

    def shell(self) -> dict[str, str]:
        """Return the environment that their programs see: nothing of ours but what every shell has."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("FIELDSTATION_", "XDG_"))}
        return kept | {"XDG_CONFIG_HOME": str(self.home / ".config")} | self.environment

    def station(self) -> Station:
        """Return the station as the Python client reaches it with what `login` kept."""
        kept = json.loads((self.home / ".config" / "fieldstation" / "profile.json").read_text())
        profile = Profile(**kept)
        return Station(profile.url, profile.token)
