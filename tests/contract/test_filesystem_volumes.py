"""The folders of projects on a file system."""

import os
import stat
from pathlib import Path

import pytest

from fieldstation.ports.volumes import Owner
from fieldstation.storage.volumes import FilesystemVolumes
from fieldstation.testing.volumes import PROJECT, VolumesContract


class TestFilesystemVolumes(VolumesContract):
    """Everything that the contract asks."""

    def make(self, folder: Path, reserve_bytes: int = 0) -> FilesystemVolumes:
        """Return volumes on an empty folder."""
        return FilesystemVolumes(folder, reserve_bytes)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_files_belong_to_their_writer_and_their_project(tmp_path: Path) -> None:
    volumes = FilesystemVolumes(tmp_path / "volumes", 0)
    volumes.create(PROJECT, Owner(uid=None, gid=40_001))
    sink = volumes.sink(PROJECT)
    sink.write(b"x")
    sink.place("a/one", Owner(uid=40_002, gid=40_001), replace=False)
    folder = volumes.folder(PROJECT)
    facts = {path: (folder / path).stat() for path in ("", "a", "a/one")}
    assert {path: (one.st_uid, one.st_gid, stat.S_IMODE(one.st_mode)) for path, one in facts.items()} == {
        "": (0, 40_001, 0o2770),
        "a": (40_002, 40_001, 0o2770),
        "a/one": (40_002, 40_001, 0o660),
    }


def test_a_place_that_cannot_be_written_to_says_so(tmp_path: Path) -> None:
    volumes = FilesystemVolumes(tmp_path / "volumes", 0)
    assert volumes.fault(Owner(uid=None, gid=None)) is None
    if os.geteuid() == 0:
        assert volumes.fault(Owner(uid=40_002, gid=40_001)) is None
    assert not any((tmp_path / "volumes" / ".coming").iterdir())
    (tmp_path / "volumes" / ".coming").rmdir()
    assert "nothing can be written" in (volumes.fault(Owner(uid=None, gid=None)) or "")
