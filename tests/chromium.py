"""Debian's Chromium, in which the console is tested."""

import os
import shutil
import subprocess

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """Return the path of the browser, installing it where we may; skips where there is none to be had."""
    if (found := _found()) is None and shutil.which("apt-get"):
        _install()
        found = _found()
    if found is None:
        pytest.skip("chromium is not here (sudo apt-get install chromium): the console is not tested in a browser")
    return found


def _found() -> str | None:
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def _install() -> None:
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if as_root and not (shutil.which("sudo") and _runs(*as_root, "true")):
        return
    apt = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=100"]
    _runs(*apt, "update")
    _runs(*apt, "install", "-y", "--no-install-recommends", "chromium")


def _runs(*words: str) -> bool:
    return subprocess.run(words, capture_output=True, check=False).returncode == 0
