"""Prometheus's own checker of measures, the installed one or Debian's, unpacked where it starts no service."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_HOME = Path(__file__).parents[1] / "build" / "prometheus"


def promtool() -> str:
    """Return the path of the program; skips where there is neither the program nor a Debian to fetch it from."""
    unpacked = _HOME / "usr" / "bin" / "promtool"
    if not (found := shutil.which("promtool")) and not unpacked.exists() and shutil.which("apt-get"):
        _fetch()
    if not (found := found or shutil.which(str(unpacked))):
        pytest.skip("promtool is not here (Debian package prometheus): the measures are not checked by it")
    return found


def _fetch() -> None:
    """Unpack the package, fetching the lists of packages only where they are missing, which needs root."""
    _HOME.mkdir(parents=True, exist_ok=True)
    download = ["apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", "prometheus"]
    if subprocess.run(download, cwd=_HOME, capture_output=True, check=False).returncode and os.geteuid() == 0:
        lists = ["apt-get", "update", "-qq", "-o", "DPkg::Lock::Timeout=100"]
        subprocess.run(lists, capture_output=True, check=False)
        subprocess.run(download, cwd=_HOME, capture_output=True, check=False)
    for package in _HOME.glob("prometheus_*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, _HOME], check=True)
        package.unlink()
