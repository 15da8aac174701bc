"""The tool environment: every run can use its Python, whichever of the two ways it was made."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fieldstation.engines.local.environment import prepare_environment
from fieldstation.engines.process import ProcessEngine
from fieldstation.engines.sandbox import SandboxEngine
from fieldstation.ports.engine import Engine
from fieldstation.testing.engine import EngineBench, refused
from tests.integration.engines.sandbox import AS_ROOT, UID, needs_bubblewrap

pytestmark = needs_bubblewrap

SYSTEM = (Path("/usr/bin/python3"),)
NONE: tuple[Path, ...] = ()
_LIBRARIES = "import ctypes, hashlib, json, sqlite3, ssl, sys, zlib; print(sys.version_info >= (3, 11), sys.prefix)"


class TestEnvironment(EngineBench):
    engine_class: type[SandboxEngine] | type[ProcessEngine] = SandboxEngine
    image = "station:"
    environment: Path | None = None

    def make_engine(self, attempts: Path) -> Engine:
        return self.engine_class(attempts, station_environment=self.environment)

    def use(self, candidates: tuple[Path, ...]) -> Path:
        """Make an environment and an engine that shows it."""
        self.environment = prepare_environment(self.folder, candidates)
        self.reopen()
        return self.environment

    @pytest.mark.parametrize("candidates", [SYSTEM, NONE], ids=["system", "copy"])
    @pytest.mark.parametrize("engine_class", [SandboxEngine, ProcessEngine])
    def test_python_is_on_the_path_and_complete(
        self, candidates: tuple[Path, ...], engine_class: type[SandboxEngine] | type[ProcessEngine]
    ) -> None:
        self.engine_class = engine_class
        folder = self.use(candidates)
        assert self.engine.traits.image_kinds == {"host", "station"}
        spec = self.spec("python3", "-c", _LIBRARIES, uid=UID if AS_ROOT else None)
        handle = self.engine.submit(spec)
        assert self.wait(handle).exit_code == 0
        version, prefix = self.said(handle).split()
        shown = "/env" if engine_class is SandboxEngine else str(folder)
        assert (version, prefix) == ("True", "/usr" if candidates else shown)

    def test_copy_is_open_to_all_and_writable_by_none_of_them(self) -> None:
        folder = prepare_environment(self.folder, NONE)
        for path in [folder, *folder.rglob("*")]:
            mode = path.lstat().st_mode
            if not stat.S_ISLNK(mode):
                assert mode & 0o004
                assert not mode & 0o022
                assert not stat.S_ISDIR(mode) or mode & 0o001

    def test_runs_cannot_change_it(self) -> None:
        self.use(NONE)
        handle = self.engine.submit(self.shell("echo x > /env/bin/python3; rm /env/bin/python3; touch /env/x"))
        assert self.wait(handle).exit_code != 0
        assert not [path for path in self.folder.rglob("x") if path.parent == self.environment]

    def test_name_says_what_it_holds(self) -> None:
        first, copied = prepare_environment(self.folder, SYSTEM), prepare_environment(self.folder, NONE)
        assert first == prepare_environment(self.folder, SYSTEM)
        assert first != copied
        assert {path.name for path in (self.folder / "env").iterdir()} == {first.name, copied.name}

    def test_made_by_several_at_once(self) -> None:
        with ThreadPoolExecutor(4) as pool:
            made = set(pool.map(lambda _: prepare_environment(self.folder, SYSTEM), range(4)))
        assert len(made) == 1
        assert (made.pop() / "bin" / "python3").exists()

    def test_python_that_is_not_open_to_all_is_not_used(self) -> None:
        private = self.folder / "private"
        private.mkdir(mode=0o700)
        (private / "python3").symlink_to("/usr/bin/python3")
        hidden = private / "own"
        hidden.write_text("#!/bin/sh\necho 3.99.0\n")
        hidden.chmod(0o755)
        assert prepare_environment(self.folder, (hidden,)) == prepare_environment(self.folder, NONE)

    def test_without_one_station_tools_are_refused(self) -> None:
        assert refused(self.engine, self.spec("python3")) == "image_not_found"
