from pathlib import Path

import pytest

from fieldstation.kernel.errors import Broken
from fieldstation.storage.whereabouts import MARK, store_root


def folders(root: Path, *names: str) -> list[Path]:
    made = [root / name for name in names]
    for one in made:
        one.mkdir()
    return made


def test_a_folder_of_its_own_stays_the_store_of_one_station(tmp_path: Path) -> None:
    first, second, store, empty = folders(tmp_path, "first", "second", "store", "empty")
    assert store_root(first, None) == first
    assert store_root(first, store) == store_root(first, store) == store
    for data, chosen, said in (
        (first, empty, "is not in"),
        (first, None, "does not name"),
        (second, store, "another station"),
    ):
        with pytest.raises(Broken, match=said):
            store_root(data, chosen)
    assert list(empty.iterdir()) == []
    (first / MARK).rename(second / MARK)  # the data directory was made anew
    assert store_root(second, store) == store


def test_a_store_that_is_in_use_is_not_left_behind(tmp_path: Path) -> None:
    data, store = folders(tmp_path, "data", "store")
    folder = data / "blobs" / "sha256" / "ab"
    folder.mkdir(parents=True)
    assert store_root(data, data) == data
    (folder / "cd").write_text("a blob")
    with pytest.raises(Broken) as caught:
        store_root(data, store)
    assert f"mv {data}/blobs" in caught.value.next_step
    assert not (store / MARK).exists()
