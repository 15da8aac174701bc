"""Container images for tests: written here part by part, and a registry and a client as Debian has them."""

import gzip
import hashlib
import io
import json
import os
import shutil
import socket
import subprocess
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

_PACKAGES = ("skopeo", "docker-registry", "busybox-static")
_PROGRAMS = (Path("/usr/bin/skopeo"), Path("/usr/bin/docker-registry"), Path("/bin/busybox"))
_START_SECONDS = 60.0
_APPLETS = ("sh", "env", "id", "cat", "ls", "echo", "touch", "pwd", "test", "wc", "head", "true", "sleep")


def need_containers() -> None:
    """Fetch from Debian what tests of images need, where we are root; skip where it cannot be had."""
    if not all(place.exists() for place in _PROGRAMS) and os.geteuid() == 0 and shutil.which("apt-get") is not None:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        wait = ["-o", "DPkg::Lock::Timeout=100"]
        install = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *wait, *_PACKAGES]
        if subprocess.run(install, capture_output=True, check=False, env=environment).returncode:
            subprocess.run(["apt-get", "update", "-qq", *wait], capture_output=True, check=False)
            subprocess.run(install, capture_output=True, check=False, env=environment)
    if missing := [place.name for place in _PROGRAMS if not place.exists()]:
        pytest.skip(f"{', '.join(missing)} is not here (sudo apt-get install {' '.join(_PACKAGES)})")


@dataclass(kw_only=True)
class Layer:
    """An archive of a layer in the making."""

    members: list[tuple[tarfile.TarInfo, bytes]] = field(default_factory=list)

    def file(self, path: str, content: bytes = b"", mode: int = 0o644) -> "Layer":
        """Add a file."""
        member = tarfile.TarInfo(path)
        member.size, member.mode, member.mtime = len(content), mode, 1_600_000_000
        self.members.append((member, content))
        return self

    def other(self, path: str, kind: bytes, target: str = "") -> "Layer":
        """Add what is no plain file."""
        member = tarfile.TarInfo(path)
        member.type, member.linkname, member.mode = kind, target, 0o755
        self.members.append((member, b""))
        return self

    def link(self, path: str, target: str) -> "Layer":
        """Add a symbolic link."""
        return self.other(path, tarfile.SYMTYPE, target)

    def bytes(self) -> bytes:
        """Return the archive."""
        written = io.BytesIO()
        with tarfile.open(fileobj=written, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for member, content in self.members:
                archive.addfile(member, io.BytesIO(content))
        return written.getvalue()


def busybox() -> Layer:
    """Return a layer with a shell and its like in /bin."""
    layer = Layer().file("bin/busybox", Path("/bin/busybox").read_bytes(), 0o755)
    for name in _APPLETS:
        layer.link(f"bin/{name}", "busybox")
    return layer.other("etc", tarfile.DIRTYPE).file("etc/os-release", b"ID=tests\n")


def write_layout(folder: Path, layers: Sequence[bytes], name: str = "one", **about: Any) -> Path:
    """Write an OCI layout of one image; of `about`, `config` is how programs start, the rest stands beside it."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def kept(content: bytes, kind: str) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        (blobs / digest).write_bytes(content)
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(content)}

    packed = [kept(gzip.compress(layer, mtime=0), "layer.v1.tar+gzip") for layer in layers]
    plain = [f"sha256:{hashlib.sha256(layer).hexdigest()}" for layer in layers]
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Env": ["PATH=/bin", "GREETING=hello from the image"], "WorkingDir": "/work"},
        "rootfs": {"type": "layers", "diff_ids": plain},
        **about,
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": kept(json.dumps(config).encode(), "config.v1+json"),
        "layers": packed,
    }
    entry = kept(json.dumps(manifest).encode(), "manifest.v1+json")
    entry["annotations"] = {"org.opencontainers.image.ref.name": name}
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return folder


def skopeo(*words: str | Path) -> None:
    """Copy an image as skopeo does."""
    command = ["skopeo", "copy", "--quiet", "--dest-tls-verify=false", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@contextmanager
def running_registry(folder: Path) -> Iterator[str]:
    """Run Docker's registry on a port of this machine's loopback; yields `localhost:PORT`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = {"addr": f"127.0.0.1:{port}"}
    settings = {"version": 0.1, "storage": {"filesystem": {"rootdirectory": str(folder)}}, "http": told}
    (folder / "settings.yml").write_text(json.dumps(settings))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["docker-registry", "serve", folder / "settings.yml"], stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            _wait(f"http://127.0.0.1:{port}/v2/", process)
            yield f"localhost:{port}"
        finally:
            process.terminate()
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + _START_SECONDS
    while True:
        try:
            urllib.request.urlopen(url).close()
            return
        except urllib.error.URLError:
            if process.poll() is not None or time.monotonic() > ends:
                raise
            time.sleep(0.1)
