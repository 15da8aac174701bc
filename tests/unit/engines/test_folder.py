"""The attempt's folder: names that cannot lead elsewhere, and one holder at a time."""

import threading
from pathlib import Path

import pytest

from fieldstation.engines.local.folder import Folder, prepare_attempts


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../x", ".gone", "a\0b", "-x", "a b", "x" * 129])
def test_ids_that_could_name_something_else_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="cannot name an attempt"):
        Folder(tmp_path, name)


def test_one_holder_at_a_time_also_across_a_removal(tmp_path: Path) -> None:
    prepare_attempts(tmp_path)
    inside: list[int] = []
    most: list[int] = []

    def hold(number: int) -> None:
        folder = Folder(tmp_path, "attempt-1")
        for _ in range(20):
            with folder.locked():
                inside.append(number)
                most.append(len(inside))
                inside.pop()
                folder.remove()

    threads = [threading.Thread(target=hold, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1
    assert not Folder(tmp_path, "attempt-1").exists()


def test_folders_of_attempts_can_be_passed_but_not_listed(tmp_path: Path) -> None:
    attempts = tmp_path / "attempts"
    prepare_attempts(attempts)
    folder = Folder(attempts, "attempt-1")
    with folder.locked():
        folder.prepare(None, None)
    modes = [path.stat().st_mode & 0o777 for path in (attempts, folder.path, folder.outputs)]
    assert modes == [0o711, 0o711, 0o700]
