"""Programs in a container image: they see the image and what was mounted into it, and nothing of the machine."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from fieldstation.engines.sandbox import SandboxEngine
from fieldstation.ports.engine import Engine, EngineRefused, Handle, Mount, RunSpec, Stream
from tests.containers import need_containers
from tests.integration.engines.sandbox import AS_ROOT, UID, Sandboxed, needs_bubblewrap

pytestmark = needs_bubblewrap
_HEX = "ab" * 32


class TestImages(Sandboxed):
    image = f"oci:sha256:{_HEX}"

    def make_engine(self, attempts: Path) -> Engine:
        need_containers()
        self.root = self.folder / "images" / _HEX / "root"
        if not self.root.exists():
            (self.root / "bin").mkdir(parents=True)
            for folder in ("etc", "data/inner", "work", "tmp", "outputs"):
                (self.root / folder).mkdir(parents=True)
            shutil.copy("/bin/busybox", self.root / "bin" / "busybox")
            for name in ("sh", "cat", "ls", "id", "env", "touch", "true", "readlink", "grep"):
                (self.root / "bin" / name).symlink_to("busybox")
            (self.root / "etc" / "hostname").write_text("from the image\n")
            (self.root / "data" / "inner" / "own").write_text("of the image\n")
            (self.root / "tmp" / "left").write_text("by its author\n")
            (self.root / "usr").symlink_to("/etc")  # leads, if followed on the machine, to the machine's own
            (self.root / "data" / "away").symlink_to("/etc")
        return SandboxEngine(attempts, images=self.folder / "images")

    def said_in(self, script: str, **changes: Any) -> str:
        handle = self.engine.submit(self._script(script, **changes))
        seen = self.wait(handle)
        assert seen.exit_code == 0, f"{seen}\n{self.said(handle, Stream.STDERR)}"
        return self.said(handle)

    def _script(self, script: str, **changes: Any) -> RunSpec:
        return self.spec("/bin/sh", "-c", script, **{"uid": UID if AS_ROOT else None, **changes})

    def test_a_program_sees_its_image_and_not_the_machine(self) -> None:
        said = self.said_in(
            "ls -a / /etc; cat /etc/hostname; ls -A /tmp; ls /usr/; test -e /lib64 || echo no libraries"
        )
        assert "from the image" in said
        assert "left" not in said
        assert said.rstrip().endswith("hostname\nno libraries"), "its links are its own"
        assert ".." in said.split()

    def test_nothing_of_it_can_be_written(self) -> None:
        tries = ("/new", "/bin/new", "/data/new", "/etc/hostname", "/data/inner/own", "/data/mine/new")
        script = "; ".join(f"touch {place} 2>/dev/null && echo {place}" for place in tries)
        mount = Mount(source=self._given(), target="/data/mine")
        assert self.said_in(f"{script}; touch /tmp/x /outputs/x && echo both", mounts=[mount]) == "both\n"
        assert not (self.root / "tmp" / "x").exists()

    def test_what_is_mounted_lies_inside_the_image(self) -> None:
        places = ["/data/inner/deep/mine", "/work", "/new/place"]
        mounts = [Mount(source=self._given(), target=place) for place in places]
        said = self.said_in(
            "cat /data/inner/own /data/inner/deep/mine/text /work/text /new/place/text; ls /data; cat /secret/file",
            mounts=mounts, files={"/secret/file": b"sealed\n"},
        )  # fmt: skip
        assert said == "of the image\ngiven\ngiven\ngiven\naway\ninner\nsealed\n"

    def test_a_mount_behind_a_link_of_the_image_is_refused(self) -> None:
        for place in ("/data/away/mine", "/usr/mine"):
            with pytest.raises(EngineRefused, match="behind a link"):
                self._submitted(mounts=[Mount(source=self._given(), target=place)])
        for place in ("/proc/mine", "/tmp/mine", "/outputs/mine", "/run/mine"):
            with pytest.raises(EngineRefused, match="hide a part"):
                self._submitted(mounts=[Mount(source=self._given(), target=place)])

    def test_an_image_that_is_not_here_is_refused(self) -> None:
        for image in (f"oci:sha256:{'cd' * 32}", "oci:sha256:../..", "oci:", f"oci:md5:{_HEX}", "docker.io/x:1"):
            with pytest.raises(EngineRefused) as refused:
                self._submitted(image=image)
            assert refused.value.reason == "image_not_found"

    def test_it_is_told_what_its_author_said(self) -> None:
        said = self.said_in("env; id -u", environment={"PATH": "/bin", "GREETING": "hello"})
        assert "GREETING=hello" in said
        assert "PATH=/bin\n" in said
        assert said.endswith("65534\n")

    def _given(self) -> Path:
        folder = self.folder / "given"
        folder.mkdir(exist_ok=True)
        (folder / "text").write_text("given\n")
        folder.chmod(0o755)
        return folder

    def _submitted(self, **changes: Any) -> Handle:
        return self.engine.submit(self._script("true", **changes))
